"""What the role of a user in the portal keeps him from, on pages that are others'."""

from odoo import http
from odoo.addons.cn285_renewal.controllers.portal_termination import TerminationPortal
from odoo.addons.sale.controllers.portal import PaymentPortal
from odoo.exceptions import AccessError
from odoo.http import request

from .portal import QuotePortal


class RolesOnContracts(TerminationPortal):
    """Who may only look neither terminates, nor withdraws, nor refuses a renewal."""

    def _customer_contract(self, contract_id, access_token=None):
        contract_sudo = super()._customer_contract(contract_id, access_token)
        return contract_sudo if contract_sudo is None or _may_buy() else None


class RolesOnQuotes(QuotePortal):
    """Who may only look neither accepts, nor signs, nor declines, nor pays."""

    @http.route()
    def portal_quote_accept(self, order_id, access_token=None, name=None, signature=None):
        if not _may_buy():
            return {"error": _words()}
        return super().portal_quote_accept(
            order_id, access_token=access_token, name=name, signature=signature
        )

    @http.route()
    def portal_quote_decline(self, order_id, access_token=None, decline_message=None, **kwargs):
        if not _may_buy():
            return request.redirect("/my")
        return super().portal_quote_decline(
            order_id, access_token=access_token, decline_message=decline_message, **kwargs
        )

    @http.route()
    def portal_quote_sign(self, order_id, access_token=None, **kw):
        if not _may_buy():
            return request.redirect("/my")
        return super().portal_quote_sign(order_id, access_token=access_token, **kw)


class RolesOnOrderPayments(PaymentPortal):
    """Paying a quotation accepts it."""

    @http.route()
    def portal_order_transaction(self, order_id, access_token, **kwargs):
        if not _may_buy():
            raise AccessError(_words())
        return super().portal_order_transaction(order_id, access_token, **kwargs)


def _may_buy():
    """Whether the visitor may order and change; who has not logged in has the link alone."""
    user = request.env.user
    return user._is_public() or user._cn285_may_buy()


def _words():
    return request.env._(
        "Your account may look at contracts, and not change them: ask the administrator of your "
        "company."
    )
