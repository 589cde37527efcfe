from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.isolation import reason_of

from ...engine.declines import TECHNICAL, UNKNOWN

# Providers keep the answer to a request for a day; a little less leaves room for clocks.
SAME_REQUEST = timedelta(hours=23)
# A call that nobody answered may still be on its way: only after that is "there is none" believed.
ON_ITS_WAY = timedelta(minutes=15)


class Collection(models.AbstractModel):
    """What became of attempts of which nothing is known: never a blind new one.

    The same transaction is sent again where the provider takes it for the same request, as long as
    he keeps it; else he is asked, and where he knows of none, the same transaction is sent.
    """

    _inherit = "cn285.collection"

    @api.model
    def _clear_up(self, attempts):
        """Find out what became of attempts, and go on with those that were never sent."""
        for attempt in attempts:
            if attempt.state == "open":
                self._send_one(attempt)
                continue
            if attempt._may_be_sent_again() and not attempt._obstacle():
                self._send_one(attempt, again=True)
            if attempt.state in ("sent", "unknown"):
                self._ask(attempt)
        self._settle(attempts)

    @api.model
    def _ask(self, attempt):
        """Ask the provider what became of an attempt, and commit what it tells."""
        locked = self._lock(attempt, ("sent", "unknown"))
        if not locked:
            return
        # What the provider told by itself meanwhile is asked first.
        locked._follow_transaction()
        answer = None
        if locked.state in ("sent", "unknown"):
            answer = self._ask_provider(locked.transaction_id)[locked.transaction_id]
            locked._note_told(answer)
        self._commit(forget=False)
        if answer == "nothing" and locked.state == "unknown" and not locked._is_on_its_way():
            self._send_if_wanted(locked)

    @api.model
    def _send_if_wanted(self, attempt):
        """Send again what the provider knows nothing of, unless it was paid otherwise meanwhile."""
        obstacle = attempt._obstacle()
        if not obstacle:
            self._send_one(attempt, again=True)
            return
        locked = self._lock(attempt, ("unknown",))
        if locked:
            locked._withdraw(obstacle)
        self._commit(forget=False)

    @api.model
    def _ask_provider(self, transactions):
        """What providers say became of transactions.

        :returns: ``{transaction: done, declined, pending, nothing, or None}``
        """
        answers = {}
        for transaction in transactions:
            try:
                with self.env.cr.savepoint():
                    answers[transaction] = transaction.with_context(
                        cn285_sending=True
                    )._cn285_ask_provider()
            except Exception as error:  # a provider that does not answer is asked again later
                reason_of(self.env, error)
                answers[transaction] = None
        return answers


class PaymentAttempt(models.Model):
    _inherit = "cn285.payment.attempt"

    def _may_be_sent_again(self):
        """Whether the provider takes the same transaction for the same request.

        What he refused to look at may be sent again to any of them.
        """
        self.ensure_one()
        if self.state not in ("sent", "unknown"):
            return False
        if self.outcome == TECHNICAL:
            return True
        if not self.token_id.provider_id._cn285_is_idempotent():
            return False
        return bool(self.sent_at) and fields.Datetime.now() - self.sent_at < SAME_REQUEST

    def _is_on_its_way(self):
        """Whether the call may still arrive."""
        self.ensure_one()
        return bool(self.sent_at) and fields.Datetime.now() - self.sent_at < ON_ITS_WAY

    def _note_told(self, answer):
        """Keep what the provider told when it was asked."""
        self.ensure_one()
        transaction = self.transaction_id.with_context(cn285_sending=True)
        self.write({"asked_at": fields.Datetime.now()})
        if answer == "done":
            transaction._set_done()
        elif answer == "pending":
            transaction._set_pending()
        elif answer == "declined":
            if transaction.state != "error":
                transaction._set_error(self.env._("The provider refused it."))
            if transaction.cn285_outcome in (False, UNKNOWN, TECHNICAL):
                transaction.write({"cn285_outcome": transaction._cn285_class_of_code()})
        else:
            self.write({"state": "unknown", "outcome": UNKNOWN})
            return
        self._note_answer()
