from decimal import Decimal

from odoo import api, fields, models

from ..engine.effect import band_of, percent_of

AMOUNTS = (
    "billed",
    "simulated",
    "difference",
    "unexplained",
    "billed_company",
    "simulated_company",
    "difference_company",
)


class SimulationCustomer(models.Model):
    """What a customer was billed in one currency, and would have been by the prices tried."""

    _name = "cn285.simulation.customer"
    _description = "Simulated Customer"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "simulation_id, difference_company desc, id"
    _rec_name = "partner_id"

    simulation_id = fields.Many2one(
        "cn285.simulation", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(related="simulation_id.company_id", store=True, precompute=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        ondelete="restrict",
        index=True,
        readonly=True,
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    billed = fields.Monetary(readonly=True)
    simulated = fields.Monetary(string="By the Prices Tried", readonly=True)
    difference = fields.Monetary(readonly=True)
    unexplained = fields.Monetary(string="Not by Prices", readonly=True)
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
    percent = fields.Float(
        string="Change (%)",
        digits=(16, 2),
        aggregator=None,
        readonly=True,
        help="The difference in percent of what was billed.",
    )
    direction = fields.Selection(
        [("more", "Pays More"), ("same", "Pays the Same"), ("less", "Pays Less")], readonly=True
    )
    band = fields.Selection(
        [
            ("less_20", "More than 20 % less"),
            ("less_10", "10 to 20 % less"),
            ("less_5", "5 to 10 % less"),
            ("less_0", "Up to 5 % less"),
            ("same", "The same"),
            ("more_0", "Up to 5 % more"),
            ("more_5", "5 to 10 % more"),
            ("more_10", "10 to 20 % more"),
            ("more_20", "More than 20 % more"),
            ("new", "Was billed nothing"),
        ],
        string="Change",
        readonly=True,
    )

    _once = models.Constraint(
        "unique(simulation_id, partner_id, currency_id)",
        "The customer is in the simulation already.",
    )

    @api.model
    def _add_up(self, simulation):
        """Make the customers of a simulation from its lines, anew."""
        # sudo: results follow from what is asked, and users do not write them.
        simulation.customer_ids.sudo().unlink()
        vals = []
        for sums in self.env["cn285.simulation.line"]._sums_by_customer(simulation):
            billed, difference = (Decimal(sums[name]) for name in ("billed", "difference"))
            percent = percent_of(billed, difference)
            direction = "more" if difference > 0 else "less" if difference < 0 else "same"
            vals.append(
                {
                    "simulation_id": simulation.id,
                    "partner_id": sums["partner_id"],
                    "currency_id": sums["currency_id"],
                    **{name: float(sums[name]) for name in AMOUNTS},
                    "percent": float(percent or 0),
                    "direction": direction,
                    "band": band_of(billed, difference),
                }
            )
        return self.sudo().create(vals)

    def action_view_lines(self):
        """The items and periods of this customer."""
        self.ensure_one()
        action = self.simulation_id.action_view_lines()
        action["domain"] = [
            *action["domain"],
            ("partner_id", "=", self.partner_id.id),
            ("currency_id", "=", self.currency_id.id),
        ]
        return action
