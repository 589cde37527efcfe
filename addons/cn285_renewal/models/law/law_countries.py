from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError


class Law(models.Model):
    """Whose law it is: a country's with its parts, or that of a union where a state has none."""

    _inherit = "cn285.law"

    country_ids = fields.Many2many(
        "res.country",
        "cn285_law_country_rel",
        "law_id",
        "country_id",
        string="Where a Country Has None",
        help="Countries whose customers are under this law as long as theirs has no record of its "
        "own: what the law of a union grants in each of its states.",
    )

    @api.constrains("name", "country_id", "country_ids")
    def _check_countries(self):
        for law in self:
            if not law.country_id and not law.country_ids:
                raise ValidationError(self.env._("Say of which country %s is the law.", law.name))

    @api.model
    def _of(self, customer, company):
        """The law of a customer's country, or of the company's where none is known; or no law.

        Parts of a country that have a country code of their own are under its law; a country
        without a law of its own is under that of its union.

        :param customer: a partner, may be empty
        """
        country = customer.commercial_partner_id.country_id or company.country_id
        # sudo: which law there is is no secret, and portal pages ask.
        return self.sudo().browse(self._id_of_country(country.id))

    @api.model
    @tools.ormcache("country_id")
    def _id_of_country(self, country_id):
        laws = self.sudo()  # sudo: see _of
        own = laws.search([("country_id", "=", country_id), ("country_id", "!=", False)], limit=1)
        if own or not country_id:
            return own.id
        whole = laws.search(
            [("region_ids.country_id", "=", country_id), ("country_id", "!=", False)], limit=1
        )
        return (whole or laws.search([("country_ids", "in", country_id)], limit=1)).id

    def _countries(self):
        """The countries that are under this law: its own, those that are parts of it, and those
        that have no other.
        """
        parts = self.filtered("country_id").region_ids.country_id
        others = self.country_ids.filtered(lambda one: self._id_of_country(one.id) in self.ids)
        return self.country_id | parts | others
