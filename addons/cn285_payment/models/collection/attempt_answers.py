from odoo import fields, models
from odoo.tools import SQL

from ...engine.declines import CONFIG, FINAL, OPEN, UNKNOWN
from .payment_attempt import ASKED_STATES, OPEN_STATES


class PaymentAttempt(models.Model):
    """How an attempt goes from one state to the next."""

    _inherit = "cn285.payment.attempt"

    # === BEFORE THE CALL === #

    def _obstacle(self):
        """Why an attempt that was made is not sent any more; None if it is."""
        self.ensure_one()
        move = self.move_id
        open_amount = move.amount_residual if move.state == "posted" else 0.0
        if self.currency_id.compare_amounts(open_amount, self.amount) < 0:
            return self.env._("The invoice owes less by now.")
        for held_back in move._cn285_holds():
            if held_back(move):
                return self.env._("The invoice is held back.")
        return self.token_id._cn285_obstacle(self.partner_id, self.company_id)

    def _withdraw(self, reason):
        """Cancel an attempt that was never sent."""
        self.write({"state": "cancelled", "message": reason, "is_followed": True})
        self.transaction_id.with_context(cn285_sending=True)._set_canceled(state_message=reason)

    def _set_first_sent(self):
        """Mark an attempt as sent that nobody has sent before, unless another process is at it.

        In one statement, as it is done for each invoice.

        :returns: the attempt, or none
        """
        self.ensure_one()
        self.flush_recordset()
        rows = self.env.execute_query(
            SQL(
                """UPDATE cn285_payment_attempt
                      SET state = 'sent', sent_at = COALESCE(sent_at, %s)
                    WHERE id IN (SELECT id
                                   FROM cn285_payment_attempt
                                  WHERE id = %s AND state = 'open'
                                    FOR NO KEY UPDATE SKIP LOCKED)
                RETURNING id""",
                fields.Datetime.now(),
                self.id,
            )
        )
        self.invalidate_recordset(flush=False)
        return self if rows else self.browse()

    def _set_sent(self):
        self.ensure_one()
        self.write({"state": "sent", "sent_at": self.sent_at or fields.Datetime.now()})
        transaction = self.transaction_id
        values = {"cn285_outcome": False, "cn285_code": False, "cn285_advice": False}
        if transaction.state == "error":
            # Asked again: what the answer comes to must not hang on what the last one was.
            values.update(state="draft", state_message=False)
        if transaction.state == "error" or transaction.cn285_outcome:
            transaction.write(values)

    def _withdraw_older(self):
        """What was asked for before and may still be paid by the customer is withdrawn."""
        if self.number == 1:
            return
        older = self.search(
            [
                ("move_id", "=", self.move_id.id),
                ("number", "<", self.number),
                ("state", "=", "declined"),
            ]
        )
        for attempt in older:
            attempt.transaction_id._cn285_withdraw()

    # === THE ANSWER === #

    def _note_answer(self, problem=None):
        """Keep what became of the transaction.

        :param problem: why that is not known, in words
        """
        for attempt in self:
            vals = attempt._answer(problem)
            if any(attempt[name] != value for name, value in vals.items()):
                attempt.write({**vals, "answered_at": fields.Datetime.now()})

    def _answer(self, problem=None):
        """Values of what the transaction says."""
        transaction = self.transaction_id
        told = {"code": transaction.cn285_code, "advice": transaction.cn285_advice}
        if transaction.state == "done":
            return {"state": "done", "outcome": False, "code": False, "message": False}
        if transaction.state in ("pending", "authorized"):
            return {"state": "pending", "outcome": False, "message": transaction.state_message}
        if transaction.state == "draft" or problem:
            return {"state": "unknown", "outcome": UNKNOWN, "message": problem or False}
        outcome = transaction._cn285_meaning()
        state = "unknown" if outcome in OPEN else "cancelled" if outcome == CONFIG else "declined"
        return {**told, "state": state, "outcome": outcome, "message": transaction.state_message}

    def _follow_transaction(self):
        """The provider told by itself what became of transactions: attempts follow.

        :returns: attempts whose state has changed
        """
        changed = self.browse()
        for attempt in self:
            state = attempt.transaction_id.state
            if attempt.state in OPEN_STATES and state != "draft":
                before = attempt.state
                attempt._note_answer()
                changed |= attempt if attempt.state != before else changed
            elif attempt._is_paid_after_all():
                attempt._note_answer()
                changed |= attempt
        return changed

    def _is_paid_after_all(self):
        """Whether the customer confirmed what was refused.

        Where another attempt is under way by then, Odoo books it, and the attempt follows its
        payment.
        """
        self.ensure_one()
        refused = self.state in ("declined", "cancelled")
        paid = refused and self.transaction_id.state == "done"
        return paid and not self.move_id._cn285_being_paid_by_attempts()

    def _take_payments(self):
        """Attempts whose transactions were booked elsewhere have their payments."""
        for attempt in self:
            payment = attempt.transaction_id.payment_id
            if payment and attempt.payment_id != payment and attempt.state != "returned":
                attempt.write({"state": "done", "outcome": False, "payment_id": payment.id})

    # === WHAT FOLLOWS === #

    def _is_to_follow(self):
        """Whether a refusal waits for what follows from it."""
        self.ensure_one()
        return not self.is_followed and (
            self.state in ("declined", "returned")
            or (self.state == "cancelled" and self.outcome == CONFIG)
        )

    def _is_asked_for(self):
        """Whether it is not known what became of an attempt that was sent."""
        self.ensure_one()
        return self.state in ASKED_STATES

    def _is_refused(self):
        self.ensure_one()
        return self.state in ("declined", "returned") and self.outcome in FINAL

    def _payment_day(self):
        """Hook: the day of which the payment is booked: that of the booking."""
        self.ensure_one()
        return self.company_id._cn285_today()

    def _is_booked_ordinarily(self):
        """Whether Odoo itself books the payment: where it comes to more than the amount."""
        self.ensure_one()
        move = self.move_id
        if move.state != "posted":
            return False
        terms = move.invoice_payment_term_id
        return bool(terms.early_discount) or len(self.transaction_id.invoice_ids) != 1
