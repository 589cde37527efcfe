from odoo import models
from odoo.exceptions import AccessError, UserError

MANAGERS = "cn285_contract.group_billing_manager"
# Invoices that a button collects while its user waits; more are collected by jobs.
AT_ONCE = 20


def check_manager(records):
    """Refuse who may not move money.

    :raises AccessError: in words
    """
    if not records.env.su and not records.env.user.has_group(MANAGERS):
        raise AccessError(records.env._("Only billing managers collect and refund."))
    records.check_access("read")


class PaymentAttempt(models.Model):
    """What a person decides of attempts of which nobody knows what became."""

    _inherit = "cn285.payment.attempt"

    def action_ask(self):
        """Send the same transaction again where that is safe, or ask the provider."""
        check_manager(self)
        # sudo: checked above; transactions and means are the program's.
        self.env["cn285.collection"].sudo()._clear_up(self.sudo())
        return True

    def action_was_paid(self):
        """The provider's own pages show the payment: it is booked."""
        for attempt in self._decided():
            attempt.transaction_id.with_context(cn285_sending=True)._set_done(
                state_message=self.env._("Found at the provider by %s", self.env.user.name)
            )
            attempt._note_answer()
        self.env["cn285.collection"].sudo()._settle(self.sudo())
        return True

    def action_was_not_paid(self):
        """The provider's own pages show no such payment: the invoice is collected anew."""
        for attempt in self._decided():
            message = self.env._("Not found at the provider by %s", self.env.user.name)
            attempt.write({"state": "cancelled", "outcome": False, "message": message})
        return True

    def _decided(self):
        """These attempts for who may decide, locked.

        :raises UserError: where it is known what became of one
        """
        check_manager(self)
        # sudo: checked above; attempts are written by the program alone.
        locked = self.sudo().try_lock_for_update(allow_referencing=True)
        locked.invalidate_recordset()
        for attempt in self.sudo():
            if attempt not in locked or not attempt._is_asked_for():
                raise UserError(
                    self.env._(
                        "It is known by now what became of %s, or being asked.", attempt.name
                    )
                )
        return locked


class AccountMove(models.Model):
    """What a person has collected or refunded now."""

    _inherit = "account.move"

    def action_cn285_collect(self):
        """Charge these invoices to their means now, whatever the days of retries say."""
        check_manager(self)
        collection = self.env["cn285.collection"]
        if len(self) > AT_ONCE:
            collection._delay_collect(self, "button")
            return self._cn285_told(self.env._("%s invoices are being collected.", len(self)))
        # sudo: what the attempts of before are; only their number is used.
        before = self.sudo().cn285_attempt_ids
        owed = {move: move.amount_residual for move in self}
        collection._collect(self, "button")
        made = self.sudo().cn285_attempt_ids - before
        credited = self.filtered(lambda move: move.amount_residual < owed[move])
        if not made and credited:
            return self._cn285_told(
                self.env._("Settled with the customer's credit: %s.", len(credited))
            )
        if not made:
            raise UserError(self._cn285_why_not())
        return self._cn285_told(
            self.env._(
                "%(count)s charged, %(paid)s paid.",
                count=len(made),
                paid=len(made.filtered(lambda one: one.state == "done")),
            ),
            made,
        )

    def _cn285_why_not(self):
        """Why none of these invoices could be charged, in a clerk's words."""
        move = self[:1]
        if move.cn285_not_collected:
            return self.env._(
                "%(invoice)s is not charged: %(reason)s",
                invoice=move.name,
                reason=move.cn285_not_collected,
            )
        if not move._cn285_collectable():
            return self.env._(
                "%s is not charged: it is not open, something is under way for it, or it is held "
                "back.",
                move.name,
            )
        tokens = move.cn285_contract_ids._payment_tokens()
        if not move._cn285_token(tokens):
            return self.env._(
                "%s is not charged: its contracts have no means of payment that can be charged.",
                move.name,
            )
        return self.env._(
            "%s is not charged: its means were refused for good, or as often as the networks "
            "allow.",
            move.name,
        )

    def _cn285_told(self, message, attempts=None):
        failed = attempts and attempts.filtered(lambda one: one.state != "done")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if failed else "success",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_cn285_refund(self):
        """Pay these credit notes back to the means that paid what they credit, once."""
        check_manager(self)
        refunds = self.env["cn285.collection"].sudo()._refund(self.sudo())
        if not refunds:
            raise UserError(
                self.env._(
                    "Nothing is refunded: no payment by a means that can be refunded stands behind "
                    "it, or a refund is under way."
                )
            )
        return self._cn285_told(self.env._("%s refunds were asked for.", len(refunds)), refunds)
