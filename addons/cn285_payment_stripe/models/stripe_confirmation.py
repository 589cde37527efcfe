import stripe
from odoo import api, models
from odoo.addons.payment import utils as payment_utils
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.tools.urls import urljoin
from werkzeug.urls import url_encode

from ..engine.intents import DONE, OPEN, PENDING, answer_of

# Refusals that the customer lifts himself, by showing his bank that it is he who pays.
CONFIRMED_BY_CUSTOMER = ("authentication_required", "authentication_not_handled")


class PaymentTransaction(models.Model):
    """A bank wants its customer: he is brought back to confirm the very intent that it refused.

    Paying anew by the same card cannot help, as Odoo sends it as a payment without the customer. A
    link is good for one intent: as soon as another attempt is made, or the invoice is paid
    otherwise, the intent is cancelled, and the link says so.
    """

    _inherit = "payment.transaction"

    def _cn285_stripe_is_confirmable(self):
        """Whether the customer could lift the refusal, as far as is known here."""
        self.ensure_one()
        return (
            self.provider_code == "stripe"
            and self.operation == "offline"
            and self.state == "error"
            and self.cn285_code in CONFIRMED_BY_CUSTOMER
            and self._cn285_stripe_has_intent()
            and not self.cn285_intent_closed
        )

    def _cn285_stripe_token(self):
        """What opens the page of this transaction, and of no other."""
        self.ensure_one()
        return payment_utils.generate_access_token(
            "cn285_confirm",
            self.id,
            self.partner_id.id,
            self.amount,
            self.currency_id.id,
            env=self.env,
        )

    def _cn285_stripe_link(self):
        """The address of the page, for the customer alone."""
        self.ensure_one()
        query = url_encode({"access_token": self._cn285_stripe_token()})
        return urljoin(self.provider_id.get_base_url(), f"/payment/cn285/confirm/{self.id}?{query}")

    def _cn285_stripe_obstacle(self):
        """Why the payment cannot be confirmed any more, in the customer's words; None if it can.

        Where the invoice was paid otherwise meanwhile, the intent is withdrawn on the way.
        """
        self.ensure_one()
        if self.state == "done":
            return self.env._("This payment is confirmed already. Thank you.")
        attempt = self.cn285_attempt_ids[:1]
        move = attempt.move_id or self.invoice_ids[:1]
        if self.state == "pending" or move._cn285_being_paid():
            return self.env._("A payment of this invoice is under way: there is nothing to do.")
        newer = attempt.search_count(
            [("move_id", "=", move.id), ("number", ">", attempt.number)], limit=1
        )
        if newer or not self._cn285_stripe_is_confirmable():
            return self.env._("This link is no longer valid. Please look at your invoice.")
        owed = move.amount_residual if move.state == "posted" else 0.0
        if self.currency_id.compare_amounts(owed, self.amount) < 0:
            self._cn285_stripe_withdraw()
            return self.env._("This invoice has been paid otherwise: there is nothing to do.")
        return None

    def _cn285_stripe_confirmation(self):
        """What a browser needs to confirm the intent; asked for when the customer presses.

        The intent's secret is fetched, handed to the customer's browser, and kept nowhere.

        :returns: ``{"client_secret", "payment_method", "publishable_key", "return_url"}``, or
            ``{"message"}`` in the customer's words
        """
        self.ensure_one()
        busy = self.env._("Please try again in a moment.")
        try:
            self._cn285_stripe_lock()
            obstacle = self._cn285_stripe_obstacle()
            if obstacle:
                return {"message": obstacle}
            intent = self.provider_id._cn285_stripe_fetch(
                "payment_intents", self.provider_reference, ["payment_method"]
            )
            if answer_of(intent).state in (DONE, PENDING):
                self._cn285_stripe_take_over(intent)
                return {"message": self.env._("This payment is confirmed already. Thank you.")}
        except (RetryableJobError, stripe.StripeError):
            return {"message": busy}
        if not intent or intent["status"] not in OPEN:
            return {
                "message": self.env._("This link is no longer valid. Please look at your invoice.")
            }
        self._cn285_stripe_land()
        query = url_encode({"reference": self.reference, "payment_intent": intent["id"]})
        return {
            "client_secret": intent["client_secret"],
            "payment_method": self.token_id.stripe_payment_method,
            "publishable_key": self.provider_id._stripe_get_publishable_key(),
            "return_url": f"/payment/stripe/return?{query}",
        }

    def _cn285_stripe_land(self):
        """Where the customer is led when his payment is confirmed: to his invoice."""
        move = self.invoice_ids[:1]
        if move and not self.landing_route:
            self.landing_route = move.get_portal_url()


class Collection(models.AbstractModel):
    _inherit = "cn285.collection"

    @api.model
    def _declined_steps(self):
        return [*super()._declined_steps(), self._stripe_ask_to_confirm]

    @api.model
    def _stripe_ask_to_confirm(self, attempts):
        """Write to customers whose bank wants them, with the link to confirm."""
        asked = attempts.filtered(lambda attempt: attempt._stripe_is_confirmable())
        template = self.env.ref(
            "cn285_payment_stripe.mail_template_confirm", raise_if_not_found=False
        )
        if asked and template:
            template.send_mail_batch(asked.transaction_id.ids)


class PaymentAttempt(models.Model):
    _inherit = "cn285.payment.attempt"

    def _stripe_is_confirmable(self):
        """Whether the customer only has to confirm it with his bank."""
        self.ensure_one()
        return self.state == "declined" and self.transaction_id._cn285_stripe_is_confirmable()

    def _ask_for_means(self):
        """Not those whose means are good: they are asked to confirm."""
        others = self.filtered(lambda attempt: not attempt._stripe_is_confirmable())
        return super(PaymentAttempt, others)._ask_for_means()
