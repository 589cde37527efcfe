from odoo import models
from odoo.addons.payment_stripe.controllers.main import StripeController
from odoo.fields import Domain


class StripeEvent(models.Model):
    """Events about payments: what became of them, refunds, and disputes."""

    _inherit = "cn285.stripe.event"

    def _transaction_of(self, made):
        """The transaction that an intent of Stripe's belongs to, of this provider alone.

        Odoo's reference is the intent's description.

        :param made: an intent, or None
        """
        # sudo: transactions of whomever; the event was signed with the provider's secret.
        transactions = self.env["payment.transaction"].sudo()
        if not made:
            return transactions
        own = Domain("provider_id", "=", self.provider_id.id)
        reference = made.get("description")
        # Apart: each has an index of its own.
        found = reference and transactions.search(own & Domain("reference", "=", reference))
        return found or self._transaction_with(made["id"])

    def _transaction_with(self, identity):
        """The transaction of this provider that is known to be this one of Stripe's."""
        # sudo: see above.
        transactions = self.env["payment.transaction"].sudo()
        return transactions.search(
            [
                ("provider_id", "=", self.provider_id.id),
                ("provider_reference", "=", identity),
            ],
            limit=1,
        )

    def _work_intent(self):
        """What became of a payment; nothing is asked about one that is known to be paid."""
        known = self._transaction_with(self.object_id)
        if known.state == "done":
            return None
        return self._take_over(self.object_id)

    def _work_charge(self):
        charge = self.provider_id._cn285_stripe_fetch("charges", self.object_id)
        if not charge or not charge.get("payment_intent"):
            return None
        return self._take_over(charge["payment_intent"])

    def _take_over(self, identity):
        """Take over what a payment intent says by now."""
        intent = self.provider_id._cn285_stripe_fetch(
            "payment_intents", identity, ["payment_method"]
        )
        transaction = self._transaction_of(intent)
        if not transaction:
            return None
        problem = transaction._cn285_stripe_contradiction(intent)
        if problem:
            return self._look_at(problem)
        return transaction._cn285_stripe_take_over(intent)

    def _work_dispute(self):
        dispute = self.provider_id._cn285_stripe_fetch("disputes", self.object_id)
        if not dispute or not dispute.get("payment_intent"):
            return None
        transaction = self._transaction_of({"id": dispute["payment_intent"]})
        if not transaction:
            return None
        said, is_to_look_at = transaction._cn285_stripe_take_over_dispute(dispute)
        return self._look_at(said) if is_to_look_at else said

    # === REFUNDS === #

    def _work_refunds(self):
        """Refunds of a charge that nobody here asked for: made on Stripe's pages."""
        charge = self.provider_id._cn285_stripe_fetch("charges", self.object_id)
        if not charge:
            return None
        transaction = self._transaction_of(
            {"id": charge.get("payment_intent"), "description": charge.get("description")}
        )
        if not transaction:
            return None
        transaction._cn285_stripe_lock()
        made = transaction.browse()
        for refund in self.provider_id._cn285_stripe_refunds({"charge": charge["id"]}):
            made |= transaction._cn285_stripe_take_over_refund(refund)
        return made and self.env._("Refunds: %s", ", ".join(made.mapped("reference")))

    def _work_refund(self):
        """A refund that the customer's bank turned down later."""
        refund = self.provider_id._cn285_stripe_fetch("refunds", self.object_id)
        transaction = self._transaction_with(self.object_id)
        if not refund or not transaction:
            return None
        was = transaction.state
        data = {}
        StripeController._include_refund_in_payment_data(refund, data)
        transaction._process("stripe", data)
        if transaction.state == was:
            return None
        return self.env._("Refund %s", transaction.reference)
