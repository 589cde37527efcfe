from odoo import http
from odoo.addons.sale.controllers.portal import CustomerPortal
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request


class QuotePortal(CustomerPortal):
    """The page of a quotation: its current version, and its signature."""

    @http.route()
    def portal_order_page(self, order_id, access_token=None, cn285_version=None, **kw):
        """Odoo's; a link to a version that was replaced leads to the current one.

        :param cn285_version: to read the old one, as the list of versions does
        """
        try:
            order = self._document_check_access("sale.order", order_id, access_token=access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        current = order._cn285_current()
        if current != order and not cn285_version and not kw.get("report_type"):
            if current.state == "draft":
                # Being written: nobody reads it yet; the old one says that it was replaced.
                return super().portal_order_page(order_id, access_token=access_token, **kw)
            return request.redirect(current.get_portal_url())
        return super().portal_order_page(order_id, access_token=access_token, **kw)

    @http.route(
        "/my/orders/<int:order_id>/cn285_sign",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
    )
    def portal_quote_sign(self, order_id, access_token=None, **kw):
        """Ask for the link by which the quotation is signed: it goes to the customer's address."""
        try:
            order = self._document_check_access("sale.order", order_id, access_token=access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        try:
            order._cn285_send_from_page()
        except UserError:
            return request.redirect(order.get_portal_url(query_string="&message=cant_sign"))
        return request.redirect(order.get_portal_url(query_string="&message=sign_sent"))
