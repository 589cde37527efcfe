from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import PERCENT
from odoo.addons.cn285_contract.models.common import as_decimal, spelled
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ...engine.interest import LegalRate as EngineRate


class LegalRate(models.Model):
    """Legal interest of some months, by who is owed."""

    _name = "cn285.legal.rate"
    _description = "Legal Interest Rate"
    _inherit = ["cn285.guarded"]
    _order = "law_id, date desc, creditor"
    _rec_name = "date"

    law_id = fields.Many2one(
        "cn285.law",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env["cn285.law"]._of(self.env["res.partner"], self.env.company),
    )
    date = fields.Date(
        string="In Force From", required=True, help="First day of the months for which it is set."
    )
    creditor = fields.Selection(
        [("person", "A Person not Acting Professionally"), ("other", "Everybody Else")],
        string="Owed to",
        default="person",
        required=True,
    )
    percent = fields.Float(string="Rate (%)", required=True, digits=(16, 4))
    source = fields.Char(help="The order that set it.")

    _once = models.Constraint(
        "unique(law_id, date, creditor)",
        "The law already has a rate from this day on for this kind of creditor.",
    )
    _not_negative = models.Constraint("CHECK(percent >= 0)", "A rate is not negative.")

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "percent": PERCENT}

    @api.constrains("date", "law_id")
    def _check_date(self):
        for rate in self:
            months = rate.law_id.rate_months
            if rate.date.day != 1 or (rate.date.month - 1) % months:
                raise ValidationError(
                    self.env._(
                        "Rates of %(law)s are in force for %(months)s months, the first of the "
                        "year from 1 January: none begins on %(day)s.",
                        law=rate.law_id.name,
                        months=months,
                        day=format_date(self.env, rate.date),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        rates = super().create(vals_list)
        rates._log_on_law()
        rates.law_id._no_more_asked()
        return rates

    def write(self, vals):
        result = super().write(vals)
        self._log_on_law()
        return result

    def _log_on_law(self):
        """Note the rates as they now are in the history of their law, but not those that the
        program brings.
        """
        if self.env.su and self.env.context.get("install_mode"):
            return
        creditors = dict(self._fields["creditor"]._description_selection(self.env))
        for rate in self:
            # sudo: who enters rates may not write the law; the note is in their own name.
            rate.law_id.sudo()._message_log(
                body=self.env._(
                    "Legal interest from %(day)s, owed to “%(creditor)s”: %(percent)s %%",
                    day=format_date(self.env, rate.date),
                    creditor=creditors[rate.creditor],
                    percent=spelled(self.env, rate.percent),
                )
            )

    def _engine_rates(self, creditor):
        """Those of these rates that are for a kind of creditor, as the engine wants them."""
        rates = self.filtered(lambda rate: rate.creditor == creditor).sorted("date")
        return [
            EngineRate(rate.date, as_decimal(rate.percent), rate.law_id.rate_months)
            for rate in rates
        ]
