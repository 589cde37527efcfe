import logging
from datetime import date
from typing import NamedTuple

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bulk import CONCURRENCY_ERRORS

from ...engine.declines import HARD, classify

_logger = logging.getLogger(__name__)


class TakenBack(NamedTuple):
    """A payment that was taken back: what it had settled, the reason's code, and the day."""

    payment: models.BaseModel
    moves: models.BaseModel
    code: str
    day: date


class Collection(models.AbstractModel):
    """What was paid and is taken back: direct debits that return, disputes of cards."""

    _inherit = "cn285.collection"

    @api.model
    def _returned(self, attempts, code, day):
        """Book the return of paid attempts; their invoices are open again, and it is a refusal.

        Attempts that were returned before are left alone. All is done in the current transaction,
        which the caller commits; where something that follows fails, the return stays booked, and
        the next scheduled action does the rest.

        :param code: the bank's or the network's reason
        :param day: the day on which the money left
        """
        locked = attempts.sudo().try_lock_for_update(allow_referencing=True)
        locked.invalidate_recordset()
        self.sudo()._book_together(locked.filtered(lambda one: one._is_to_book()))
        paid = locked.filtered(lambda one: one.state == "done" and one.payment_id)
        for company, own in paid.grouped("company_id").items():
            self.sudo().with_company(company)._book_returns(own.with_company(company), code, day)
        waiting = locked.filtered(lambda one: one.state in ("pending", "sent", "unknown"))
        for attempt in waiting:
            attempt._refuse(code)
        try:
            self.sudo()._follow_up_within(paid | waiting)
        except CONCURRENCY_ERRORS:
            raise
        except Exception:  # what the bank took back is taken back, whatever follows
            _logger.exception("What follows from returns failed")

    @api.model
    def _book_returns(self, attempts, code, day):
        """Entries of what came back; the invoices are open again."""
        names = dict(zip(attempts.payment_id, attempts.mapped("name"), strict=True))
        moves = self._take_back(names, code, day)
        for attempt, move in zip(attempts, moves, strict=True):
            attempt.write(
                {
                    "state": "returned",
                    "code": code,
                    "outcome": classify(code, rail=attempt.token_id._cn285_rail()),
                    "returned_on": day,
                    "answered_at": fields.Datetime.now(),
                    "return_move_id": move.id,
                    "is_followed": False,
                }
            )
        self._settle_by_credit_notes(attempts.move_id)

    @api.model
    def _take_back(self, names, code, day):
        """Entries D 411 / C outstanding; each replaces the invoice as what the payment settles.

        The one place where payments are taken back, whoever tells of it and whatever they paid:
        what follows besides is :meth:`_taken_back_steps`.

        :param names: ``{payment: how the return is called}``, payments of one company
        :param code: the reason, empty where nobody told one
        :returns: the entries, in their order
        """
        moves = self.env["account.move"].create(
            [self._prepare_return(payment, name, code, day) for payment, name in names.items()]
        )
        moves.action_post()
        plan, taken_back = [], []
        for payment, move in zip(names, moves, strict=True):
            settled = payment._cn285_settling_lines()
            taken_back.append(TakenBack(payment, settled._cn285_settled_moves(), code, day))
            settled.remove_move_reconcile()
            account = payment.destination_account_id
            taken = move.line_ids.filtered(lambda one, a=account: one.account_id == a)
            plan.append(settled | taken)
        self.env["account.move.line"]._reconcile_plan(plan)
        for step in self._taken_back_steps():
            step(taken_back)
        return moves

    @api.model
    def _taken_back_steps(self):
        """What follows when payments are taken back, in order: functions of a list of
        :class:`TakenBack`, in the transaction that books it."""
        return [self._revoke_means, self.env["cn285.wallet.topup"]._payments_taken_back]

    @api.model
    def _revoke_means(self, taken_back):
        """Means that are refused for good are not used again, whatever they paid."""
        for one in taken_back:
            # sudo: means of whomever; that they are revoked is the bank's word.
            token = one.payment.sudo().payment_token_id
            refused = token and classify(one.code, rail=token._cn285_rail()) == HARD
            if refused and token.cn285_state != "revoked":
                token.cn285_state = "revoked"

    @api.model
    def _give_again(self, payment, entry, day):
        """The bank gave up: the entry of a return is reversed, and what was paid is paid again.

        What was paid otherwise meanwhile leaves the payment to the customer's credit.

        :param payment: what was returned
        :param entry: by which entry
        :param day: the day of the reversal
        """
        label = self.env._("%s: taken back", entry.ref or entry.name)
        entry._reverse_moves([{"date": day, "ref": label}], cancel=True)
        for step in self._given_again_steps():
            step(payment, day)
        lines = payment._cn285_settling_lines() | payment.invoice_ids.line_ids.filtered(
            lambda line: line.account_id == payment.destination_account_id
        )
        lines = lines.filtered(lambda line: not line.reconciled)
        if len(lines.move_id) > 1:
            self.env["account.move.line"]._reconcile_plan([lines])

    @api.model
    def _given_again_steps(self):
        """What follows when a payment that was taken back is given again, in order: functions of
        (payment, day)."""
        return [self.env["cn285.wallet.topup"]._payment_given_again]

    @api.model
    def _settle_by_credit_notes(self, moves):
        """What was credited and not paid out is not owed again when the payment comes back."""
        for move in moves:
            credits = move.reversal_move_ids.filtered(
                lambda one: one.state == "posted" and one.amount_residual
            )
            if credits:
                lines = (move | credits).line_ids.filtered(
                    lambda one: one.account_type == "asset_receivable" and not one.reconciled
                )
                for own in lines.grouped("account_id").values():
                    own.reconcile()

    @api.model
    def _prepare_return(self, payment, name, code, day):
        """Values of the entry that takes back each line of a payment's, at its rate: a discount for
        paying early is taken back too."""
        label = self.env._("%(reference)s returned: %(code)s", reference=name, code=code or "?")
        settling = payment._cn285_settling_lines()
        return {
            "move_type": "entry",
            "journal_id": payment.journal_id.id,
            "company_id": payment.company_id.id,
            "date": day,
            "ref": label,
            "line_ids": [
                fields.Command.create(
                    {
                        "name": label,
                        "account_id": line.account_id.id,
                        "partner_id": line.partner_id.id,
                        "currency_id": line.currency_id.id,
                        "balance": -line.balance,
                        "amount_currency": -line.amount_currency,
                    }
                )
                for line in settling | payment.move_id.line_ids
            ],
        }


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def _cn285_settling_lines(self):
        """The lines by which this payment settles what it pays."""
        self.ensure_one()
        return self.move_id.line_ids.filtered(
            lambda line: line.account_id == self.destination_account_id
        )


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _cn285_settled_moves(self):
        """What these lines are reconciled with."""
        debits = self.matched_debit_ids.debit_move_id.move_id
        return debits | self.matched_credit_ids.credit_move_id.move_id


class PaymentAttempt(models.Model):
    _inherit = "cn285.payment.attempt"

    def _is_to_book(self):
        self.ensure_one()
        return self.state == "done" and not self.payment_id

    def _refuse(self, code):
        """An attempt on which the provider still was is refused after all."""
        self.ensure_one()
        outcome = classify(code, rail=self.token_id._cn285_rail())
        transaction = self.transaction_id.with_context(cn285_sending=True)
        transaction.write({"cn285_code": code, "cn285_outcome": outcome})
        transaction._set_error(self.env._("Refused: %s", code or "?"))
        self.write(
            {
                "state": "declined",
                "code": code,
                "outcome": outcome,
                "answered_at": fields.Datetime.now(),
            }
        )
