import logging

from odoo import SUPERUSER_ID, http
from odoo.http import request
from werkzeug.exceptions import BadRequest, Forbidden, RequestEntityTooLarge

from ..engine.webhook import HEADER, BadEvent, read_event

_logger = logging.getLogger(__name__)
# The largest message that is read, in bytes: an event has some thousands.
LARGEST = 1_000_000


class YousignWebhook(http.Controller):
    """Where Yousign tells that something is new: verified, kept once, and worked by a job."""

    @http.route(
        "/sign/yousign/webhook",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
    )
    def yousign_webhook(self):
        """Keep a signed event and order its work.

        :returns: an empty answer, also for what came before and for what nobody uses
        :raises Forbidden: no provider's secret signed it; nothing was read of it, nothing changed
        """
        if (request.httprequest.content_length or 0) > LARGEST:
            raise RequestEntityTooLarge()
        body = request.httprequest.get_data()
        header = request.httprequest.headers.get(HEADER)
        # As the superuser, in jobs too: whoever signs with a provider's secret is Yousign.
        env = request.env(user=SUPERUSER_ID, su=True)
        providers = env["cn285.sign.provider"]._yousign_signers(body, header)
        if not providers:
            _logger.warning("A webhook of Yousign is refused: no secret of a provider signed it.")
            raise Forbidden()
        try:
            event = read_event(body)
        except BadEvent as error:
            raise BadRequest() from error
        for provider in providers:
            env["cn285.yousign.event"]._receive(provider, event)
        return request.make_json_response("")
