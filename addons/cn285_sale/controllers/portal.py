import math

from odoo import http
from odoo.addons.cn285_contract.models.common import is_record_number
from odoo.addons.sale_management.controllers.portal import CustomerPortal
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

# The most that a customer takes of an option.
MOST = 1_000_000
# In the session: why what was chosen of a bundle was not taken.
PROBLEM = "cn285_choice_problem"


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
        self._cn285_speak_as(order)
        current = order._cn285_current()
        if not order._cn285_is_same_customers(current):
            current = order  # another one's: this link says no more than that it was replaced
        problem = request.session.pop(PROBLEM, None)
        if current != order and not cn285_version and not kw.get("report_type"):
            if current.state == "draft":
                # Being written: nobody reads it yet; the old one says that it was replaced.
                return super().portal_order_page(order_id, access_token=access_token, **kw)
            return request.redirect(current.get_portal_url())
        page = super().portal_order_page(order_id, access_token=access_token, **kw)
        if hasattr(page, "qcontext"):
            page.qcontext["cn285_choice_problem"] = problem
            page.qcontext["cn285_only_looks"] = not request.env.user._cn285_may_decide(
                order.partner_id
            )
        return page

    @http.route()
    def portal_quote_accept(self, order_id, access_token=None, name=None, signature=None):
        """Odoo's; nobody signs without a name."""
        if not isinstance(name, str) or not name.strip():
            return {"error": request.env._("Please write your name.")}
        return super().portal_quote_accept(
            order_id, access_token=access_token, name=name, signature=signature
        )

    def _cn285_speak_as(self, order):
        """Visitors without a login read what becomes a contract in the customer's language."""
        if order.cn285_kind and request.env.user._is_public() and order.partner_id.lang:
            request.update_context(lang=order.partner_id.lang)

    @http.route()
    def portal_quote_option_update(
        self, order_id, line_id, access_token=None, remove=False, input_quantity=False, **kw
    ):
        """Odoo's, for a quantity that can be sold: less than none of an option is a discount."""
        if input_quantity is not False and not _is_quantity(input_quantity):
            return None
        if not is_record_number(line_id) and not _is_count(line_id):
            return None
        return super().portal_quote_option_update(
            order_id,
            line_id,
            access_token=access_token,
            remove=remove,
            input_quantity=input_quantity,
            **kw,
        )

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
            with request.env.cr.savepoint():  # refused half-way, nothing is kept of it
                order._cn285_send_from_page()
        except UserError:
            return request.redirect(order.get_portal_url(query_string="&message=cant_sign"))
        return request.redirect(order.get_portal_url(query_string="&message=sign_sent"))

    @http.route(
        "/my/orders/<int:order_id>/cn285_bundle/<int:line_id>",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
    )
    def portal_quote_bundle(self, order_id, line_id, access_token=None, **post):
        """Take what the customer chooses of a bundle, and tell what it comes to then."""
        try:
            order = self._document_check_access("sale.order", order_id, access_token=access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        self._cn285_speak_as(order)
        line = order.order_line.filtered(lambda one: one.id == line_id)
        user = request.env.user
        author = order.partner_id if user._is_public() else user.partner_id
        try:
            if not line:
                raise UserError(request.env._("This cannot be changed any more."))
            with request.env.cr.savepoint():  # refused half-way, nothing is kept of it
                line.with_env(order.env(context=request.env.context))._cn285_choose(
                    _chosen(post), author
                )
        except UserError as refusal:
            request.session[PROBLEM] = str(refusal.args[0])
        return request.redirect(order.get_portal_url(anchor=f"cn285_choice_{line_id}"))

    @http.route()
    def portal_quote_decline(
        self, order_id, access_token=None, decline_message=None, cn285_reason=None, **kwargs
    ):
        """Odoo's; quotations of contracts are declined with a reason, however they are accepted.

        :param cn285_reason: the number of one of the reasons that the page offers, as text
        """
        try:
            order = self._document_check_access("sale.order", order_id, access_token=access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        if not order.cn285_kind:
            return super().portal_quote_decline(
                order_id, access_token=access_token, decline_message=decline_message, **kwargs
            )
        words = (decline_message or "").strip()
        if not order._cn285_may_decline() or not words:
            return request.redirect(order.get_portal_url(query_string="&message=cant_reject"))
        chosen = self._cast_as_int(cn285_reason)
        reason = order._cn285_lost_reasons().filtered(lambda one: one.id == chosen)
        try:
            order._cn285_declined(words, reason)
        except UserError:
            return request.redirect(order.get_portal_url(query_string="&message=cant_reject"))
        user = request.env.user
        author = order.partner_id if user._is_public() else user.partner_id
        order.message_post(
            author_id=author.id,
            body=words,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        return request.redirect(order.get_portal_url())


def _is_quantity(value):
    """Whether a value that a page posted is how much somebody buys."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value) and 0 <= value <= MOST


def _chosen(post):
    """``{choice id: how often}`` of what a form says; what is no number is none."""
    counts = {}
    for name, value in post.items():
        kind, _line, number = name.partition("_")
        if kind == "slot" and _is_count(value):
            counts[int(value)] = 1
        elif kind == "choice" and _is_count(number) and _is_count(value):
            counts[int(number)] = int(value)
    return counts


def _is_count(text):
    return isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 10
