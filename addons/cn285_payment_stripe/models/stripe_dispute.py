from datetime import date, datetime, timedelta

import pytz
from odoo import fields, models

from ..engine.means import dispute_code, is_open_dispute, takes_money


class PaymentTransaction(models.Model):
    """Disputes: the customer's bank takes a payment back, and sometimes gives it up again."""

    _inherit = "payment.transaction"

    cn285_disputed = fields.Boolean(
        string="In Dispute at Stripe",
        readonly=True,
        copy=False,
        help="The customer's bank decides whether he gets his money back.",
    )

    def _cn285_stripe_take_over_dispute(self, dispute):
        """Take over what a dispute says now.

        While the money is away the invoice is open again; while the bank decides, nobody is dunned.

        :param dict dispute: as Stripe has it now
        :returns: (what changed in a few words or None, whether somebody has to look at it)
        """
        self.ensure_one()
        self._cn285_stripe_lock()
        attempts = self.cn285_attempt_ids
        self._cn285_stripe_mark_disputed(is_open_dispute(dispute))
        if takes_money(dispute):
            if dispute["amount"] != self._cn285_stripe_minor():
                return self.env._(
                    "%s was disputed in part: book what the bank took back.", self.reference
                ), True
            if not attempts:
                return self.env._(
                    "%s, which the customer paid himself, was disputed: book what the bank took "
                    "back.",
                    self.reference,
                ), True
            return self._cn285_stripe_return(attempts, dispute), False
        returned = attempts.filtered(lambda attempt: attempt.state == "returned")
        if dispute["status"] == "won" and returned:
            for attempt in returned:
                attempt._stripe_reinstate(self._cn285_stripe_day(dispute, attempt.company_id))
            return self.env._("%s: the bank gave the money back", self.reference), False
        return None, False

    def _cn285_stripe_return(self, attempts, dispute):
        coming = attempts.filtered(lambda one: one.state not in ("returned", "declined"))
        for attempt in coming:
            self.env["cn285.collection"]._returned(
                attempt,
                dispute_code(dispute["reason"], attempt.token_id._cn285_rail()),
                self._cn285_stripe_day(dispute, attempt.company_id),
            )
        return coming and self.env._("%s: taken back by the bank", self.reference)

    def _cn285_stripe_day(self, made, company):
        """The day of something at Stripe, in the company's time; the next one that is not closed in
        the books."""
        zone = pytz.timezone(company.cn285_tz or "UTC")
        day = datetime.fromtimestamp(made["created"], zone).date()
        locked = company._get_user_fiscal_lock_date(self.provider_id.journal_id)
        return max(day, locked + timedelta(days=1)) if locked > date.min else day

    def _cn285_stripe_mark_disputed(self, is_disputed):
        """Neither collected nor dunned while the bank decides.

        A clerk's own mark on an invoice stays: the mark is taken off where a dispute set it.
        """
        moves = self.invoice_ids
        if is_disputed and not self.cn285_disputed:
            free = moves.filtered(lambda move: not move.cn285_dunning_blocked)
            self.cn285_disputed = bool(free)
            free.cn285_dunning_blocked = True
        elif not is_disputed and self.cn285_disputed:
            self.cn285_disputed = False
            moves.cn285_dunning_blocked = False


class PaymentAttempt(models.Model):
    _inherit = "cn285.payment.attempt"

    def _stripe_reinstate(self, day):
        """The bank gave up: the return is taken back, and what was paid is paid again.

        The invoice is settled by the payment as before; what was paid otherwise meanwhile leaves
        the payment to the customer's credit.

        :param day: the day of the entry
        """
        self.ensure_one()
        account = self.payment_id.destination_account_id
        entry = self.return_move_id
        entry.line_ids.filtered(lambda line: line.account_id == account).remove_move_reconcile()
        label = self.env._("%s: the bank gave the money back", self.name)
        entry._reverse_moves([{"date": day, "ref": label}], cancel=True)
        lines = (self.payment_id.move_id.line_ids | self.move_id.line_ids).filtered(
            lambda line: line.account_id == account and not line.reconciled
        )
        self.write({"state": "done", "code": False, "outcome": False, "returned_on": False})
        if len(lines.move_id) > 1:
            self.env["account.move.line"]._reconcile_plan([lines])
