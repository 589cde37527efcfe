import pytz
from odoo import api, fields, models
from odoo.addons.base.models.res_partner import _tz_get
from odoo.exceptions import ValidationError

from ...engine.places import Place, postcodes_of


class LegalRegion(models.Model):
    """A part of a country that has holidays, or a time, of its own, such as Alsace-Moselle."""

    _name = "cn285.legal.region"
    _description = "Region with Holidays of its Own"
    _inherit = ["cn285.law.part"]
    _order = "law_id, name"

    law_id = fields.Many2one("cn285.law", required=True, ondelete="cascade", index=True)
    name = fields.Char(required=True, translate=True)
    postcodes = fields.Char(
        string="Postcodes Begin With",
        help="By what a customer's address tells that it is there: beginnings of postcodes, parted "
        "by commas. Left empty, only the settings of the company say so.",
    )
    country_id = fields.Many2one(
        "res.country",
        string="Country of its Own",
        ondelete="restrict",
        help="Parts beyond the sea often have a country code of their own in addresses.",
    )
    tz = fields.Selection(
        _tz_get,
        string="Time Zone",
        help="By whose clock a last day ends there. Left empty: the company's.",
    )
    source = fields.Char(help="The article of the law.")

    _country_uniq = models.Constraint(
        "unique(country_id)", "This country is a part of another country already."
    )

    @api.constrains("country_id", "law_id")
    def _check_country(self):
        laws = self.env["cn285.law"].sudo()  # sudo: only whether there is one
        for region in self.filtered(lambda one: one.country_id and one.law_id.country_id):
            if laws.search_count([("country_id", "=", region.country_id.id)]):
                raise ValidationError(
                    self.env._("%s has a law of its own.", region.country_id.display_name)
                )

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    def _engine_place(self):
        self.ensure_one()
        return Place(self.id, self.country_id.code or "", postcodes_of(self.postcodes or ""))

    def _zone(self):
        """The time zone of the place, as pytz has it; None where it has none, or is no place."""
        return pytz.timezone(self.tz) if self.tz else None
