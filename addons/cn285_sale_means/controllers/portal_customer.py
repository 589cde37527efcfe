"""What the role of a user in the portal keeps him from, on the pages of payments."""

from odoo import http
from odoo.addons.cn285_payment.controllers.means_portal import PAGE, MeansPortal
from odoo.addons.cn285_payment.controllers.wallet_portal import WalletPortal
from odoo.http import request


class RolesOnMeans(MeansPortal):
    """Who may only look neither adds, nor chooses, nor removes means."""

    @http.route()
    def cn285_add_means(self, *args, **kwargs):
        return super().cn285_add_means(*args, **kwargs) if _may_buy() else request.redirect(PAGE)

    @http.route()
    def cn285_usual_means(self, *args, **kwargs):
        return super().cn285_usual_means(*args, **kwargs) if _may_buy() else request.redirect(PAGE)

    @http.route()
    def cn285_contract_means(self, *args, **kwargs):
        if not _may_buy():
            return request.redirect(PAGE)
        return super().cn285_contract_means(*args, **kwargs)

    @http.route()
    def cn285_remove_means(self, *args, **kwargs):
        return super().cn285_remove_means(*args, **kwargs) if _may_buy() else request.redirect(PAGE)


class RolesOnWallets(WalletPortal):
    """Who may only look neither tops up, nor redeems a code."""

    @http.route()
    def portal_wallet_topup(self, wallet_id, **kwargs):
        if not _may_buy():
            return request.redirect("/my/wallets")
        return super().portal_wallet_topup(wallet_id, **kwargs)

    @http.route()
    def portal_redeem_pass(self, contract_id, **kwargs):
        if not _may_buy():
            return request.redirect("/my/contracts")
        return super().portal_redeem_pass(contract_id, **kwargs)


def _may_buy():
    return request.env.user._cn285_may_buy()
