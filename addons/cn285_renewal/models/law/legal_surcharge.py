from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import PERCENT
from odoo.addons.cn285_contract.models.common import as_decimal

from ...engine.surcharge import Band


class LegalSurcharge(models.Model):
    """What is owed on top of a refund that comes late, by how late it is; its source beside it."""

    _name = "cn285.legal.surcharge"
    _inherit = ["cn285.law.part"]
    _description = "Surcharge on a Late Refund"
    _order = "law_id, situation, rank, id"
    _rec_name = "source"

    law_id = fields.Many2one("cn285.law", required=True, index=True, ondelete="cascade")
    situation = fields.Selection(
        [("withdrawal", "After a Withdrawal"), ("telecom", "Electronic Communications")],
        required=True,
    )
    rank = fields.Integer(default=10, help="The order of the delays.")
    until_days = fields.Integer(
        string="Late by at Most (days)", help="0: by any number of days from the one before on."
    )
    percent = fields.Float(string="Owed (%)", digits=(16, 4), help="Of what is refunded.")
    legal = fields.Boolean(string="Legal Interest", help="Instead of a percentage.")
    by_month = fields.Float(
        string="Points by Month",
        digits=(16, 4),
        help="More for each month that begins, until the price is reached; then legal interest.",
    )
    source = fields.Char(required=True, help="The article of the law.")

    _sane = models.Constraint(
        "CHECK(until_days >= 0 AND percent >= 0 AND by_month >= 0)",
        "Days and percentages of a surcharge are not negative.",
    )

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "percent": PERCENT, "by_month": PERCENT}

    def _bands(self):
        """The scale as the engine has it."""
        return [
            Band(
                surcharge.until_days,
                as_decimal(surcharge.percent),
                surcharge.legal,
                as_decimal(surcharge.by_month),
            )
            for surcharge in self.sorted(lambda one: (one.rank, one.id))
        ]
