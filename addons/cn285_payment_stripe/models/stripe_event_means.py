from odoo import models


class StripeEvent(models.Model):
    """Events about means of payment: cards that the bank renewed, means that are gone."""

    _inherit = "cn285.stripe.event"

    def _tokens(self, **values):
        """Tokens of this provider with these values, archived ones too."""
        # sudo: means of whomever; the event was signed with the provider's secret.
        tokens = self.env["payment.token"].sudo().with_context(active_test=False)
        domain = [("provider_id", "=", self.provider_id.id)]
        return tokens.search(domain + [(name, "=", value) for name, value in values.items()])

    def _work_method(self):
        """A card was updated, or a means was taken from its customer."""
        tokens = self._tokens(stripe_payment_method=self.object_id)
        if not tokens:
            return None
        method = self.provider_id._cn285_stripe_fetch("payment_methods", self.object_id)
        if not method or not method.get("customer"):
            return self._archive(tokens)
        renewed = tokens.filtered("active")._cn285_stripe_update(method)
        if not renewed:
            return None
        return self.env._("Updated: %s", ", ".join(renewed.mapped("display_name")))

    def _work_customer(self):
        """A customer was deleted at Stripe, with all means."""
        tokens = self._tokens(provider_ref=self.object_id)
        if not tokens:
            return None
        customer = self.provider_id._cn285_stripe_fetch("customers", self.object_id)
        if customer and not customer.get("deleted"):
            return None
        return self._archive(tokens)

    def _archive(self, tokens):
        tokens = tokens.filtered("active")
        if not tokens:
            return None
        names = ", ".join(tokens.mapped("display_name"))
        tokens.active = False
        return self.env._("Archived: %s", names)

    def _work_mandate(self):
        """A mandate ended: its means are never charged again."""
        tokens = self._tokens(stripe_mandate=self.object_id).filtered("active")
        if not tokens:
            return None
        mandate = self.provider_id._cn285_stripe_fetch("mandates", self.object_id)
        if mandate and mandate.get("status") != "inactive":
            return None
        tokens.write({"cn285_state": "revoked"})
        return self.env._("Revoked: %s", ", ".join(tokens.mapped("display_name")))

    def _work_setup(self):
        """Means that a customer added: taken over, where his browser did not come back."""
        setup = self.provider_id._cn285_stripe_fetch(
            "setup_intents", self.object_id, ["payment_method"]
        )
        transaction = self._transaction_of(setup)
        if not transaction or transaction.operation != "validation":
            return None
        return transaction._cn285_stripe_take_over_setup(setup)
