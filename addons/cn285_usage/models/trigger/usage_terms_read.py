"""Terms of usage that would be ignored: what nothing reads is refused, and cleared in forms."""

from odoo import api, models
from odoo.exceptions import ValidationError


class BillingTerms(models.AbstractModel):
    _inherit = "cn285.billing.terms"

    def _terms_read(self):
        """The optional terms of usage, and whether the item reads them: ``{field: bool}``."""
        self.ensure_one()
        billing = self.usage_billing
        threshold = billing == "threshold"
        in_sets = billing == "delivery" and self.usage_set_property
        marked = in_sets and self.usage_set_completion == "marker"
        return {
            "usage_grace_days": billing != "delivery",
            "usage_set_property": billing == "delivery",
            "usage_marker_property": marked,
            "usage_marker_value": marked,
            "usage_metric_ids": billing == "complete"
            or (in_sets and self.usage_set_completion == "metrics"),
            "usage_at_end": billing == "complete",
            "usage_threshold": threshold,
            "usage_threshold_step": threshold and self.usage_threshold_repeat == "each",
        }

    def _usage_billing_error(self):
        reason = super()._usage_billing_error()
        if reason:
            return reason
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

    @api.constrains("usage_grace_days", "usage_marker_value", "usage_metric_ids", "usage_at_end")
    def _check_terms_read(self):
        self._check_usage_billing()

    @api.onchange("usage_billing", "usage_set_property", "usage_set_completion")
    def _onchange_usage_billing(self):
        self._clear_unread_terms()

    @api.onchange("usage_threshold_repeat")
    def _onchange_usage_threshold_repeat(self):
        self._clear_unread_terms()

    def _clear_unread_terms(self):
        """A form hides what is not read: it must not stay behind."""
        for name, is_read in self._terms_read().items():
            if self[name] and not is_read:
                self[name] = False

    @api.constrains("billing_type", "calculator_ids")
    def _check_calculators_bill(self):
        other = self.filtered(lambda one: one.billing_type not in ("usage", "none"))
        for item in other.filtered("calculator_ids"):
            raise ValidationError(
                self.env._(
                    "Item “%(item)s” bills no usage, but has calculator “%(calculator)s”: take it "
                    "out, or let the item bill usage.",
                    item=item.name,
                    calculator=item.calculator_ids[0].name,
                )
            )


class UsageCalculator(models.Model):
    _inherit = "cn285.usage.calculator"

    @api.constrains("item_id", "template_item_id")
    def _check_item_bills(self):
        self.item_id._check_calculators_bill()
        self.template_item_id._check_calculators_bill()
