"""What the role and the reach of a user in the portal keep him from, on pages that are others'."""

from odoo import http
from odoo.addons.cn285_renewal.controllers.portal_termination import TerminationPortal
from odoo.addons.sale.controllers.portal import PaymentPortal
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from .portal import QuotePortal


class RolesOnContracts(TerminationPortal):
    """Who may not change a contract neither terminates, nor withdraws, nor refuses a renewal.

    Whose reach has subsidiaries does so for them too.
    """

    def _customer_contract(self, contract_id, access_token=None):
        contract_sudo = super()._customer_contract(contract_id, access_token)
        if contract_sudo is None:
            contract_sudo = self._contract_of_subsidiary(contract_id)
        if contract_sudo is None or not may_decide(contract_sudo.partner_id):
            return None
        return contract_sudo

    def _contract_of_subsidiary(self, contract_id):
        """The contract, with sudo, where a customer in the portal acts for whom it is of."""
        user = request.env.user
        try:
            contract_sudo = self._document_check_access("cn285.contract", contract_id)
        except (AccessError, MissingError):
            return None
        acts = user.share and not user._is_public()
        return contract_sudo if acts and user._cn285_acts_for(contract_sudo.partner_id) else None


class RolesOnQuotes(QuotePortal):
    """Who may not order neither accepts, nor signs, nor declines, nor chooses, nor pays."""

    @http.route()
    def portal_quote_accept(self, order_id, access_token=None, name=None, signature=None):
        if not may_decide_on(order_id):
            return {"error": words_of_refusal()}
        return super().portal_quote_accept(
            order_id, access_token=access_token, name=name, signature=signature
        )

    @http.route()
    def portal_quote_decline(self, order_id, access_token=None, decline_message=None, **kwargs):
        if not may_decide_on(order_id):
            return request.redirect("/my")
        return super().portal_quote_decline(
            order_id, access_token=access_token, decline_message=decline_message, **kwargs
        )

    @http.route()
    def portal_quote_sign(self, order_id, access_token=None, **kw):
        if not may_decide_on(order_id):
            return request.redirect("/my")
        return super().portal_quote_sign(order_id, access_token=access_token, **kw)

    @http.route()
    def portal_quote_bundle(self, order_id, line_id, access_token=None, **post):
        if not may_decide_on(order_id):
            return request.redirect("/my")
        return super().portal_quote_bundle(order_id, line_id, access_token=access_token, **post)

    @http.route()
    def portal_quote_option_update(self, order_id, line_id, **kwargs):
        if not may_decide_on(order_id):
            return None
        return super().portal_quote_option_update(order_id, line_id, **kwargs)


class RolesOnOrderPayments(PaymentPortal):
    """Paying a quotation accepts it."""

    @http.route()
    def portal_order_transaction(self, order_id, access_token, **kwargs):
        if not may_decide_on(order_id):
            raise AccessError(words_of_refusal())
        return super().portal_order_transaction(order_id, access_token, **kwargs)


def may_decide(partner):
    """Whether the visitor may order and change for a customer; see ``res.users``."""
    return request.env.user._cn285_may_decide(partner)


def may_decide_on(order_id):
    """The same of the customer of a quotation; whether he may see it is asked elsewhere."""
    # sudo: whose it is, for a refusal alone.
    order = request.env["sale.order"].sudo().browse(order_id).exists()
    return may_decide(order.partner_id)


def words_of_refusal():
    return request.env._(
        "Your account may look at contracts, and not change them: ask the administrator of your "
        "company."
    )
