"""Top-ups that are paid by charging a means of payment, or by the customer on a page."""

from odoo import api, models
from odoo.addons.cn285_contract.models.isolation import reason_of
from odoo.exceptions import UserError, ValidationError

from ...engine.declines import CUSTOMER, HARD

# States of a transaction after which nothing more comes of it.
DEAD = ("cancel", "error")


class WalletTopup(models.Model):
    _inherit = "cn285.wallet.topup"

    def _charge(self, token):
        """Charge a token for the top-up: committed before and after, so that nobody pays twice."""
        self.ensure_one()
        # sudo: transactions are the program's; whose token it is was checked.
        topup, token = self.sudo(), token.sudo()
        total = topup.move_id.amount_total if topup.move_id else topup.amount
        transaction = (
            self.env["payment.transaction"]
            .sudo()
            .create(
                {
                    "provider_id": token.provider_id.id,
                    "payment_method_id": token.payment_method_id.id,
                    "token_id": token.id,
                    "operation": "offline",
                    "amount": total,
                    "currency_id": topup.currency_id.id,
                    "partner_id": token.partner_id.id,
                    "reference": topup.name,
                    **({"invoice_ids": [(6, 0, topup.move_id.ids)]} if topup.move_id else {}),
                }
            )
        )
        topup._inside().write({"transaction_id": transaction.id})
        topup._commit()
        try:
            transaction._charge_with_token()
        except (ValidationError, UserError) as error:
            # Refused before anything was sent, such as by an archived token.
            topup._fail(reason_of(self.env, error))
            topup._commit()
            return
        topup._commit()
        topup._refresh()

    def _commit(self):
        self.env["cn285.collection"]._commit()

    def _refresh(self):
        """Take over what became of the transactions of top-ups that wait."""
        for topup in self.filtered(lambda one: one.state == "pending" and one.transaction_id):
            transaction = topup.transaction_id
            if transaction.state in DEAD and transaction.cn285_outcome == "unknown":
                topup._ask(transaction)
            if transaction.state == "done" and not transaction.is_post_processed:
                transaction._post_process()
            if transaction.state == "done":
                transaction._cn285_settle_topups()
            elif transaction.state in DEAD and transaction.cn285_outcome != "unknown":
                topup._fail(transaction.state_message)
                topup._note_refusal(transaction)

    def _note_refusal(self, transaction):
        """Means that refuse for good are not used again; who did not ask for it himself is told."""
        self.ensure_one()
        token, outcome = transaction.token_id, transaction._cn285_meaning()
        if not token or outcome not in (HARD, CUSTOMER):
            return
        if outcome == HARD and token.cn285_state != "revoked":
            token.write({"cn285_state": "revoked"})
        if self.origin == "rule":
            token._cn285_mail("cn285_payment.mail_template_means_refused")

    def _ask(self, transaction):
        """Ask what became of a charge that nobody answered; never charge anew meanwhile."""
        answer = transaction._cn285_ask_provider()
        if answer == "done":
            transaction._set_done(extra_allowed_states=DEAD)
        elif answer in ("declined", "nothing"):
            transaction.cn285_outcome = "declined"

    @api.model
    def _of_transaction(self, transaction):
        """The top-up that a transaction pays: its own, or the one that a customer began."""
        # sudo: the program's own records.
        topups = self.sudo()
        found = topups.search([("transaction_id", "=", transaction.id)])
        if found:
            return found
        name = transaction.reference.split("-")[0]
        begun = topups.search([("name", "=", name), ("origin", "=", "portal")])
        payer = transaction.partner_id.commercial_partner_id
        return begun.filtered(
            lambda topup: (
                topup.wallet_id.partner_id == payer
                and topup.currency_id == transaction.currency_id
                and topup.move_id.state in (False, "draft")
            )
        )


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _cn285_settle_topups(self):
        """Open the lots that these transactions have paid; once."""
        for transaction in self.filtered(lambda one: one.state == "done" and one.payment_id):
            topup = self.env["cn285.wallet.topup"]._of_transaction(transaction)
            if topup and topup.state in ("pending", "failed") and not topup.lot_ids:
                topup._inside().write({"transaction_id": transaction.id, "state": "pending"})
                topup._settle(transaction.payment_id)

    def _cn285_issue_topups(self):
        """Post the invoices of top-ups that these transactions have paid, before the payment."""
        for transaction in self.filtered(lambda one: one.state == "done" and not one.payment_id):
            topup = self.env["cn285.wallet.topup"]._of_transaction(transaction)
            if topup.move_id.state == "draft":
                topup._inside().write({"transaction_id": transaction.id})
                topup._issue()


class Wallet(models.Model):
    _inherit = "cn285.wallet"

    def _own_token(self, token_id):
        """A usable token of the wallet's customer.

        :raises UserError: where it is none
        """
        self.ensure_one()
        # sudo: whose token it is, and whether it can be charged.
        token = self.env["payment.token"].sudo().browse(token_id).exists()
        ours = token and token.partner_id.commercial_partner_id == self.partner_id
        if not ours or not token.active or token.company_id != self.company_id:
            raise UserError(
                self.env._("This is no means of payment of %s.", self.partner_id.display_name)
            )
        return token
