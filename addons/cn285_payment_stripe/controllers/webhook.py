import json
import logging

from odoo import SUPERUSER_ID, http
from odoo.addons.payment_stripe.controllers.main import StripeController
from odoo.http import request
from werkzeug.exceptions import BadRequest, Forbidden

_logger = logging.getLogger(__name__)


class SignedStripeController(StripeController):
    """The webhook believes what is signed, keeps it once, and leaves the work to jobs.

    Odoo's own takes an event of a provider without a secret for true, knows one signature of
    several, and works on the object as it was when the event was made. Here every event, of Odoo's
    list or ours, is verified first, whatever it is about.
    """

    @http.route()
    def stripe_webhook(self):
        """Keep a signed event and order its work.

        :returns: an empty answer, also for what came before and for what nobody uses
        :raises Forbidden: no provider's secret signed it; nothing was changed
        """
        body = request.httprequest.get_data()
        header = request.httprequest.headers.get("Stripe-Signature")
        signers = request.env["payment.provider"]._cn285_stripe_signers(body, header)
        if not signers:
            _logger.warning("A webhook of Stripe is refused: no secret of a provider signed it.")
            raise Forbidden()
        try:
            event = json.loads(body)
            made = event["data"]["object"]
            kept = event["id"], event["type"], made.get("id"), int(event["created"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadRequest() from error
        # As the superuser, in jobs too: whoever signs with a provider's secret is Stripe.
        events = request.env["cn285.stripe.event"].with_user(SUPERUSER_ID)
        events._receive(signers.with_env(events.env), *kept)
        return request.make_json_response("")
