import logging

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bulk import CONCURRENCY_ERRORS

from ...engine.declines import classify

_logger = logging.getLogger(__name__)


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

        :param names: ``{payment: how the return is called}``, payments of one company
        :returns: the entries, in their order
        """
        moves = self.env["account.move"].create(
            [self._prepare_return(payment, name, code, day) for payment, name in names.items()]
        )
        moves.action_post()
        plan = []
        for payment, move in zip(names, moves, strict=True):
            account = payment.destination_account_id
            settled = payment.move_id.line_ids.filtered(lambda one, a=account: one.account_id == a)
            settled.remove_move_reconcile()
            taken = move.line_ids.filtered(lambda one, a=account: one.account_id == a)
            plan.append(settled | taken)
        self.env["account.move.line"]._reconcile_plan(plan)
        return moves

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
        label = self.env._("%(reference)s returned: %(code)s", reference=name, code=code or "?")
        shared = {
            "name": label,
            "partner_id": payment.partner_id.id,
            "currency_id": payment.currency_id.id,
        }
        # As the payment was booked, so that rates leave no difference.
        counterpart = payment.move_id.line_ids.filtered(
            lambda one: one.account_id == payment.destination_account_id
        )
        balance, amount = sum(counterpart.mapped("balance")), payment.amount
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
                        "account_id": payment.destination_account_id.id,
                        "balance": -balance,
                        "amount_currency": amount,
                    }
                ),
                fields.Command.create(
                    {
                        **shared,
                        "account_id": payment.outstanding_account_id.id,
                        "balance": balance,
                        "amount_currency": -amount,
                    }
                ),
            ],
        }


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
