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
        named = Domain("provider_reference", "=", made["id"])
        if made.get("description"):
            named |= Domain("reference", "=", made["description"])
        found = transactions.search(Domain("provider_id", "=", self.provider_id.id) & named)
        return (
            found.filtered(lambda each: each.reference == made.get("description"))[:1] or found[:1]
        )

    def _work_intent(self):
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
        for refund in self._all_refunds(charge):
            made |= transaction._cn285_stripe_take_over_refund(refund)
        return made and self.env._("Refunds: %s", ", ".join(made.mapped("reference")))

    def _all_refunds(self, charge):
        """All refunds of a charge, oldest first; the charge itself shows the newest only."""
        client = self.provider_id._cn285_stripe_client()
        pages = client.v1.refunds.list({"charge": charge["id"], "limit": 100})
        return [refund.to_dict() for refund in pages.auto_paging_iter()][::-1]

    def _work_refund(self):
        """A refund that the customer's bank turned down later."""
        refund = self.provider_id._cn285_stripe_fetch("refunds", self.object_id)
        # sudo: see _transaction_of.
        transaction = (
            self.env["payment.transaction"]
            .sudo()
            .search(
                [
                    ("provider_id", "=", self.provider_id.id),
                    ("provider_reference", "=", self.object_id),
                ],
                limit=1,
            )
        )
        if not refund or not transaction:
            return None
        was = transaction.state
        data = {}
        StripeController._include_refund_in_payment_data(refund, data)
        transaction._process("stripe", data)
        if transaction.state == was:
            return None
        return self.env._("Refund %s", transaction.reference)
