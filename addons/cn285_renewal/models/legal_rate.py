from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.exceptions import ValidationError

from ..engine.interest import LegalRate as EngineRate


class LegalRate(models.Model):
    """Legal interest of a half-year, by who is owed (Code monétaire et financier, L313-2)."""

    _name = "cn285.legal.rate"
    _description = "Legal Interest Rate"
    _order = "date desc, creditor"
    _rec_name = "date"

    date = fields.Date(
        string="In Force From", required=True, help="First day of the half-year: 1/1 or 1/7."
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
        "unique(date, creditor)", "This half-year already has a rate for this kind of creditor."
    )
    _not_negative = models.Constraint("CHECK(percent >= 0)", "A rate is not negative.")

    @api.constrains("date")
    def _check_date(self):
        for rate in self:
            if (rate.date.month, rate.date.day) not in ((1, 1), (7, 1)):
                raise ValidationError(
                    self.env._("A legal rate is in force from 1 January or from 1 July.")
                )

    @api.model
    def _engine_rates(self, creditor):
        """The rates for a kind of creditor, as the engine wants them."""
        rates = self.search([("creditor", "=", creditor)], order="date")
        return [EngineRate(rate.date, as_decimal(rate.percent)) for rate in rates]
