from odoo import fields, models
from odoo.tools import SQL

# Ratios: what is divided by what, as sums, and times how much.
RATIOS = {"percent": ("margin", "revenue", 100), "cost_per_event": ("cost", "event_count", 1)}


class Margin(models.Model):
    """What is left of what was billed of an item and a period: internal, never for customers.

    In the company's currency, without taxes. Ratios are those of sums, in every grouping.
    """

    _name = "cn285.margin"
    _description = "Margin of an Item and Period"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "month desc, margin, id"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
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
    month = fields.Date(required=True, readonly=True, help="In which the period begins.")
    quantity = fields.Float(digits=(16, 6), readonly=True)
    event_count = fields.Integer(string="Events", readonly=True)
    revenue = fields.Monetary(readonly=True, help="What was billed, less what was credited of it.")
    cost = fields.Monetary(readonly=True)
    margin = fields.Monetary(readonly=True)
    percent = fields.Float(
        string="Margin (%)",
        digits=(16, 2),
        aggregator="avg",
        readonly=True,
        help="Margin in percent of the revenue; of a group, that of its sums.",
    )
    cost_per_event = fields.Float(
        digits=(16, 6),
        aggregator="avg",
        readonly=True,
        help="Cost of one event; of a group, that of its sums.",
    )
    problem = fields.Char(string="Set Aside Because", readonly=True)

    _once = models.UniqueIndex(
        "(schedule_id) WHERE schedule_id IS NOT NULL", "The margin of this period is there already."
    )

    def _compute_display_name(self):
        for margin in self:
            margin.display_name = margin.schedule_id.display_name or margin.contract_id.display_name

    def _read_group_select(self, aggregate_spec, query):
        """Ratios of sums: neither sums nor means of ratios."""
        name, _colon, function = aggregate_spec.partition(":")
        if name not in RATIOS or function != "avg":
            return super()._read_group_select(aggregate_spec, query)
        part, whole, times = RATIOS[name]
        return SQL(
            "(%s * SUM(%s) / NULLIF(ABS(SUM(%s)), 0))::float",
            SQL(str(times)),
            self._field_to_sql(self._table, part, query),
            self._field_to_sql(self._table, whole, query),
        )


class AccountMove(models.Model):
    _inherit = "account.move"

    def action_cn285_view_margins(self):
        """What is left of what this invoice bills: for who may see margins."""
        self.ensure_one()
        self.env["cn285.margin"].check_access("read")
        # sudo: only which periods it bills; margins are read by the user's own rights.
        rows = self.sudo().cn285_schedule_ids
        accounts = rows.item_id.ids
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Margin"),
            "res_model": "cn285.margin",
            "view_mode": "list,pivot",
            "views": [(False, "list"), (False, "pivot")],
            "domain": [
                ("item_id", "in", accounts),
                ("schedule_id.period_start", "in", list(set(rows.mapped("period_start")))),
            ],
        }
