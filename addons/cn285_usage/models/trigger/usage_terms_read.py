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
        other = self.filtered(lambda item: item.billing_type not in ("usage", "none"))
        for item in other.filtered("calculator_ids"):
            raise ValidationError(
                self.env._(
                    "Item “%(item)s” bills no usage, but has calculator “%(calculator)s”: take it "
                    "out, or let the item bill usage.",
                    item=item.name,
                    calculator=item.calculator_ids[0].name,
                )
            )
