import logging
from typing import NamedTuple

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bulk import CONCURRENCY_ERRORS
from odoo.addons.cn285_contract.models.isolation import reason_of
from odoo.tools import mute_logger
from psycopg2.errors import UniqueViolation

from .collection import BY_HAND, MAX_TRIES

_logger = logging.getLogger(__name__)


class Charge(NamedTuple):
    """What is to be charged: an invoice, by which means, how much, on which day."""

    move: models.BaseModel
    token: models.BaseModel
    amount: float
    day: object


class Collection(models.AbstractModel):
    """Attempts are made and committed, then sent to the provider one by one."""

    _inherit = "cn285.collection"

    @api.model
    def _charge_tokens(self, moves, origin):
        """Charge what is due of invoices to the means of their contracts; stops none of them."""
        attempts = self._persistently(lambda: self._make_attempts(moves, origin))
        self._send_each(attempts)
        self._settle(attempts)
        return moves.browse()

    # === ATTEMPTS === #

    @api.model
    def _make_attempts(self, moves, origin):
        """The attempts for what is due of invoices, each with its transaction, to be committed.

        Locks the invoices; those that another process holds are its own.
        """
        locked = moves.try_lock_for_update(allow_referencing=True)
        attempts = self.env["cn285.payment.attempt"]
        for charge in self._charges(locked._cn285_collectable(), origin):
            attempts |= self._make_attempt(charge, origin)
        return attempts

    @api.model
    def _charges(self, moves, origin):
        """What is to be charged now, as a list of :class:`Charge`."""
        charges = []
        tokens = moves.cn285_contract_ids._payment_tokens()
        by_hand = origin == BY_HAND
        for move in moves:
            if not by_hand and not move._cn285_is_automatic():
                continue
            token = move._cn285_token(tokens)
            if not token or not self._may_call(token.provider_id, move.company_id):
                continue
            day = move.company_id._cn285_today()
            until = token.sudo().provider_id._cn285_due_until(day)
            paid_on = token._cn285_money_comes(move, day)
            amount = move._cn285_amount_due(until, by_hand, paid_on)
            if move.currency_id.compare_amounts(amount, 0) > 0:
                charges.append(Charge(move, token, amount, day))
        attempts = self.env["cn285.payment.attempt"]
        return attempts._allowed(charges, by_hand)

    @api.model
    def _may_call(self, provider, company):
        """Whether a provider may be called now: on a journey none that moves money."""
        return provider.state == "test" or not company._cn285_is_imagined()

    @api.model
    def _make_attempt(self, charge, origin):
        """One attempt with its transaction; none where another one came first."""
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                return self._create_attempt(charge, origin)
        except UniqueViolation:
            _logger.info("Another process collects %s", charge.move.name)
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:  # one invoice must not keep the others from being collected
            charge.move._cn285_note_not_collected(reason_of(self.env, error))
        return self.env["cn285.payment.attempt"]

    @api.model
    def _create_attempt(self, charge, origin):
        move, token = charge.move, charge.token
        if move.cn285_not_collected:
            move.cn285_not_collected = False
        earlier = self.env["cn285.payment.attempt"].search(
            [("move_id", "=", move.id)], order="number desc", limit=1
        )
        number = (earlier.number or 0) + 1
        if earlier.retry_date:
            # This is the attempt for which it waited.
            earlier.retry_date = False
        name = f"C{move.id}-{number}"
        # One by one: Odoo checks a transaction's means for one transaction at a time.
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": token.provider_id.id,
                "payment_method_id": token.payment_method_id.id,
                "token_id": token.id,
                "operation": "offline",
                "amount": charge.amount,
                "currency_id": move.currency_id.id,
                "partner_id": move.partner_id.id,
                "reference": name,
                "invoice_ids": [fields.Command.set(move.ids)],
            }
        )
        return self.env["cn285.payment.attempt"].create(
            {
                "name": name,
                "number": number,
                "move_id": move.id,
                "partner_id": move.commercial_partner_id.id,
                "company_id": move.company_id.id,
                "token_id": token.id,
                "provider_code": token.provider_code,
                "amount": charge.amount,
                "currency_id": move.currency_id.id,
                "origin": origin,
                "date": charge.day,
                "transaction_id": transaction.id,
            }
        )

    # === THE CALL === #

    @api.model
    def _send_each(self, attempts):
        """Call the provider for each of these attempts, and commit its answers.

        The answer to one is committed together with that the next one is called: whatever becomes
        of this process, of one alone it is not known what became.
        """
        called = None
        # One by one: a commit forgets what was read, and all of them would be read anew each time.
        for id_ in attempts.ids:
            attempt = attempts.browse(id_)
            going = self._claim_within(attempt)
            if called or going:
                self._commit(forget=False)
            if going is None:
                going = self._claim_anew(attempt)
            called = going and self._answered(going)
        self._commit(forget=False)

    @api.model
    def _claim_anew(self, attempt):
        """As :meth:`_claim`, in new transactions: each sees what others wrote until it began.

        :returns: the attempt; none where another process has it, or does not make way
        """
        for _tried in range(MAX_TRIES):
            self._commit(forget=False)
            claimed = self._claim_within(attempt)
            if claimed is not None:
                self._commit(forget=False)
                return claimed
        return attempt.browse()

    @api.model
    def _claim_within(self, attempt, again=False):
        """As :meth:`_claim`; None where another process has changed it meanwhile.

        What is not committed yet, the answer to the attempt before, stays.
        """
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                return self._claim(attempt, again)
        except CONCURRENCY_ERRORS:
            return None

    @api.model
    def _send_one(self, attempt, again=False):
        """Call the provider for an attempt, and commit its answer; left to whoever has it.

        :param again: the attempt was sent before, and may be sent again: the same transaction
        """
        if not self._may_call(attempt.token_id.provider_id, attempt.company_id):
            return
        claimed = self._claim_within(attempt, again)
        if claimed:
            self._commit(forget=False)
            self._answered(claimed, again)
            self._commit(forget=False)

    @api.model
    def _claim(self, attempt, again=False):
        """Mark an attempt as sent, to be committed before its provider is called.

        :returns: the attempt; none where another process has it
        """
        if again:
            claimed = self._lock(attempt, ("sent", "unknown"))
            if claimed:
                claimed._set_sent()
            return claimed
        return attempt._set_first_sent()

    @api.model
    def _answered(self, attempt, again=False):
        """Call the provider for an attempt that is marked as sent, and note its answer.

        Whether it is still wanted is looked at last. While he is called, the attempt's row is
        locked, so that whoever finds one that is sent and not locked knows that the process ended
        on the way.

        :returns: the attempt; none where another process has it
        """
        claimed = self._lock(attempt, ("sent",))
        obstacle = claimed and not again and claimed._obstacle()
        if obstacle:
            claimed._withdraw(obstacle)
        elif claimed:
            claimed._note_answer(self._call(claimed))
        return claimed

    @api.model
    def _lock(self, attempt, states):
        """The attempt, locked and read anew, if it is in one of these states; else none.

        None too where another process wrote it since this transaction began: it has it.
        """
        try:
            with self.env.cr.savepoint(flush=False):
                locked = attempt.try_lock_for_update(allow_referencing=True)
        except CONCURRENCY_ERRORS:
            return attempt.browse()
        locked.transaction_id.invalidate_recordset()
        locked.invalidate_recordset()
        return locked.filtered(lambda one: one.state in states)

    @api.model
    def _call(self, attempt):
        """Have the provider charge the means of an attempt.

        :returns: None, or why it is not known what became of it, in words
        """
        transaction = attempt.transaction_id.with_context(cn285_sending=True)
        try:
            with self.env.cr.savepoint():
                attempt._withdraw_older()
                transaction._charge_with_token()
        except CONCURRENCY_ERRORS:
            # What the provider told us by itself meanwhile stands in the transaction.
            return self.env._("Another process was told at the same time what became of it.")
        except Exception as error:  # the money may have moved whatever broke afterwards
            return reason_of(self.env, error)
        return None

    @api.model
    def _settle(self, attempts):
        """Book what was paid, then do what follows from refusals."""
        self._book(attempts.filtered(lambda one: one.state == "done" and not one.payment_id))
        self._follow_up(attempts.filtered(lambda one: one._is_to_follow()))
