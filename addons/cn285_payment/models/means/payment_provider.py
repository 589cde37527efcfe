from odoo import api, models


class PaymentProvider(models.Model):
    """Providers are the administrators'. Whoever keeps contracts is told which there are."""

    _inherit = "payment.provider"

    @api.model
    def _cn285_told_fields(self):
        """What users of contracts read of providers, and nothing else: no key, no secret."""
        return frozenset(
            {
                *("id", "display_name", "name", "code", "state", "company_id", "journal_id"),
                # By these lists are in order.
                *("module_state", "sequence"),
            }
        )

    def _has_field_access(self, field, operation):
        allowed = super()._has_field_access(field, operation)
        if not allowed or self.env.su or self.env.user.has_group("base.group_system"):
            return allowed
        return operation == "read" and field.name in self._cn285_told_fields()

    def _cn285_obstacle(self):
        """Why invoices cannot be charged by this provider automatically; None if they can.

        Hook: an addon of a provider adds its own, such as a missing secret of its webhook.

        :returns: the reason in a clerk's words, or None
        """
        self.ensure_one()
        if self.state == "disabled":
            return self.env._("The payment provider %s is disabled.", self.name)
        if self.capture_manually:
            return self.env._(
                "The payment provider %s captures amounts by hand: what it was asked for would "
                "never be paid. Switch that off to collect automatically.",
                self.name,
            )
        if not self.journal_id:
            return self.env._(
                "The payment provider %s has no journal, in which its payments are booked.",
                self.name,
            )
        return None

    def _cn285_due_until(self, day):
        """Hook: up to which due date this provider is asked on a day: that day.

        A provider that moves money only days after it was asked names a later day, so that it
        moves on the due date; at most 14 days later.
        """
        self.ensure_one()
        return day

    def _cn285_is_idempotent(self):
        """Hook: whether the provider takes the same transaction, sent again, for the same request.

        If so it is sent again, for a day, where it is not known what became of it; else the
        provider is asked first.
        """
        self.ensure_one()
        return False
