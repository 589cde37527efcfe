"""When the usage of an item is billed: what can be checked on its terms."""

from odoo import api, models
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.exceptions import UserError, ValidationError

from ...engine.errors import UsageError
from ...engine.thresholds import Threshold
from ..rating.usage_batch import BILLED_STATES


class BillingTerms(models.AbstractModel):
    _inherit = "cn285.billing.terms"

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
        return (
            self._wait_error()
            or self._threshold_error()
            or self._set_error()
            or self._unread_term_error()
            or self._triggered_error()
        )

    def _wait_error(self):
        if self.usage_max_wait < 0:
            return self.env._("usage cannot be waited for for %s days.", self.usage_max_wait)
        return None

    def _threshold_error(self):
        if self.usage_billing != "threshold":
            return None
        if self.usage_threshold <= 0:
            return self.env._("the threshold must be above zero, not %s.", self.usage_threshold)
        if self.usage_threshold_step < 0:
            return self.env._("the amount per step cannot be negative.")
        try:
            self._threshold()
        except UsageError:
            return self.env._("a threshold of quantity at each multiple needs an amount per step.")
        return None

    def _set_error(self):
        if self.usage_billing != "delivery" or not self.usage_set_property:
            return None
        if self.usage_set_completion == "count" and self.usage_set_count < 1:
            return self.env._("a set has at least 1 event, not %s.", self.usage_set_count)
        if self.usage_set_completion == "marker" and not self.usage_marker_property:
            return self.env._("name the property by which an event ends its set.")
        return None

    def _unread_term_error(self):
        """A term that would be ignored."""
        for name, is_read in self._terms_read().items():
            if self[name] and not is_read:
                return self.env._(
                    "“%(term)s” has no meaning where usage is billed “%(billing)s” in this way; "
                    "leave it empty.",
                    term=self._fields[name]._description_string(self.env),
                    billing=dict(
                        self._fields["usage_billing"]._description_selection(self.env)
                    ).get(self.usage_billing),
                )
        return None

    def _triggered_error(self):
        sources = self.calculator_ids.source_item_id
        if self.usage_billing == "delivery" and sources:
            return self.env._(
                "it is triggered by “%s” and cannot be billed on delivery.", sources[0].name
            )
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
        vals = self._date_discount(vals)
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
