from odoo import fields, models
from odoo.addons.cn285_payment.engine.declines import UNKNOWN
from odoo.exceptions import ValidationError


class PaymentTransaction(models.Model):
    """What Stripe's answers say, where Odoo keeps less."""

    _inherit = "payment.transaction"

    # Events name the intent alone, and are many.
    provider_reference = fields.Char(index="btree_not_null")

    # === MEANS === #

    def _extract_token_values(self, payment_data):
        """Odoo's, with the mandate of means that were added without a payment."""
        values = super()._extract_token_values(payment_data)
        if self.provider_code == "stripe" and values and self.operation == "validation":
            mandate = payment_data["setup_intent"].get("mandate")
            if mandate and not values.get("stripe_mandate"):
                values["stripe_mandate"] = mandate
        return values

    def _cn285_token_details(self, payment_data):
        found = super()._cn285_token_details(payment_data)
        if self.provider_code != "stripe":
            return found
        token = self.token_id
        method = payment_data.get("payment_method")
        if not isinstance(method, dict) or method.get("id") != token.stripe_payment_method:
            # Another means was made of the one that was used, as an account of an iDEAL payment.
            method = self._cn285_stripe_method(token.stripe_payment_method)
        found = {**found, **token._cn285_stripe_values(method)}
        if token.stripe_mandate:
            found["cn285_mandate_ref"] = token.stripe_mandate
        return found

    def _cn285_stripe_method(self, identity):
        try:
            return self._send_api_request("GET", f"payment_methods/{identity}")
        except ValidationError:
            return None  # the means are there; when it expires is asked by its next event

    # === REFUSALS === #

    def _cn285_refusal(self, response):
        """With the intent that was refused: the customer confirms it, or it is cancelled later."""
        found = super()._cn285_refusal(response)
        error = self._cn285_stripe_error(response)
        intent = error.get("payment_intent")
        if isinstance(intent, dict) and intent.get("id"):
            found["provider_reference"] = intent["id"]
        return found

    def _cn285_classified(self, cause):
        """A key that was used with another body says nothing of what the first call did.

        The address of a customer goes with each call: where it changed meanwhile, the same
        transaction is another request, and Stripe refuses it. It may have been charged.
        """
        values = super()._cn285_classified(cause)
        error = self._cn285_stripe_error(getattr(cause, "response", None))
        if error.get("type") == "idempotency_error":
            values["cn285_outcome"] = UNKNOWN
        return values

    def _cn285_stripe_error(self, response):
        """What stands in ``error`` of an answer, an empty dictionary where there is none."""
        if self.provider_code != "stripe" or response is None:
            return {}
        try:
            error = response.json()["error"]
        except (ValueError, KeyError, TypeError):
            return {}
        return error if isinstance(error, dict) else {}

    # === DATA OF ANOTHER PAYMENT === #

    def _process(self, provider_code, payment_data):
        """Odoo's, for what is this transaction's alone.

        The page that customers return to takes the intent from their address bar: an intent of
        another invoice of the same amount would pay this one.
        """
        if provider_code == "stripe" and self._cn285_stripe_is_strange(payment_data):
            return self
        return super()._process(provider_code, payment_data)

    def _cn285_stripe_is_strange(self, payment_data):
        transaction = self or self._search_by_reference("stripe", payment_data)
        made = payment_data.get("payment_intent") or payment_data.get("setup_intent")
        if not transaction or not isinstance(made, dict):
            return False
        return made.get("description", transaction.reference) != transaction.reference
