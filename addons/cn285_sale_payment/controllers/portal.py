from odoo import http
from odoo.addons.cn285_sale.controllers.portal_roles import may_decide_on
from odoo.addons.sale.controllers.portal import PaymentPortal
from odoo.exceptions import AccessError, MissingError, UserError, ValidationError
from odoo.http import request


class QuotePaymentPortal(PaymentPortal):
    """From the page of a quotation to the page on which its start is paid."""

    @http.route(
        "/my/orders/<int:order_id>/cn285_start",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
    )
    def portal_quote_start(self, order_id, access_token=None, **_kwargs):
        """Lead to where means are added, or the first invoice is paid; clicked twice: the same."""
        try:
            order = self._document_check_access("sale.order", order_id, access_token=access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        if not may_decide_on(order_id):
            return request.redirect("/my")
        try:
            page = order._cn285_start_paying()
        except UserError:
            return request.redirect(order.get_portal_url(query_string="&message=cant_pay"))
        return request.redirect(page)

    @http.route()
    def portal_order_transaction(self, order_id, access_token, **kwargs):
        """Odoo's; a quotation that starts a contract is paid on its own page.

        :raises ValidationError: saying so
        """
        try:
            order = self._document_check_access("sale.order", order_id, access_token)
        except MissingError:
            raise
        except AccessError as error:
            raise ValidationError(request.env._("The access token is invalid.")) from error
        if order._cn285_asks():
            raise ValidationError(
                request.env._("%s is paid on its own page: open the quotation.", order.name)
            )
        return super().portal_order_transaction(order_id, access_token, **kwargs)
