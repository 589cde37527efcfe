from odoo import http
from odoo.addons.payment import utils as payment_utils
from odoo.addons.payment.controllers.post_processing import PaymentPostProcessing
from odoo.http import request
from werkzeug.exceptions import NotFound


class ConfirmController(http.Controller):
    """The page that brings a customer back whose bank wants to know that it is he who pays."""

    @http.route(
        "/payment/cn285/confirm/<int:tx_id>",
        type="http",
        methods=["GET"],
        auth="public",
        website=True,
        sitemap=False,
    )
    def confirm(self, tx_id, access_token=None, **_kwargs):
        """Show what is to be confirmed; nothing is charged by opening the page.

        :raises NotFound: for a link that is not ours
        """
        tx_sudo = self._transaction(tx_id, access_token)
        PaymentPostProcessing.monitor_transaction(tx_sudo)
        values = {
            "tx": tx_sudo,
            "invoice": tx_sudo.invoice_ids[:1],
            "message": tx_sudo._cn285_stripe_obstacle(),
            "access_token": access_token,
        }
        response = request.render("cn285_payment_stripe.confirm_page", values)
        response.headers["Cache-Control"] = "no-store"
        return response

    @http.route("/payment/cn285/confirm/<int:tx_id>/intent", type="jsonrpc", auth="public")
    def intent(self, tx_id, access_token=None):
        """What the browser needs to confirm; see ``_cn285_stripe_confirmation``.

        :raises NotFound: for a link that is not ours
        """
        tx_sudo = self._transaction(tx_id, access_token)
        PaymentPostProcessing.monitor_transaction(tx_sudo)
        return tx_sudo._cn285_stripe_confirmation()

    def _transaction(self, tx_id, access_token):
        # sudo: whoever has the link may read what the page shows, and no other transaction.
        tx_sudo = request.env["payment.transaction"].sudo().browse(tx_id).exists()
        if not tx_sudo or not payment_utils.check_access_token(
            access_token,
            "cn285_confirm",
            tx_sudo.id,
            tx_sudo.partner_id.id,
            tx_sudo.amount,
            tx_sudo.currency_id.id,
        ):
            raise NotFound()
        return tx_sudo
