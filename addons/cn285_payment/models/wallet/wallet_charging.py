"""Top-ups that are paid by charging a means of payment, or by the customer on a page."""

import logging

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bulk import (
    CONCURRENCY_ERRORS,
    in_one_transaction,
    in_test,
)
from odoo.addons.cn285_contract.models.isolation import reason_of
from odoo.exceptions import UserError

from ...engine.declines import HARD, UNKNOWN
from ..collection.attempt_actions import check_manager
from ..collection.collection_asking import ON_ITS_WAY

_logger = logging.getLogger(__name__)

# States of a transaction after which nothing more comes of it.
DEAD = ("cancel", "error")


class WalletTopup(models.Model):
    _inherit = "cn285.wallet.topup"

    # === CHARGED === #

    def _charge(self, token):
        """Charge a token for the top-up: committed before and after, so that nobody pays twice.

        What breaks on the way leaves the top-up waiting; what became of it is asked later. Nothing
        is raised once the provider may have been called: whoever called is not run again.
        """
        self.ensure_one()
        # sudo: transactions are the program's; whose token it is was checked.
        topup = self.sudo()
        topup._prepare_charge(token.sudo())
        topup._send()

    def _prepare_charge(self, token):
        """The transaction of the top-up, to be committed before the provider is called."""
        transactions = self.env["payment.transaction"].sudo()
        total = self.move_id.amount_total if self.move_id else self.amount
        transaction = transactions.create(
            {
                "provider_id": token.provider_id.id,
                "payment_method_id": token.payment_method_id.id,
                "token_id": token.id,
                "operation": "offline",
                "amount": total,
                "currency_id": self.currency_id.id,
                "partner_id": token.partner_id.id,
                # Its number, unless somebody has called his own payment so.
                "reference": transactions._compute_reference(token.provider_code, prefix=self.name),
                **({"invoice_ids": [(6, 0, self.move_id.ids)]} if self.move_id else {}),
            }
        )
        self._inside().write({"transaction_id": transaction.id})

    def _send(self):
        """Call the provider, and commit what it answers; then take over what became of it.

        While it is called the top-up's row is locked, so that whoever finds one that was not
        answered and is not locked knows that the process ended on the way.
        """
        collection = self.env["cn285.collection"].sudo()
        collection._commit()
        try:
            if collection._lock(self, ("pending",)):
                self._call()
                collection._commit()
            self._refresh()
            collection._commit()
        except CONCURRENCY_ERRORS as error:
            if in_test() or in_one_transaction():
                raise
            # Not once more: that would charge once more. It is asked what became of it.
            self.env.cr.rollback()
            self.env.invalidate_all()
            _logger.info("Top-up %s is looked at later: %s", self.id, type(error).__name__)

    def _call(self):
        """Have the provider charge the means; where that breaks it is not known what came of it."""
        transaction = self.transaction_id
        obstacle = transaction.token_id._cn285_obstacle(self.wallet_id.partner_id, self.company_id)
        if obstacle:
            transaction._set_canceled(state_message=obstacle)
            return
        try:
            with self.env.cr.savepoint():
                transaction._charge_with_token()
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:  # the money may have moved whatever broke afterwards
            transaction.write({"cn285_outcome": UNKNOWN})
            self._inside().write({"message": reason_of(self.env, error)})

    # === WHAT BECAME OF IT === #

    def _refresh(self):
        """Take over what became of the transactions of top-ups that wait.

        One that cannot be booked says why, and keeps no other; those that another process charges
        at this moment are its own.
        """
        collection = self.env["cn285.collection"].sudo()
        for topup in self.filtered(lambda one: one.state == "pending" and one.transaction_id):
            try:
                with self.env.cr.savepoint():
                    collection._lock(topup, ("pending",))._take_over()
            except CONCURRENCY_ERRORS:
                raise
            except Exception as error:  # whatever one of them provokes stops that one only
                topup._inside().write({"message": reason_of(self.env, error)})

    def _take_over(self):
        """What became of the transactions of these top-ups, which are locked."""
        for topup in self:
            transaction = topup.transaction_id
            if topup._is_unknown():
                topup._ask()
            if transaction.state == "done":
                if not transaction.is_post_processed:
                    transaction._post_process()
                transaction._cn285_settle_topups()
            elif transaction.state in DEAD and not topup._is_unknown():
                topup._mark_means()
                topup._fail(transaction.state_message)

    def _is_unknown(self):
        """Whether nobody knows what became of the call, or whether there was one."""
        transaction = self.transaction_id
        dead = transaction.state in DEAD and transaction.cn285_outcome == UNKNOWN
        return dead or transaction.state == "draft"

    def _ask(self):
        """Ask what became of a charge that nobody answered; never charge anew meanwhile."""
        transaction = self.transaction_id
        answer = self.env["cn285.collection"]._ask_provider(transaction)[transaction]
        if answer == "done":
            transaction._set_done(extra_allowed_states=DEAD)
        elif answer == "pending":
            transaction._set_pending(extra_allowed_states=DEAD)
        elif answer == "declined" or (answer == "nothing" and not self._is_on_its_way()):
            if transaction.state == "draft":
                transaction._set_error(self.env._("The provider knows of no payment."))
            if transaction.cn285_outcome in (False, UNKNOWN):
                transaction.cn285_outcome = transaction._cn285_class_of_code()

    def _is_on_its_way(self):
        """Whether the call may still arrive."""
        changed = self.transaction_id.last_state_change
        return bool(changed) and fields.Datetime.now() - changed < ON_ITS_WAY

    def _mark_means(self):
        """Means that are refused for good are not used again, as by the collection."""
        transaction = self.transaction_id
        token = transaction.token_id
        if transaction._cn285_meaning() == HARD and token.cn285_state != "revoked":
            token.cn285_state = "revoked"

    # === A PERSON DECIDES === #

    def action_was_paid(self):
        """The provider's own pages show the payment: it is booked, and the credit counts."""
        for topup in self._decided():
            topup.transaction_id._set_done(
                state_message=self.env._("Found at the provider by %s", self.env.user.name),
                extra_allowed_states=DEAD,
            )
            topup._take_over()
        return True

    def action_was_not_paid(self):
        """The provider's own pages show no such payment."""
        for topup in self._decided():
            topup._fail(self.env._("Not found at the provider by %s", self.env.user.name))
        return True

    def _decided(self):
        """These top-ups for who may decide, locked.

        :raises UserError: where it is known what became of one
        """
        check_manager(self)
        # sudo: checked above; top-ups are written by the program alone.
        topups = self.sudo()
        locked = self.env["cn285.collection"].sudo()._lock(topups, ("pending",))
        for topup in topups:
            if topup not in locked or not topup.transaction_id or not topup._is_unknown():
                raise UserError(
                    self.env._("It is known by now what became of %s, or being asked.", topup.name)
                )
        return locked

    # === WHOSE IT IS === #

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
                and topup.company_id == transaction.company_id
                and topup.currency_id == transaction.currency_id
                and not topup.move_id
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
