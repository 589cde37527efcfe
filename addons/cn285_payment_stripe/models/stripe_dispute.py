from datetime import date, datetime, timedelta

import pytz
from odoo import fields, models
from odoo.addons.cn285_payment.engine.declines import CARD

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
        if dispute["status"] == "won" and self._cn285_stripe_give_again(attempts, dispute):
            return self.env._("%s: the bank gave the money back", self.reference), False
        return None, False

    def _cn285_stripe_give_again(self, attempts, dispute):
        """What was taken back is paid again; returns whether there was something."""
        collection = self.env["cn285.collection"].with_company(self.company_id)
        returned = attempts.filtered(lambda attempt: attempt.state == "returned")
        for attempt in returned:
            day = self._cn285_stripe_day(dispute, attempt.company_id)
            collection._give_again(attempt.payment_id, attempt.return_move_id, day)
            attempt.write({"state": "done", "code": False, "outcome": False, "returned_on": False})
        own = self.cn285_return_move_id
        if own and not returned:
            day = self._cn285_stripe_day(dispute, self.company_id)
            collection._give_again(self.payment_id, own, day)
            self.cn285_return_move_id = False
        return bool(returned or own)

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
        day = self._cn285_stripe_day(dispute, self.company_id)
        token = self.token_id
        rail = token._cn285_rail() if token else CARD
        code = dispute_code(dispute["reason"], rail)
        collection = self.env["cn285.collection"].with_company(self.company_id)
        self.cn285_return_move_id = collection._take_back(
            {self.payment_id: self.reference}, code, day
        )
        collection._settle_by_credit_notes(self.invoice_ids)
        return self.env._("%s: taken back by the bank", self.reference)
