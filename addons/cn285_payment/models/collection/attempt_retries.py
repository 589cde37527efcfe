from collections import defaultdict
from datetime import timedelta

from odoo import models
from odoo.fields import Domain

from ...engine.declines import CARD, CONFIG, HARD
from ...engine.retries import NETWORK_WINDOW, Failure, next_attempt, over_network_cap


class PaymentAttempt(models.Model):
    """Whether and when an invoice is tried again."""

    _inherit = "cn285.payment.attempt"

    def _allowed(self, charges, by_hand=False):
        """Those of these charges that the policy and the networks allow on their day.

        Means that never refused the invoice are charged at once; refused ones on the day that was
        found for them; what a person asks for whenever the networks allow it, but never to means
        that were refused for good.

        :param charges: list of ``Charge``
        """
        history = self._of_invoices([charge.move for charge in charges])
        days = self._network_days(charges)
        allowed = []
        for charge in charges:
            earlier = history[charge.move]
            failures = earlier._failures(charge.token)
            last = failures[-1:]
            waits = last and not (last.retry_date and last.retry_date <= charge.day)
            if last.outcome == HARD or (waits and not by_hand):
                continue
            mistake = earlier[-1:].filtered(lambda one: one.outcome == CONFIG)
            if mistake and mistake.date >= charge.day and not by_hand:
                continue
            if not over_network_cap(days[charge.token, charge.amount], charge.day):
                allowed.append(charge)
            elif last:
                last.write({"retry_date": False, "retry_reason": "network"})
        return allowed

    def _of_invoices(self, moves):
        """``{invoice: its attempts, in order}``"""
        moves = self.env["account.move"].union(*moves) if moves else self.env["account.move"]
        found = defaultdict(self.browse)
        for attempt in self.search([("move_id", "in", moves.ids)], order="move_id, number"):
            found[attempt.move_id] |= attempt
        return found

    def _failures(self, token):
        """Those of an invoice's attempts, in order, that count against means: refused since the
        last payment, and since the means were renewed."""
        done = [attempt.number for attempt in self if attempt.state == "done"]
        since = max(done, default=0)
        return self.filtered(
            lambda one: (
                one.number > since
                and one.token_id == token
                and one._is_refused()
                and not one._is_before_renewal()
            )
        )

    def _is_before_renewal(self):
        """Whether the means were renewed after they refused."""
        self.ensure_one()
        renewed = self.token_id.cn285_renewed_at
        return bool(renewed and self.answered_at and self.answered_at <= renewed)

    def _refused_on(self):
        self.ensure_one()
        return self.returned_on or self.date

    def _network_days(self, charges):
        """Days of recent refusals of the networks, by means and amount, since these paid last.

        What they limit is to ask again for what was refused: a payer of many invoices of one amount
        has each of them charged. Accounts are debited by banks, which have rules of their own.
        """
        days = defaultdict(list)
        if not charges:
            return days
        tokens = {charge.token for charge in charges if charge.token._cn285_rail() == CARD}
        first = min(charge.day for charge in charges) - timedelta(days=NETWORK_WINDOW)
        recent = Domain(
            [
                ("token_id", "in", [token.id for token in tokens]),
                ("date", ">", first),
                ("state", "not in", ("open", "pending", "cancelled")),
            ]
        )
        for attempt in self.search(recent, order="id"):
            refused = days[attempt.token_id, attempt.amount]
            if attempt.state in ("done", "returned"):
                refused.clear()
            else:
                refused.append(attempt.date)
        return days

    def _note_next(self):
        """Keep when a refused invoice is tried again by the same means, or why it is not."""
        history = self._of_invoices(list(self.move_id))
        days = self.env["cn285.dunning.policy"]._retry_days(self.move_id)
        for attempt in self:
            token = attempt.token_id
            if attempt.outcome == CONFIG:
                attempt.write({"retry_date": False, "retry_reason": CONFIG})
                continue
            policy_days, later = token._cn285_retry_terms(days[attempt.move_id])
            same = history[attempt.move_id].filtered(
                lambda one, attempt=attempt, token=token: (
                    token._cn285_rail() == CARD
                    and one.token_id == token
                    and one.amount == attempt.amount
                    and one.sent_at
                )
            )
            verdict = next_attempt(
                [
                    Failure(one._refused_on(), one.outcome)
                    for one in history[attempt.move_id]._failures(token)
                ],
                policy_days,
                attempts=[one.date for one in same],
                later=later,
            )
            attempt.write({"retry_date": verdict.day, "retry_reason": verdict.reason or False})
