from odoo import fields, models
from odoo.addons.cn285_contract.models.copied_link import CopiedMany2one
from odoo.tools import SQL

AMOUNTS = ("closing", "closing_list")


class MrrLevels(models.AbstractModel):
    """Values at months' ends: they add up over items, and not over months."""

    _name = "cn285.mrr.levels"
    _description = "Recurring Revenue at Months' Ends"
    _inherit = ["cn285.mrr.monthly"]
    _amounts = AMOUNTS

    product_id = CopiedMany2one("product.product", readonly=True)
    closing = fields.Monetary(
        "MRR",
        currency_field="company_currency_id",
        readonly=True,
        help="At the month's end; of this month, today.",
    )
    closing_list = fields.Monetary(
        "List MRR",
        currency_field="company_currency_id",
        readonly=True,
        help="The same before discount periods.",
    )

    def _read_group_select(self, aggregate_spec, query):
        """The value of one month: of several there is none."""
        selected = super()._read_group_select(aggregate_spec, query)
        name, _colon, function = aggregate_spec.partition(":")
        if name not in AMOUNTS or function not in ("sum", "sum_currency"):
            return selected
        month = self._field_to_sql(self._table, "month", query)
        return SQL("CASE WHEN MIN(%s) = MAX(%s) THEN %s END", month, month, selected)
