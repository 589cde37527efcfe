from odoo import fields, models


class UsageEstimateLine(models.TransientModel):
    """A line of the list that shows the usage of running periods, as it was when it was asked for.

    It is thrown away like every wizard's; nothing is billed from it.
    """

    _name = "cn285.usage.estimate.line"
    _inherit = ["cn285.links.read"]
    _description = "Usage of the Running Period"
    _order = "contract_id, period_start, item_id, id"

    contract_id = fields.Many2one("cn285.contract", readonly=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    item_id = fields.Many2one("cn285.contract.item", readonly=True, ondelete="cascade")
    calculator_id = fields.Many2one("cn285.usage.calculator", readonly=True, ondelete="cascade")
    metric_id = fields.Many2one("cn285.usage.metric", readonly=True, ondelete="cascade")
    beneficiary_id = fields.Many2one("res.partner", readonly=True)
    unit = fields.Char(readonly=True)
    period_start = fields.Date(readonly=True)
    period_end = fields.Date(readonly=True)
    quantity = fields.Float(digits=(16, 6), string="Used", readonly=True)
    event_count = fields.Integer(string="Events", readonly=True)
    has_allowance = fields.Boolean(readonly=True)
    included = fields.Float(digits=(16, 6), readonly=True, help="With what was carried on.")
    included_left = fields.Float(digits=(16, 6), readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(
        string="Amount So Far",
        readonly=True,
        help="What the usage so far costs, with the minimum and maximum of the period.",
    )
    billed = fields.Monetary(
        string="Billed Before",
        readonly=True,
        help="Invoiced before the end of the period already.",
    )
    projected = fields.Monetary(
        readonly=True,
        help="What the period will cost if usage goes on as it began.",
    )
    is_late = fields.Boolean(
        string="Came Late",
        readonly=True,
        help="The period was invoiced; this is what has come, or was taken back, since.",
    )
    explanation = fields.Text(
        string="How It Comes About",
        readonly=True,
        help="Prices, tiers and included units, and from when these terms hold.",
    )
    company_id = fields.Many2one("res.company", readonly=True)

    def action_view_events(self):
        """The events of the line's period."""
        self.ensure_one()
        return self.item_id._usage_events_action(
            self.metric_id or self.calculator_id._metrics(), self.period_start, self.period_end
        )
