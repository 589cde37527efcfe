from odoo import models
from odoo.addons.payment import utils as payment_utils
from odoo.addons.payment_stripe.controllers.main import StripeController

from ..engine.intents import refund_state


class PaymentTransaction(models.Model):
    """Refunds, which Odoo asks for without a key and without a name."""

    _inherit = "payment.transaction"

    def _send_api_request(self, method, endpoint, *, data=None, **kwargs):
        """Odoo's; refunds under a key, so that sent again they are one, and with their reference,
        by which they are found."""
        if self.provider_code == "stripe" and (method, endpoint) == ("POST", "refunds"):
            data = {**(data or {}), "metadata[reference]": self.reference}
            kwargs["idempotency_key"] = payment_utils.generate_idempotency_key(
                self, scope="refunds"
            )
        return super()._send_api_request(method, endpoint, data=data, **kwargs)

    def _cn285_stripe_ask_refund(self):
        """What became of a refund that was asked for here, by its reference.

        :returns: ``done``, ``pending``, ``declined``, ``nothing``, or None where it is not known
        :raises stripe.StripeError: Stripe does not answer
        """
        source = self.source_transaction_id
        if not source._cn285_stripe_has_intent():
            return None
        for refund in self.provider_id._cn285_stripe_refunds(
            {"payment_intent": source.provider_reference}
        ):
            if refund["id"] == self.provider_reference or self._cn285_stripe_is_named(refund):
                # sudo: kept by the program, whoever asks.
                self.sudo().provider_reference = refund["id"]
                return refund_state(refund)
        return "nothing"

    def _cn285_stripe_is_named(self, refund):
        return (refund.get("metadata") or {}).get("reference") == self.reference

    def _cn285_stripe_take_over_refund(self, refund):
        """Take over a refund of this payment, once.

        A refund that was asked for here, and whose answer is not known, is the one with its
        reference; those of before references were sent are known by their amount.

        :returns: the refund's transaction if it is new, else none
        """
        refunds = self.child_transaction_ids.filtered(lambda tx: tx.operation == "refund")
        if refund["id"] in refunds.mapped("provider_reference"):
            return self.browse()
        data = {}
        StripeController._include_refund_in_payment_data(refund, data)
        waiting = refunds.filtered(lambda tx: tx._cn285_stripe_is_named(refund))
        if not waiting and not (refund.get("metadata") or {}).get("reference"):
            waiting = refunds.filtered(
                lambda tx: (
                    not tx.provider_reference
                    and tx.state in ("draft", "error")
                    and tx._cn285_stripe_minor() == -refund["amount"]
                )
            )[:1]
        if waiting:
            waiting._cn285_stripe_lock()
        made = waiting or StripeController._create_refund_tx_from_refund(self, refund)
        made._process("stripe", data)
        return made


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    def _cn285_stripe_refunds(self, values):
        """All refunds of a charge or an intent, oldest first.

        :raises stripe.StripeError: Stripe does not answer
        """
        pages = self._cn285_stripe_client().v1.refunds.list({**values, "limit": 100})
        return [refund.to_dict() for refund in pages.auto_paging_iter()][::-1]
