from odoo import api, models

from .payment_provider import CODE

# Names the context in which means are archived only because their method of payment is.
BY_METHOD = "cn285_archived_by_method"


class PaymentProvider(models.Model):
    """A provider that is disabled, tried out, or in earnest: mandates stay as they were signed.

    Means of other providers go when their mode changes. A mandate is the same paper in any mode,
    kept by us alone: it is neither archived nor revoked. While its provider is disabled nothing is
    debited and nothing ordered by it; what waits goes on when it is enabled again, on a day that
    the bank can keep.
    """

    _inherit = "payment.provider"

    def _archive_linked_tokens(self):
        """Odoo's and cn285_payment's, for all other providers."""
        others = self.filtered(lambda provider: provider.code != CODE)
        return super(PaymentProvider, others)._archive_linked_tokens()

    @api.onchange("state")
    def _onchange_state_warn_before_disabling_tokens(self):
        """Odoo warns of means that are archived; of ours, what becomes of debits is told."""
        if self._origin.code != CODE:
            return super()._onchange_state_warn_before_disabling_tokens()
        if self.state != "disabled" or self._origin.state in (False, "disabled"):
            return None
        # sudo: counted for who may change the provider.
        mandates = self.env["cn285.sepa.mandate"].sudo()
        count = mandates.search_count(
            [("provider_id", "=", self._origin.id), ("state", "=", "active")]
        )
        if not count:
            return None
        return {
            "warning": {
                "title": self.env._("Nothing is debited while it is disabled"),
                "message": self.env._(
                    "%s mandates stay signed, and debits that were ordered still settle. What "
                    "waits is ordered once the provider is enabled again.",
                    count,
                ),
            }
        }


class PaymentMethod(models.Model):
    _inherit = "payment.method"

    def write(self, vals):
        """Odoo's; a method that is archived or detached takes no mandate with it."""
        archives = vals.get("active") is False or vals.get("support_tokenization") is False
        if archives or "provider_ids" in vals:
            self = self.with_context(**{BY_METHOD: True})
        return super().write(vals)
