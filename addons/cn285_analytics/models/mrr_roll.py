from odoo import fields, models
from odoo.tools import SQL

# Levels: of one month they add up over customers; months do not add up.
LEVELS = (
    "opening",
    "closing",
    "logos_opening",
    "logos_closing",
    "logos_paying",
)
FLOWS = (
    "new_business",
    "reactivation",
    "expansion",
    "contraction",
    "churn",
    "transfer",
    "pause",
    "currency",
    "base_loss",
    "base_gain",
)
COUNTS = ("logos_new", "logos_back", "logos_lost")
# Ratios: what is divided by what, as sums of amounts, and times how much.
RATIOS = {
    "gross_churn": ("{base_loss}", "{opening}", 100),
    "net_churn": ("{base_loss} - {base_gain}", "{opening}", 100),
    "grr": ("{opening} - {base_loss}", "{opening}", 100),
    "nrr": ("{opening} - {base_loss} + {base_gain}", "{opening}", 100),
    "logo_churn": ("{logos_lost}", "{logos_opening}", 100),
    "quick_ratio": ("{new_business} + {reactivation} + {expansion}", "{contraction} + {churn}", 1),
    "arpa": ("{closing}", "{logos_paying}", 1),
}


class MrrRoll(models.AbstractModel):
    """A roll-forward of months: opening, what moved, closing; and what follows in any grouping.

    Ratios are those of the group's sums, never sums or means of ratios. Where a group has several
    months, levels and ratios are empty: a span has an opening of its own, see
    :meth:`cn285_metrics` of ``cn285.mrr.month``.
    """

    _name = "cn285.mrr.roll"
    _description = "Roll-Forward of Recurring Revenue"
    _inherit = ["cn285.mrr.monthly"]
    _amounts = ("opening", "closing", *FLOWS)

    cohort = fields.Date(
        required=True,
        readonly=True,
        help="Month in which the customer's recurring revenue was above zero for the first time.",
    )
    number = fields.Integer(
        "Months since the First",
        readonly=True,
        aggregator=None,
        help="0 is the month of the cohort.",
    )
    opening = fields.Monetary("Opening MRR", currency_field="company_currency_id", readonly=True)
    new_business = fields.Monetary("New", currency_field="company_currency_id", readonly=True)
    reactivation = fields.Monetary(currency_field="company_currency_id", readonly=True)
    expansion = fields.Monetary(currency_field="company_currency_id", readonly=True)
    contraction = fields.Monetary(
        currency_field="company_currency_id", readonly=True, help="What was lost of who stays."
    )
    churn = fields.Monetary(
        currency_field="company_currency_id", readonly=True, help="What was lost with who left."
    )
    transfer = fields.Monetary(
        currency_field="company_currency_id",
        readonly=True,
        help="From and to other customers: neither new nor lost.",
    )
    pause = fields.Monetary(
        currency_field="company_currency_id", readonly=True, help="Paused (-) and resumed (+)."
    )
    currency = fields.Monetary(
        currency_field="company_currency_id",
        readonly=True,
        help="What exchange rates did to it until the month's end.",
    )
    closing = fields.Monetary(
        "MRR",
        currency_field="company_currency_id",
        readonly=True,
        help="At the month's end; of this month, today.",
    )
    base_loss = fields.Monetary(
        "Lost of the Opening",
        currency_field="company_currency_id",
        readonly=True,
        help="Contraction and churn of those who were customers at the opening.",
    )
    base_gain = fields.Monetary(
        "Expansion of the Opening",
        currency_field="company_currency_id",
        readonly=True,
        help="Expansion of those who were customers at the opening.",
    )
    logos_opening = fields.Integer("Customers at the Opening", readonly=True)
    logos_new = fields.Integer("New Customers", readonly=True)
    logos_back = fields.Integer("Customers Won Back", readonly=True)
    logos_lost = fields.Integer("Customers Lost", readonly=True, help="Of those of the opening.")
    logos_closing = fields.Integer("Customers", readonly=True, help="Paused ones included.")
    logos_paying = fields.Integer("Paying Customers", readonly=True)

    arr = fields.Monetary(
        "ARR",
        currency_field="company_currency_id",
        compute="_compute_ratios",
        aggregator="sum",
        help="Annual recurring revenue: twelve times the MRR.",
    )
    gross_churn = fields.Float("Gross Churn (%)", compute="_compute_ratios", aggregator="avg")
    net_churn = fields.Float("Net Churn (%)", compute="_compute_ratios", aggregator="avg")
    grr = fields.Float("Gross Revenue Retention (%)", compute="_compute_ratios", aggregator="avg")
    nrr = fields.Float("Net Revenue Retention (%)", compute="_compute_ratios", aggregator="avg")
    logo_churn = fields.Float("Customer Churn (%)", compute="_compute_ratios", aggregator="avg")
    quick_ratio = fields.Float(compute="_compute_ratios", aggregator="avg")
    arpa = fields.Float(
        "ARPA",
        digits=(16, 2),
        compute="_compute_ratios",
        aggregator="avg",
        help="MRR for each paying customer.",
    )

    def _compute_ratios(self):
        for month in self:
            month.arr = 12 * month.closing
            for name, (part, whole, times) in RATIOS.items():
                values = {field: month[field] for field in (*LEVELS, *FLOWS, *COUNTS)}
                whole = _worked_out(whole, values)
                month[name] = times * _worked_out(part, values) / whole if whole > 0 else False

    def _read_group_select(self, aggregate_spec, query):
        """Levels and ratios of one month each: of several there is none."""
        name, _colon, function = aggregate_spec.partition(":")
        if name == "arr" and function == "sum":
            return self._of_one_month(
                SQL("12 * SUM(%s)", self._amount_sql("closing", query)), query
            )
        if name in LEVELS and function in ("sum", "sum_currency"):
            return self._of_one_month(super()._read_group_select(f"{name}:sum", query), query)
        if name in RATIOS and function == "avg":
            part, whole, times = RATIOS[name]
            return self._of_one_month(
                SQL(
                    "(%s * (%s) / NULLIF(GREATEST(%s, 0), 0))::float",
                    SQL(str(times)),
                    self._sums_sql(part, query),
                    self._sums_sql(whole, query),
                ),
                query,
            )
        return super()._read_group_select(aggregate_spec, query)

    def _of_one_month(self, value, query):
        month = self._field_to_sql(self._table, "month", query)
        return SQL("CASE WHEN MIN(%s) = MAX(%s) THEN %s END", month, month, value)

    def _sums_sql(self, formula, query):
        """A formula of field names in braces, as SQL of their sums."""
        parts = []
        for place, part in enumerate(formula.replace("}", "{").split("{")):
            if place % 2:
                is_amount = part in self._amounts
                value = (
                    self._amount_sql(part, query)
                    if is_amount
                    else self._field_to_sql(self._table, part, query)
                )
                parts.append(SQL("SUM(%s)::numeric", value))
            else:
                parts.append(SQL(part))
        return SQL("").join(parts)


def _worked_out(formula, values):
    """A formula of sums and differences of fields, of one record."""
    total, sign = 0.0, 1
    for word in formula.split():
        if word in ("+", "-"):
            sign = 1 if word == "+" else -1
        else:
            total += sign * values[word.strip("{}")]
    return total
