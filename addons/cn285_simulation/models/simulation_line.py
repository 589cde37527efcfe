from odoo import api, fields, models
from odoo.tools import SQL


class SimulationLine(models.Model):
    """One item in one period, or one delivery: what was billed, and by the prices tried.

    Amounts exclude tax, in the contract's currency and in the company's. A contract that could not
    be worked out has one line with its ``problem``, and counts in no sum.
    """

    _name = "cn285.simulation.line"
    _description = "Simulated Item and Period"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "simulation_id, difference_company desc, id"

    simulation_id = fields.Many2one(
        "cn285.simulation", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(related="simulation_id.company_id", store=True, precompute=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    contract_id = fields.Many2one(
        "cn285.contract", required=True, ondelete="cascade", index=True, readonly=True
    )
    partner_id = fields.Many2one(
        "res.partner", string="Customer", ondelete="restrict", index=True, readonly=True
    )
    item_id = fields.Many2one(
        "cn285.contract.item", ondelete="cascade", index="btree_not_null", readonly=True
    )
    product_id = fields.Many2one(
        "product.product", ondelete="cascade", index="btree_not_null", readonly=True
    )
    schedule_id = fields.Many2one(
        "cn285.billing.schedule",
        string="Billing Schedule",
        ondelete="cascade",
        index="btree_not_null",
        readonly=True,
    )
    kind = fields.Selection(
        [
            ("one_shot", "One-Time Fee"),
            ("fixed", "Subscription"),
            ("usage", "Usage"),
            ("usage_delivery", "Usage Delivery"),
        ],
        readonly=True,
    )
    period_start = fields.Date(string="Period From", readonly=True)
    period_end = fields.Date(string="Last Day", readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    quantity = fields.Float(digits=(16, 6), readonly=True)
    billed = fields.Monetary(
        readonly=True, help="What was billed, with differences, less what was credited of it."
    )
    simulated = fields.Monetary(string="By the Prices Tried", readonly=True)
    difference = fields.Monetary(readonly=True)
    unexplained = fields.Monetary(
        string="Not by Prices",
        readonly=True,
        help="What the engines give today at the prices that were billed, less what was billed.",
    )
    percent = fields.Float(string="Change (%)", digits=(16, 2), aggregator=None, readonly=True)
    billed_company = fields.Monetary(
        string="Billed (Company)", currency_field="company_currency_id", readonly=True
    )
    simulated_company = fields.Monetary(
        string="By the Prices Tried (Company)",
        currency_field="company_currency_id",
        readonly=True,
    )
    difference_company = fields.Monetary(
        string="Difference (Company)", currency_field="company_currency_id", readonly=True
    )
    unexplained_company = fields.Monetary(
        string="Not by Prices (Company)", currency_field="company_currency_id", readonly=True
    )
    note = fields.Selection(
        [
            ("scaled", "In Proportion to the Prices: the engine does not know how it was billed"),
            ("other_billing", "Not Tried: the plan is billed in another way"),
            ("no_match", "Not Tried: no calculator of the item counts the same"),
            ("macro", "Not Raised: a SmartCode says the price"),
        ],
        readonly=True,
    )
    problem = fields.Char(string="Set Aside Because", readonly=True)

    # Once, whoever works it out.
    _once = models.UniqueIndex(
        "(simulation_id, schedule_id) WHERE schedule_id IS NOT NULL",
        "This period is in the simulation already.",
    )

    @api.depends("item_id.name", "period_start")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.schedule_id.display_name or line.contract_id.display_name

    def action_view_contract(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "cn285.contract",
            "res_id": self.contract_id.id,
            "view_mode": "form",
        }

    @api.model
    def _sums_by_customer(self, simulation):
        """Sums of a simulation by customer and currency, as dicts, without who was set aside."""
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """SELECT partner_id, currency_id, sum(billed) AS billed,
                          sum(simulated) AS simulated, sum(difference) AS difference,
                          sum(unexplained) AS unexplained,
                          sum(billed_company) AS billed_company,
                          sum(simulated_company) AS simulated_company,
                          sum(difference_company) AS difference_company
                     FROM cn285_simulation_line
                    WHERE simulation_id = %s AND problem IS NULL
                 GROUP BY partner_id, currency_id ORDER BY partner_id, currency_id""",
                simulation.id,
            )
        )
        return self.env.cr.dictfetchall()
