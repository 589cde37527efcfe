"""When the usage of an item is billed: the terms, and what can be checked on them."""

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.exceptions import UserError, ValidationError

from ...engine.errors import UsageError
from ...engine.thresholds import Threshold
from ..rating.usage_batch import BILLED_STATES

# Aggregations that need a period: a delivery has none.
OVER_TIME = ("weighted_sum",)


class BillingTerms(models.AbstractModel):
    _inherit = "cn285.billing.terms"

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

    @api.constrains(
        "billing_type",
        "usage_billing",
        "usage_set_property",
        "usage_set_completion",
        "usage_set_count",
        "usage_marker_property",
        "usage_max_wait",
        "usage_threshold",
        "usage_threshold_measure",
        "usage_threshold_repeat",
        "usage_threshold_step",
    )
    def _check_usage_billing(self):
        for item in self:
            reason = item._usage_billing_error() if item.billing_type == "usage" else None
            if reason:
                raise ValidationError(
                    self.env._("Item “%(item)s”: %(reason)s", item=item.name, reason=reason)
                )

    def _usage_billing_error(self):
        """Why usage cannot be billed by these terms, in a clerk's words; None if it can."""
        self.ensure_one()
        if self.usage_max_wait < 0:
            return self.env._("usage cannot be waited for for %s days.", self.usage_max_wait)
        if self.usage_billing == "threshold":
            return self._threshold_error()
        if self.usage_billing == "delivery" and self.usage_set_property:
            if self.usage_set_completion == "count" and self.usage_set_count < 1:
                return self.env._("a set has at least 1 event, not %s.", self.usage_set_count)
            if self.usage_set_completion == "marker" and not self.usage_marker_property:
                return self.env._("name the property by which an event ends its set.")
        return None

    def _threshold_error(self):
        if self.usage_threshold <= 0:
            return self.env._("the threshold must be above zero, not %s.", self.usage_threshold)
        if self.usage_threshold_step < 0:
            return self.env._("the amount per step cannot be negative.")
        try:
            self._threshold()
        except UsageError:
            return self.env._("a threshold of quantity at each multiple needs an amount per step.")
        return None

    def _threshold(self):
        """The threshold as the engine has it.

        :raises UsageError: when its figures make none
        """
        self.ensure_one()
        each = self.usage_threshold_repeat == "each"
        step = as_decimal(self.usage_threshold_step) if each and self.usage_threshold_step else None
        return Threshold(
            as_decimal(self.usage_threshold),
            self.usage_threshold_measure,
            self.usage_threshold_repeat,
            step,
        )

    def _expected_metrics(self):
        """Metrics of which something must have arrived."""
        self.ensure_one()
        metrics = self.usage_metric_ids
        if not metrics:
            for calculator in self.calculator_ids:
                metrics |= calculator._metrics()
        return metrics


class ContractTemplateItem(models.Model):
    _inherit = "cn285.contract.template.item"

    def _prepare_contract_item_vals(self, date_start=None):
        vals = super()._prepare_contract_item_vals(date_start)
        vals["usage_metric_ids"] = [fields.Command.set(self.usage_metric_ids.ids)]
        return vals


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    # Whether a company has anything to trigger is asked after each ingest.
    _usage_trigger_idx = models.Index(
        "(company_id, usage_billing) WHERE billing_type = 'usage' AND usage_billing <> 'period'"
    )

    def write(self, vals):
        keys = ("usage_billing", "usage_set_property", "billing_type")
        changed = [name for name in keys if name in vals]
        before = {item: [item[name] for name in changed] for item in self} if changed else {}
        result = super().write(vals)
        self.filtered(
            lambda item: item in before and before[item] != [item[name] for name in changed]
        )._check_delivery_stays(before, changed)
        self._look_at_sets_again(vals)
        return result

    def _check_delivery_stays(self, before, changed):
        """Refuse to change between deliveries and periods what was billed by one of them.

        The same events would be billed by both.
        """
        for item in self:
            was = dict(zip(changed, before[item], strict=True))
            delivered = "delivery" in (item.usage_billing, was.get("usage_billing"))
            if delivered and item._has_billed_usage():
                raise UserError(
                    self.env._(
                        "Usage of item “%(item)s” of contract %(contract)s was billed already: it "
                        "cannot change between deliveries and periods, nor how its events make "
                        "sets. End the item and add another.",
                        item=item.name,
                        contract=item.contract_id.name,
                    )
                )

    def _has_billed_usage(self):
        self.ensure_one()
        # sudo: that something was billed is true for whoever asks.
        rows = self.env["cn285.billing.schedule"].sudo()
        return bool(
            rows.search_count(
                [
                    ("item_id", "=", self.id),
                    ("kind", "not in", ("fixed", "one_shot")),
                    ("state", "in", BILLED_STATES),
                ],
                limit=1,
            )
        )

    @api.constrains("usage_billing", "calculator_ids")
    def _check_delivery_calculators(self):
        self.calculator_ids._check_delivery()


class UsageCalculator(models.Model):
    _inherit = "cn285.usage.calculator"

    @api.constrains(
        "allowance_units",
        "minimum_amount",
        "maximum_amount",
        "metric_id",
        "item_id",
        "template_item_id",
    )
    def _check_delivery(self):
        """What belongs to a period cannot be billed by deliveries."""
        for calculator in self:
            item = calculator.item_id or calculator.template_item_id
            if item.billing_type != "usage" or item.usage_billing != "delivery":
                continue
            of_period = (
                calculator.allowance_units or calculator.minimum_amount or calculator.maximum_amount
            )
            if of_period or calculator.metric_id.aggregation in OVER_TIME:
                raise ValidationError(
                    self.env._(
                        "Item “%(item)s” is billed on delivery: each delivery is rated by itself, "
                        "so calculator “%(calculator)s” can have neither an allowance nor a "
                        "minimum or maximum of a period, nor a value weighted by time.",
                        item=item.name,
                        calculator=calculator.name,
                    )
                )
