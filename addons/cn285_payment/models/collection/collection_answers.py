import logging

from odoo import api, models
from odoo.addons.cn285_contract.models.bulk import CONCURRENCY_ERRORS

from ...engine.declines import CUSTOMER, HARD

_logger = logging.getLogger(__name__)


class Collection(models.AbstractModel):
    """What follows from an answer: the next attempt, means that are spent, whom it is told."""

    _inherit = "cn285.collection"

    @api.model
    def _follow_up(self, attempts):
        """Do what follows from refusals and returns, once for each attempt.

        Where a step fails for a batch, each attempt is tried apart; what fails is left for the next
        scheduled action.
        """
        if not attempts:
            return
        try:
            self._persistently(lambda: self._follow_up_within(attempts))
        except CONCURRENCY_ERRORS:
            raise
        except Exception:  # whatever one refusal provokes must not keep the others
            if len(attempts) > 1:
                for attempt in attempts:
                    self._follow_up(attempt)
                return
            _logger.exception("What follows from attempt %s failed", attempts.name)

    @api.model
    def _follow_up_within(self, attempts):
        with self.env.cr.savepoint():
            locked = attempts.try_lock_for_update(allow_referencing=True)
            locked.invalidate_recordset()
            locked = locked.filtered(lambda one: one._is_to_follow())
            locked.write({"is_followed": True})
            locked._note_next()
            locked._mark_means()
            locked._ask_for_means()
            self._declined(locked)

    @api.model
    def _declined(self, attempts):
        """Called once after a final answer of refusal, or a return, for a batch of attempts."""
        for step in self._declined_steps():
            step(attempts)

    @api.model
    def _declined_steps(self):
        """What follows a refusal, in order: functions of a recordset of attempts."""
        return [self.env["cn285.dunning.case"]._refused]


class PaymentAttempt(models.Model):
    _inherit = "cn285.payment.attempt"

    def _mark_means(self):
        """Means that are refused for good are not used again, by any contract."""
        refused = self.filtered(lambda one: one.outcome == HARD).token_id
        refused.filtered(lambda token: token.cn285_state != "revoked").write(
            {"cn285_state": "revoked"}
        )
        expired = self.filtered(lambda one: one.outcome == CUSTOMER and one.code == "expired_card")
        expired.token_id.filtered(lambda token: token.cn285_state == "valid").write(
            {"cn285_state": "expired"}
        )

    def _ask_for_means(self):
        """Write at once to who alone can help; once for each of his means and day."""
        alone = self.filtered(lambda one: one.outcome in (CUSTOMER, HARD))
        told = self.search(
            [
                ("token_id", "in", alone.token_id.ids),
                ("id", "not in", alone.ids),
                ("outcome", "in", (CUSTOMER, HARD)),
                ("is_followed", "=", True),
                ("date", "in", list(set(alone.mapped("date")))),
            ]
        ).token_id
        for token in alone.token_id - told:
            token._cn285_mail("cn285_payment.mail_template_means_refused")
