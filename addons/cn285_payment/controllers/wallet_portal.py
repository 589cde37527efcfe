from secrets import token_hex
from urllib.parse import urlencode

from odoo import http
from odoo.addons.cn285_contract.models.common import LARGEST_ID
from odoo.addons.payment import utils as payment_utils
from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request
from odoo.tools import mute_logger
from psycopg2.errors import UniqueViolation

# How many draws and top-ups of a wallet are shown.
SHOWN = 40
MESSAGE = "cn285_wallet_message"
# Longer than the key of any page of ours.
KEY_SIGNS = 64
# How many invoices of top-ups a customer may leave unpaid.
MOST_UNPAID = 3


class WalletPortal(CustomerPortal):
    """What customers see of their wallets: balance, lots, draws; they top up, and redeem passes."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "cn285_wallet_count" in counters:
            values["cn285_wallet_count"] = len(self._my_wallets())
        return values

    def _my_wallets(self):
        """The wallets of the visitor's own company: employees, too, see only these here."""
        # sudo: found by the visitor's own company alone; the page shows what customers see.
        return (
            request.env["cn285.wallet"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", request.env.user.partner_id.commercial_partner_id.id),
                    ("type_id.portal_topup", "=", True),
                ]
            )
        )

    def _my_wallet(self, wallet_id):
        """:raises MissingError: where it is not the visitor's"""
        found = self._my_wallets().filtered(lambda wallet: wallet.id == wallet_id)
        if not found:
            raise MissingError(request.env._("This document does not exist."))
        return found

    @http.route("/my/wallets", type="http", auth="user", website=True)
    def portal_my_wallets(self, **_kwargs):
        return request.render(
            "cn285_payment.portal_my_wallets",
            {
                **self._prepare_portal_layout_values(),
                "wallets": self._my_wallets(),
                "page_name": "wallet",
                "default_url": "/my/wallets",
            },
        )

    @http.route("/my/wallets/<int:wallet_id>", type="http", auth="user", website=True)
    def portal_my_wallet(self, wallet_id, **_kwargs):
        try:
            wallet = self._my_wallet(wallet_id)
        except MissingError:
            return request.redirect("/my/wallets")
        return request.render(
            "cn285_payment.portal_wallet_page",
            {
                **self._prepare_portal_layout_values(),
                "wallet": wallet,
                "lots": wallet.lot_ids.filtered(lambda lot: lot.rest > 0 and not lot.is_over),
                "draws": wallet.draw_ids.filtered(lambda draw: not draw.undone)[:SHOWN],
                "topups": wallet.topup_ids._for_customer()[:SHOWN],
                "tokens": self._wallet_tokens(wallet),
                "message": request.session.pop(MESSAGE, None),
                "once": token_hex(16),
                "page_name": "wallet",
            },
        )

    def _wallet_tokens(self, wallet):
        """The visitor's means of payment, and those of his company, that can be charged."""
        tokens = request.env["payment.token"]._cn285_of_visitor(request.env.user.partner_id)
        return tokens.filtered(
            lambda token: not token._cn285_obstacle(wallet.partner_id, wallet.company_id)
        )

    @http.route(
        "/my/wallets/<int:wallet_id>/topup",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_wallet_topup(self, wallet_id, amount="", token_id="", once="", **_kwargs):
        """Charge one of the visitor's means, or lead him to the page where he pays.

        A page that is sent twice asks once.
        """
        try:
            wallet = self._my_wallet(wallet_id)
        except MissingError:
            return request.redirect("/my/wallets")
        page = f"/my/wallets/{wallet.id}"
        key = once[:KEY_SIGNS] if once.isalnum() else ""
        before = wallet.topup_ids.filtered(lambda one: key and one.form_key == key)
        if before:
            self._tell(before)
            return request.redirect(page)
        try:
            with request.env.cr.savepoint():  # refused half-way, nothing is kept of it
                topup = self._begin_topup(wallet, amount, key)
                token = self._chosen_token(wallet, token_id)
                if token:
                    topup._prepare_charge(token)
        except UserError as error:
            request.session[MESSAGE] = {"error": str(error)}
            return request.redirect(page)
        if not token:
            return request.redirect(self._payment_page(topup), local=False)
        topup._send()  # commits: outside of the savepoint
        self._tell(topup)
        return request.redirect(page)

    def _chosen_token(self, wallet, token_id):
        """The means that the visitor chose, by sudo; none where he pays on a page.

        :raises UserError: where it is none of his
        """
        if not (token_id.isascii() and token_id.isdigit()):
            return request.env["payment.token"]
        # Longer ones are no record's, and Python reads none of thousands of digits.
        number = int(token_id) if len(token_id) <= len(str(LARGEST_ID)) else 0
        token = self._wallet_tokens(wallet).filtered(lambda one: one.id == number)
        if not token:
            raise UserError(request.env._("Choose one of your means of payment."))
        return token.sudo()  # sudo: it is the visitor's own

    def _begin_topup(self, wallet, amount, key):
        """The top-up that the visitor asks for: what he began before and did not pay, or another.

        :raises UserError: for what is no amount, or out of bounds, or for too many of them
        """
        text = amount.strip().replace(",", ".").replace(" ", "")
        try:
            number = float(text)
        except ValueError:
            number = 0.0
        if not 0 < number < 10**9:
            raise UserError(request.env._("“%s” is no amount, such as 50.00.", amount[:20]))
        if not wallet.active:
            raise UserError(request.env._("This wallet is closed."))
        value = wallet._amount_of(number)
        wallet._check_topup(value)
        topups = request.env["cn285.wallet.topup"].sudo()
        unpaid = topups._unpaid_by_portal(wallet)
        same = unpaid.filtered(
            lambda one: not wallet.currency_id.compare_amounts(one.amount, float(value))
        )
        if same:
            same[0]._inside().write(
                {"state": "pending", "transaction_id": False, "form_key": key or False}
            )
            return same[0]
        if len(unpaid.move_id) >= MOST_UNPAID:
            raise UserError(
                request.env._(
                    "You have not paid what you asked for before: %s. Pay one of them first.",
                    ", ".join(unpaid.move_id.mapped("name")),
                )
            )
        try:
            with request.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                return topups._start(wallet, value, "portal", key=key)
        except UniqueViolation as error:
            raise UserError(request.env._("This was asked for already.")) from error

    def _tell(self, topup):
        state = topup.state
        if state == "done":
            text = request.env._(
                "%s was added to your wallet.", topup.currency_id.format(topup.amount)
            )
            request.session[MESSAGE] = {"done": text}
        elif state == "pending":
            text = request.env._("Your payment is on its way: the credit counts once it is done.")
            request.session[MESSAGE] = {"done": text}
        else:
            text = topup.message or request.env._("The payment was refused.")
            request.session[MESSAGE] = {"error": text}

    def _payment_page(self, topup):
        if topup.move_id:
            return topup.move_id._get_portal_payment_link()
        partner, currency = request.env.user.partner_id, topup.currency_id
        return "/payment/pay?" + urlencode(
            {
                "reference": topup.name,
                "amount": topup.amount,
                "currency_id": currency.id,
                "partner_id": partner.id,
                "company_id": topup.company_id.id,
                "access_token": payment_utils.generate_access_token(
                    partner.id, topup.amount, currency.id
                ),
            }
        )

    @http.route(
        "/my/contracts/<int:contract_id>/pass",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_redeem_pass(self, contract_id, code="", **_kwargs):
        """Redeem a pass for one of the visitor's own contracts."""
        try:
            contract = self._document_check_access("cn285.contract", contract_id)
        except (AccessError, MissingError):
            return request.redirect("/my")
        own = request.env.user.partner_id.commercial_partner_id
        try:
            if contract.partner_id.commercial_partner_id != own:
                raise UserError(request.env._("There is no pass with this code."))
            if not own._cn285_may_redeem():
                raise UserError(
                    request.env._("Too many codes were wrong: please try again in an hour.")
                )
            found = request.env["cn285.promotion.pass"]._of_code(code[:64], contract.company_id)
            if not found or not found.portal:
                own._cn285_note_miss()
                raise UserError(request.env._("There is no pass with this code."))
            with request.env.cr.savepoint():  # refused half-way, nothing is kept of it
                redemption = found._redeem(contract.sudo(), origin="portal")
            request.session[MESSAGE] = {
                "done": request.env._("“%s” was redeemed.", redemption.pass_id.name)
            }
        except UserError as error:
            request.session[MESSAGE] = {"error": str(error)}
        return request.redirect(f"/my/contracts/{contract.id}#promotion_pass")

    def _contract_page_values(self, contract_sudo, pages=None):
        values = super()._contract_page_values(contract_sudo, pages)
        own = request.env.user.partner_id.commercial_partner_id
        values["cn285_may_redeem"] = (
            not request.env.user._is_public()
            and contract_sudo.partner_id.commercial_partner_id == own
            and bool(
                request.env["cn285.promotion.pass"]
                .sudo()
                .search_count(
                    [("company_id", "=", contract_sudo.company_id.id), ("portal", "=", True)],
                    limit=1,
                )
            )
        )
        values["cn285_pass_message"] = (
            request.session.pop(MESSAGE, None) if values["cn285_may_redeem"] else None
        )
        return values
