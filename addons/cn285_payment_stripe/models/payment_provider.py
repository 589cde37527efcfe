import logging

import stripe
from odoo import api, models
from odoo.addons.payment.const import SENSITIVE_KEYS
from odoo.addons.payment_stripe import const
from odoo.addons.payment_stripe import utils as stripe_utils
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.tools.urls import urljoin

# Odoo logs what providers answer, with the secret of a webhook that was just made.
SENSITIVE_KEYS.update({"secret", "stripe_secret_key", "stripe_webhook_secret"})
# At its finest level the package logs whole answers.
logging.getLogger("stripe").addFilter(lambda record: record.levelno > logging.DEBUG)

# Honoured in databases that are marked as a test: a server to try against, instead of Stripe.
BASE_ADDRESS = "cn285_payment_stripe.base_address"
STRIPE_JS = "https://js.stripe.com/v3/"
SECONDS = 10  # as long as Odoo's own calls wait
# Odoo's own tolerance for the age of a signature (payment_stripe, WEBHOOK_AGE_TOLERANCE).
SIGNATURE_AGE = 600


class PaymentProvider(models.Model):
    """Stripe as a provider of automatic payments: its address, its client, who signs its events."""

    _inherit = "payment.provider"

    # === ADDRESS === #

    @api.model
    def _cn285_stripe_address(self):
        """The server to try against, where the database is a test; None: Stripe itself."""
        if not self.env["res.company"]._cn285_is_test_database():
            return None
        # sudo: an address, of which nothing is shown but what pages load.
        return self.env["ir.config_parameter"].sudo().get_param(BASE_ADDRESS) or None

    @api.model
    def _cn285_stripe_js(self):
        """From where pages load stripe.js."""
        address = self._cn285_stripe_address()
        return urljoin(address, "/v3/") if address else STRIPE_JS

    def _build_request_url(self, endpoint, *, is_proxy_request=False, **kwargs):
        url = super()._build_request_url(endpoint, is_proxy_request=is_proxy_request, **kwargs)
        if self.code != "stripe" or is_proxy_request or not self._cn285_stripe_is_test_key():
            return url
        address = self._cn285_stripe_address()
        return urljoin(address, f"/v1/{endpoint}") if address else url

    def _cn285_stripe_is_test_key(self):
        """Whether the secret key may be told to a server to try against: live ones never."""
        # sudo: only whether it is a key for tests is told.
        key = stripe_utils.get_secret_key(self.sudo()) or ""
        return not key.startswith(("sk_live", "rk_live"))

    def _cn285_stripe_client(self):
        """A client of the `stripe` package with this provider's key, for what Odoo has no call for.

        It does not call again by itself: who calls knows what may be done twice.
        """
        self.ensure_one()
        address = self._cn285_stripe_is_test_key() and self._cn285_stripe_address()
        # sudo: administrators alone read the key; it goes to Stripe and nowhere else.
        return stripe.StripeClient(
            stripe_utils.get_secret_key(self.sudo()),
            stripe_version=const.API_VERSION,
            base_addresses={"api": address} if address else {},
            max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=SECONDS),
        )

    def _cn285_stripe_fetch(self, kind, identity, expand=()):
        """An object of Stripe's as it is now, as a dictionary; None where Stripe has none.

        :param kind: ``payment_intents``, ``charges``, ``payment_methods``, ``mandates`` …
        :raises RetryableJobError: Stripe does not answer, or not now
        """
        self.ensure_one()
        service = getattr(self._cn285_stripe_client().v1, kind)
        try:
            found = service.retrieve(identity, params={"expand": list(expand)} if expand else {})
        except stripe.InvalidRequestError as error:
            if error.http_status == 404:
                return None
            raise
        except (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError) as error:
            # Without its text, which the caller's log would keep: nobody knows what is in it.
            raise RetryableJobError(
                f"Stripe does not answer: {type(error).__name__}", seconds=60
            ) from None
        return found.to_dict()

    # === AUTOMATIC PAYMENTS === #

    def _cn285_obstacle(self):
        """Without a secret nobody knows whether an event is Stripe's, and none is believed."""
        reason = super()._cn285_obstacle()
        if reason or self.code != "stripe":
            return reason
        # sudo: only whether there is a secret is told.
        if not (self.sudo().stripe_webhook_secret or "").strip():
            return self.env._(
                "The payment provider %s has no webhook signing secret: what becomes of a payment "
                "could not be believed. Generate the webhook on its form to collect automatically.",
                self.name,
            )
        return None

    def _cn285_is_idempotent(self):
        """Stripe keeps its answers under our key for a day, refusals and errors too."""
        return self.code == "stripe" or super()._cn285_is_idempotent()

    # === WEBHOOK === #

    @api.model
    def _cn285_stripe_signers(self, body, header):
        """The Stripe providers whose secret signed a webhook's body, with any of its ``v1=``.

        While a secret is rolled Stripe signs with the old one and the new one.

        :param bytes body: as it came
        :param header: ``Stripe-Signature``
        """
        # sudo: whoever calls the webhook is nobody; secrets are compared, not shown.
        providers = self.sudo().search([("code", "=", "stripe")])
        return providers.filtered(lambda provider: provider._cn285_stripe_signed(body, header))

    def _cn285_stripe_signed(self, body, header):
        try:
            return stripe.WebhookSignature.verify_header(
                body, header, stripe_utils.get_webhook_secret(self) or None, SIGNATURE_AGE
            )
        except (stripe.SignatureVerificationError, ValueError, TypeError):
            # What is no text cannot be signed, nor be a signature.
            return False

    def action_stripe_create_webhook(self):
        """Odoo's, for our events too; a webhook that is there is told of those that it lacks.

        Stripe tells a webhook's secret once, when it is made: one that was made by hand keeps its
        own.
        """
        self.ensure_one()
        if not self.stripe_secret_key:
            return super().action_stripe_create_webhook()
        events = self.env["cn285.stripe.event"]._told()
        if self.stripe_webhook_secret:
            changed = self._cn285_stripe_update_webhook(events)
            if not changed:
                return super().action_stripe_create_webhook()
            message = self.env._("Your Stripe webhook is told of all events that are used here.")
        else:
            webhook = self._send_api_request(
                "POST",
                "webhook_endpoints",
                data={
                    "url": self._get_stripe_webhook_url(),
                    "enabled_events[]": events,
                    "api_version": const.API_VERSION,
                },
            )
            self.stripe_webhook_secret = webhook.get("secret")
            message = self.env._("Your Stripe webhook is set up.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "sticky": False,
                "type": "info",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _cn285_stripe_update_webhook(self, events):
        """Tell Stripe which events the webhook of our address is told of; whether there was one."""
        known = self._send_api_request("GET", "webhook_endpoints", data={"limit": 100})
        url = self._get_stripe_webhook_url()
        ours = [each for each in known.get("data", ()) if each.get("url") == url]
        for endpoint in ours:
            self._send_api_request(
                "POST", f"webhook_endpoints/{endpoint['id']}", data={"enabled_events[]": events}
            )
        return bool(ours)
