"""How the usage of an item is billed: its terms, on items of contracts and of templates."""

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import COUNT, UNITS


class BillingTerms(models.AbstractModel):
    """The terms of usage; what they allow is checked in the rooms that read them."""

    _inherit = "cn285.billing.terms"

    # === HOW IT IS RATED AND SHOWN === #

    usage_lines = fields.Selection(
        [("tier", "A Line per Tier"), ("single", "One Line")],
        string="Usage on Invoices",
        default="tier",
        required=True,
    )
    usage_rated_by = fields.Selection(
        [
            ("pooled", "All Together"),
            ("beneficiary", "Each Beneficiary by Itself"),
            ("both", "Own Allowance, then Together"),
        ],
        string="Usage Rated",
        default="pooled",
        required=True,
        help="All together: one quantity. Each beneficiary by itself: every one has the tiers, the "
        "allowance and the bounds for itself. Own allowance, then together: every beneficiary has "
        "the allowance for itself; what they use beyond theirs is added up and rated once, and its "
        "amount is shared out over them by what each used beyond its own.",
    )
    usage_grace_days = fields.Integer(
        string="Grace for Late Usage (days)",
        help="Days after the invoice date during which late usage is waited for.",
    )

    # === WHEN IT IS BILLED === #

    usage_billing = fields.Selection(
        [
            ("period", "By Period"),
            ("delivery", "On Delivery"),
            ("threshold", "On a Threshold"),
            ("complete", "When Complete"),
        ],
        string="Usage Billed",
        default="period",
        required=True,
        help="By period: when the period and its grace for late usage are over.\n"
        "On delivery: each event, or each completed set of events, at once.\n"
        "On a threshold: as soon as the running total reaches it; the rest when the period is "
        "over.\n"
        "When complete: as soon as all expected metrics of the period have arrived.",
    )
    usage_set_property = fields.Char(
        string="Set of Events",
        help="On delivery: the property whose value events of one delivery share, such as "
        "order_id. Left empty, each event is a delivery.",
    )
    usage_set_completion = fields.Selection(
        [
            ("count", "By the Number of its Events"),
            ("marker", "By an Event that Ends It"),
            ("metrics", "By its Metrics"),
        ],
        string="A Set is Complete",
        default="count",
        required=True,
    )
    usage_set_count = fields.Integer(string="Events of a Set", default=1)
    usage_marker_property = fields.Char(
        string="End Marker", help="The property by which an event ends its set, such as last."
    )
    usage_marker_value = fields.Char(
        string="Value of the End Marker", help="Left empty, any value but false, no, 0 or empty."
    )
    usage_metric_ids = fields.Many2many(
        "cn285.usage.metric",
        string="Expected Metrics",
        help="What must have arrived of each of them. Left empty: the metrics of the calculators.",
    )
    usage_at_end = fields.Boolean(
        string="Not Before the Period's End",
        help="Also a complete period is billed only when its last day is over.",
    )
    usage_max_wait = fields.Integer(
        string="Longest Wait (days)",
        default=5,
        help="What is incomplete for longer, after the last day of its period or set, is reported "
        "by billing runs with what is missing.",
    )
    usage_threshold_measure = fields.Selection(
        [("amount", "Amount"), ("quantity", "Quantity")],
        string="Threshold Of",
        default="amount",
        required=True,
    )
    usage_threshold = fields.Float(string="Threshold", digits=(16, 6))
    usage_threshold_repeat = fields.Selection(
        [("once", "Once a Period"), ("each", "At Each Multiple")],
        string="Reached",
        default="once",
        required=True,
        help="Once a period: the running amount is invoiced. At each multiple: a fixed amount for "
        "each. The rest is invoiced, or credited, with the period.",
    )
    usage_threshold_step = fields.Float(
        string="Amount per Step",
        digits=(16, 6),
        help="Invoiced at each multiple. 0: a threshold of amount invoices the threshold itself.",
    )
    usage_threshold_span = fields.Selection(
        [("period", "In Each Period Anew"), ("term", "Over the Whole Term")],
        string="Multiples Count",
        default="period",
        required=True,
        help="Over the whole term: the running total goes on from period to period.",
    )

    @api.model
    def _terms_fields(self):
        return [
            *super()._terms_fields(),
            "usage_lines",
            "usage_rated_by",
            "usage_grace_days",
            "usage_billing",
            "usage_set_property",
            "usage_set_completion",
            "usage_set_count",
            "usage_marker_property",
            "usage_marker_value",
            "usage_at_end",
            "usage_max_wait",
            "usage_threshold_measure",
            "usage_threshold",
            "usage_threshold_repeat",
            "usage_threshold_step",
            "usage_threshold_span",
        ]

    @api.model
    def _bounds(self):
        counts = ("usage_grace_days", "usage_set_count", "usage_max_wait")
        units = ("usage_threshold", "usage_threshold_step")
        return {
            **super()._bounds(),
            **dict.fromkeys(counts, COUNT),
            **dict.fromkeys(units, UNITS),
        }

    @api.constrains("usage_rated_by")
    def _check_usage_rated_by(self):
        for item in self.filtered(lambda item: item.usage_rated_by == "both"):
            item.calculator_ids._check_rated_together()


class ContractTemplateItem(models.Model):
    _inherit = "cn285.contract.template.item"

    calculator_ids = fields.One2many(
        "cn285.usage.calculator", "template_item_id", string="Calculators", copy=True
    )

    def _prepare_contract_item_vals(self, date_start=None):
        return {
            **super()._prepare_contract_item_vals(date_start),
            "calculator_ids": [
                fields.Command.create({**copied, "template_item_id": False})
                for copied in self.calculator_ids.copy_data()
            ],
            "usage_metric_ids": [fields.Command.set(self.usage_metric_ids.ids)],
            "usage_template_item_id": self.id,
        }
