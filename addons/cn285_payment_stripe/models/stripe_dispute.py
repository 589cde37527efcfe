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
    cn285_return_move_id = fields.Many2one(
        "account.move",
        string="Entry of the Return",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="What was booked when the bank took back what the customer had paid himself.",
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
                return self._cn285_stripe_return_own(dispute), False
            return self._cn285_stripe_return(attempts, dispute), False
        returned = attempts.filtered(lambda attempt: attempt.state == "returned")
        if dispute["status"] == "won" and returned:
            for attempt in returned:
                day = self._cn285_stripe_day(dispute, attempt.company_id)
                attempt.return_move_id._cn285_stripe_take_back(attempt.payment_id, day)
                attempt.write(
                    {"state": "done", "code": False, "outcome": False, "returned_on": False}
                )
            return self.env._("%s: the bank gave the money back", self.reference), False
        if dispute["status"] == "won" and self.cn285_return_move_id:
            day = self._cn285_stripe_day(dispute, self.company_id)
            self.cn285_return_move_id._cn285_stripe_take_back(self.payment_id, day)
            self.cn285_return_move_id = False
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

    # === WHAT CUSTOMERS PAID THEMSELVES === #

    def _cn285_stripe_return_own(self, dispute):
        """Book the return of a payment that no attempt of ours made: D 411 / C outstanding.

        :returns: what was done in a few words, or None
        """
        if self.cn285_return_move_id or self.state != "done":
            return None
        if not self.payment_id:
            self._post_process()
        payment = self.payment_id
        day = self._cn285_stripe_day(dispute, self.company_id)
        entry = self.env["account.move"].create(self._cn285_stripe_prepare_return(payment, day))
        entry.action_post()
        lines = (payment.move_id.line_ids | entry.line_ids).filtered(
            lambda line: line.account_id == payment.destination_account_id
        )
        lines.remove_move_reconcile()
        self.env["account.move.line"]._reconcile_plan([lines])
        self.cn285_return_move_id = entry
        self._cn285_taken_back(day)
        return self.env._("%s: taken back by the bank", self.reference)

    def _cn285_stripe_prepare_return(self, payment, day):
        """Values of the entry, at the rate of the payment."""
        label = self.env._("%s: taken back by the bank", self.reference)
        settled = payment.move_id.line_ids.filtered(
            lambda line: line.account_id == payment.destination_account_id
        )
        balance, amount = sum(settled.mapped("balance")), sum(settled.mapped("amount_currency"))
        shared = {
            "name": label,
            "partner_id": payment.partner_id.id,
            "currency_id": payment.currency_id.id,
        }
        return {
            "move_type": "entry",
            "journal_id": payment.journal_id.id,
            "company_id": payment.company_id.id,
            "date": day,
            "ref": label,
            "line_ids": [
                fields.Command.create(
                    {
                        **shared,
                        "account_id": account.id,
                        "balance": sign * balance,
                        "amount_currency": sign * amount,
                    }
                )
                for account, sign in (
                    (payment.destination_account_id, -1),
                    (payment.outstanding_account_id, 1),
                )
            ],
        }


class AccountMove(models.Model):
    _inherit = "account.move"

    def _cn285_stripe_take_back(self, payment, day):
        """The bank gave up: a return is reversed, and what was paid is paid again.

        The invoices are settled by the payment as before; what was paid otherwise meanwhile leaves
        the payment to the customer's credit.

        :param payment: what was returned by this entry
        :param day: the day of the entry
        """
        self.ensure_one()
        account = payment.destination_account_id
        self.line_ids.filtered(lambda line: line.account_id == account).remove_move_reconcile()
        label = self.env._("%s: taken back", self.ref or self.name)
        self._reverse_moves([{"date": day, "ref": label}], cancel=True)
        lines = (payment.move_id.line_ids | payment.invoice_ids.line_ids).filtered(
            lambda line: line.account_id == account and not line.reconciled
        )
        if len(lines.move_id) > 1:
            self.env["account.move.line"]._reconcile_plan([lines])
