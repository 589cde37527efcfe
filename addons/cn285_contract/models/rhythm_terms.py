from odoo import api, fields, models

from ..engine.proration import Basis
from .bounds import COUNT, Bound

UNITS = [
    ("day", "Days"),
    ("week", "Weeks"),
    ("month", "Months"),
    ("quarter", "Quarters"),
    ("semester", "Semesters"),
    ("year", "Years"),
]
MONTH_NAMES = [
    ("1", "January"),
    ("2", "February"),
    ("3", "March"),
    ("4", "April"),
    ("5", "May"),
    ("6", "June"),
    ("7", "July"),
    ("8", "August"),
    ("9", "September"),
    ("10", "October"),
    ("11", "November"),
    ("12", "December"),
]
# Days by which an item may be billed before or after its day: ten years.
LARGEST_OFFSET = 3_660

PARTIAL_POLICIES = [
    ("prorate", "Prorated"),
    ("full", "Billed in Full"),
    ("free", "Free"),
]


class PeriodTerms(models.AbstractModel):
    """How long a period is, and on what periods are aligned."""

    _name = "cn285.period.terms"
    _description = "Terms of Periods"
    _inherit = ["cn285.bounded"]

    recurring_interval = fields.Integer(
        string="Every",
        default=1,
        required=True,
        help="Length of a period, counted in the unit beside it.",
    )
    recurring_unit = fields.Selection(UNITS, string="Period Unit", default="month", required=True)
    alignment = fields.Selection(
        [("anniversary", "Date to Date"), ("calendar", "Calendar")],
        default="anniversary",
        required=True,
        help="Date to date: periods count from the item's first billed day. "
        "Calendar: periods start on the billing day, whenever the item started.",
    )
    billing_day = fields.Integer(
        default=1,
        required=True,
        help="Calendar alignment: the day of the month on which periods start (1 to 31; in a "
        "shorter month, its last day).",
    )
    billing_month = fields.Selection(
        MONTH_NAMES,
        default="1",
        required=True,
        help="Calendar alignment, periods of more than a month: a month in which a period starts.",
    )

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "recurring_interval": COUNT}

    @api.model
    def _period_fields(self):
        """Names of the fields of these terms."""
        return [
            "recurring_interval",
            "recurring_unit",
            "alignment",
            "billing_day",
            "billing_month",
        ]


class RhythmTerms(models.AbstractModel):
    """How often and when something is billed, without what it costs.

    Shared by items, template items, and what sells them: lines of quotations, which have a product,
    a price and a discount of their own.
    """

    _name = "cn285.rhythm.terms"
    _description = "Rhythm"
    _inherit = ["cn285.period.terms"]

    billing_type = fields.Selection(
        [
            ("fixed", "Subscription"),
            ("one_shot", "One-Time Fee"),
            ("usage", "Usage"),
            ("none", "Not Billed"),
        ],
        default="fixed",
        required=True,
        help="Subscription: billed every period. One-time fee: billed once. "
        "Usage: planned every period, the amount comes from what was used. "
        "Not billed: the service is delivered, never invoiced.",
    )
    first_period = fields.Selection(
        PARTIAL_POLICIES,
        default="prorate",
        required=True,
        help="How a first period that is not complete is billed.",
    )
    last_period = fields.Selection(
        PARTIAL_POLICIES,
        default="prorate",
        required=True,
        help="How a last period that is not complete is billed.",
    )
    proration_basis = fields.Selection(
        [(basis.value, basis.label) for basis in Basis],
        default="actual",
        required=True,
        help="Actual days: days billed over the days of the full period. "
        "30/360: every month counts 30 days. "
        "Actual days over 30: a day costs a thirtieth of a month, and a month never more than its "
        "price. "
        "Actual days over 365: a day costs a 365th of twelve months.",
    )
    timing = fields.Selection(
        [("advance", "In Advance"), ("arrears", "In Arrears")],
        string="Billing",
        default="advance",
        required=True,
        help="In advance: on the first day of the period. In arrears: on the day after its last.",
    )
    billing_offset = fields.Integer(
        string="Offset (days)",
        help="Days added to that day to get the invoice date; negative to bill earlier.",
    )
    trial_days = fields.Integer(
        help="Days free of charge from the item's start; billing starts on the day after.",
    )
    start_condition = fields.Selection(
        [
            ("contract", "With the Contract"),
            ("date", "On its Own Date"),
            ("manual", "When Activated"),
        ],
        string="Starts",
        default="contract",
        required=True,
        help="With the contract: on the contract's start date. On its own date: on the date given. "
        "When activated: by the Activate button or by a program.",
    )
    period_count = fields.Integer(
        string="Number of Periods",
        help="The item ends by itself after so many periods. 0: no such limit.",
    )

    @api.model
    def _bounds(self):
        offset = Bound(-LARGEST_OFFSET, LARGEST_OFFSET)
        counts = {"trial_days": COUNT, "period_count": COUNT}
        return {**super()._bounds(), **counts, "billing_offset": offset}

    @api.model
    def _rhythm_fields(self):
        """Names of the fields of these terms: what a line of a quotation hands to its item."""
        return [
            "billing_type",
            *self._period_fields(),
            "first_period",
            "last_period",
            "proration_basis",
            "timing",
            "billing_offset",
            "trial_days",
            "start_condition",
            "period_count",
        ]

    def _rhythm_error(self):
        """Why nothing can be billed in this rhythm, in a clerk's words; None if it can."""
        self.ensure_one()
        if self.recurring_interval < 1:
            return self.env._(
                "the period must be at least 1 unit long, not %s.", self.recurring_interval
            )
        if not 1 <= self.billing_day <= 31:
            return self.env._("the billing day must be between 1 and 31, not %s.", self.billing_day)
        if self.trial_days < 0:
            return self.env._("the trial cannot last %s days.", self.trial_days)
        if self.period_count < 0:
            return self.env._("the number of periods cannot be %s.", self.period_count)
        return None

    def _rhythm_label(self):
        """How often it is billed, in a few words; empty if it never is."""
        self.ensure_one()
        if self.billing_type == "none":
            return ""
        if self.billing_type == "one_shot":
            return self.env._("Once")
        return self._period_label(self.recurring_interval, self.recurring_unit)

    @api.model
    def _period_label(self, count, unit):
        """How often something of periods of this length is billed, in a few words."""
        if count == 1:
            labels = {
                "day": self.env._("Daily"),
                "week": self.env._("Weekly"),
                "month": self.env._("Monthly"),
                "quarter": self.env._("Quarterly"),
                "semester": self.env._("Half-yearly"),
                "year": self.env._("Yearly"),
            }
            return labels[unit]
        labels = {
            "day": self.env._("Every %s days", count),
            "week": self.env._("Every %s weeks", count),
            "month": self.env._("Every %s months", count),
            "quarter": self.env._("Every %s quarters", count),
            "semester": self.env._("Every %s half-years", count),
            "year": self.env._("Every %s years", count),
        }
        return labels[unit]
