import logging

from odoo import models
from odoo.addons.cn285_contract.models.bulk import CONCURRENCY_ERRORS, one_transaction
from odoo.addons.cn285_contract.models.clock import imagined_day
from odoo.addons.cn285_contract.models.common import LIVE_STATES, as_decimal, in_users_language
from odoo.addons.cn285_contract.models.isolation import reason_of
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...engine.prepayment import Verdict, verdict
from .initiation import MEANS

_logger = logging.getLogger(__name__)


class Prepayment(models.Model):
    """From the payment to the running contract, step by step, each committed on its own.

    A step finds what the one before has left, so that a process may be killed between any two, or
    two may be at it, and a webhook may come twice: one activation, one invoice, one payment.
    """

    _inherit = "cn285.prepayment"

    def _steps(self):
        """What follows from a payment or from means, in order: methods of one prepayment."""
        return [self._step_book, self._step_confirm, self._step_bill, self._step_finish]

    def _advance(self):
        """Go on as far as can be; what fails is noted, told, and tried again by the next cron.

        :returns: False where another process is at it
        """
        # As the program itself, whoever paid: what follows is not what a visitor does.
        program = self.with_user(self.env.ref("base.user_root")).sudo()
        prepayment = in_users_language(program.with_company(self.company_id))
        collection = prepayment.env["cn285.collection"]
        collection._commit(forget=False)
        for step in prepayment._steps():
            try:
                goes_on = collection._persistently(lambda step=step: prepayment._take(step))
            except CONCURRENCY_ERRORS:
                _logger.info("Another process is at %s", self.name)
                return False
            if not goes_on:
                break
        return True

    def _take(self, step):
        """One step, or why it failed, to be committed; returns whether the next one follows."""
        try:
            with self.env.cr.savepoint(), one_transaction():
                self.lock_for_update(allow_referencing=True)
                self.invalidate_recordset()
                return step()
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:  # a failing contract never undoes a payment
            self._note_problem(reason_of(self.env, error))
        return False

    def _go_on(self):
        """Go on with those for which something has come."""
        for prepayment in self:
            came = prepayment.state == "paid" or prepayment._transactions_to_book()
            prepayment._gather_means()
            if came or (prepayment._asks_means_only() and prepayment._found_means()):
                prepayment._advance()

    # === STEPS === #

    def _step_book(self):
        """What providers say is paid is booked, by Odoo's own way, once."""
        self._gather_means()
        for transaction in self._transactions_to_book():
            transaction.lock_for_update(allow_referencing=True)
            transaction.invalidate_recordset(["payment_id", "is_post_processed", "state"])
            if not transaction.payment_id:
                transaction._post_process()
            self._take_payment(transaction)
        if self.state in ("open", "pending"):
            ready = self._asks_means_only() and self._found_means()
            if not ready or self._busy_transactions():
                return False
            self._inside().write({"state": "paid", "message": False})
        return self.state == "paid"

    def _step_confirm(self):
        """The draft is confirmed, with the means that came."""
        contract = self.contract_id
        if contract.state == "draft" and contract.active:
            self._check_enough()
            self._give_means()
            contract._begun().action_confirm()
        elif contract.state not in LIVE_STATES:
            self._give_up(self.env._("Contract %s was given up before.", contract.name))
            return False
        return True

    def _step_bill(self):
        """What is due today is billed, and paid by what was paid: nothing ahead, nothing twice."""
        if self.kind == MEANS:
            return True
        run = self.contract_id._bill_what_is_due()
        if run:
            self._inside().write({"run_id": run.id})
        self._reconcile()
        return True

    def _step_finish(self):
        """It is told what came of it; what is left to collect, or to the customer's credit."""
        contract, today = self.contract_id, self.company_id._cn285_today()
        self._inside().write(
            {"state": "done", "message": False, "is_told": False, "date_done": today}
        )
        self.invalidate_recordset(["credit_left"])
        contract.message_post(body=self._told_at_the_end())
        if self.currency_id.compare_amounts(self.credit_left, 0) > 0:
            self._ask_what_to_do(
                lambda one: one.env._("More was paid than was due: give it back, or keep it")
            )
        self._mail("cn285_payment.mail_template_prepayment_done")
        moves = self._first_invoices().filtered("amount_residual")
        collection = self.env["cn285.collection"]
        collection._delay_collect(collection._to_collect(moves), "run")
        return True

    # === WHAT THEY NEED === #

    def _check_enough(self):
        """Refuse to start a contract for which less was paid than its payer was to agree to.

        :raises UserError: in words, for who decides
        """
        paid = as_decimal(self.amount_paid)
        due = self._due()
        if paid >= due or self.accepted_by_id:
            return
        agreed = due
        if self.date_agreed and self.date_agreed != self.company_id._cn285_today():
            with imagined_day(self.date_agreed):
                agreed = self._due()
        if verdict(paid, due, agreed) is Verdict.decide:
            raise UserError(
                self.env._(
                    "%(paid)s was paid, but the first invoice comes to %(due)s by now: the draft, "
                    "or a price, has changed. Ask for the rest, activate it anyway, or change it "
                    "back.",
                    paid=self.currency_id.format(float(paid)),
                    due=self.currency_id.format(float(due)),
                )
            )

    def _give_means(self):
        """Means that came are the contract's, where it is collected automatically."""
        contract, token = self.contract_id, self._found_means()
        # The payer's usual means pay without being named.
        if token and token == self.token_id and contract.collection_mode == "automatic":
            contract.payment_token_id = token

    def _first_invoices(self):
        """The contract's invoices that are there at its start."""
        return self.contract_id.invoice_ids.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_invoice"
        )

    def _reconcile(self):
        """What was paid pays the contract's invoices; what is more stays open to its payer."""
        payments = self._booked_payments()
        invoices = self._first_invoices().filtered("amount_residual")
        credits = self._open_lines(payments)
        debts = invoices.line_ids.filtered(
            lambda line: line.display_type == "payment_term" and not line.reconciled
        )
        for account, own in credits.grouped("account_id").items():
            theirs = debts.filtered(lambda line, account=account: line.account_id == account)
            if theirs:
                (own | theirs).reconcile()
        for payment in payments.filtered(lambda one: not one.move_id):
            # Its journal keeps no entry of payments: Odoo knows what it pays by the link alone.
            payment.invoice_ids |= invoices
        self._link_invoices(invoices)

    def _told_at_the_end(self):
        """What the contract's notes say of its start."""
        if self._asks_means_only() and not self.amount_paid:
            return self.env._("%s: means of payment were added, the contract is active.", self.name)
        open_amount = sum(self._first_invoices().mapped("amount_residual"))
        text = self.env._(
            "%(name)s: %(paid)s was paid on %(day)s, the contract is active.",
            name=self.name,
            paid=self.currency_id.format(self.amount_paid),
            day=format_date(self.env, self.date_agreed or self.date),
        )
        if self.currency_id.compare_amounts(self.credit_left, 0) > 0:
            text += " " + self.env._(
                "%s more than was due stays as a credit of the payer.",
                self.currency_id.format(self.credit_left),
            )
        elif self.currency_id.compare_amounts(open_amount, 0) > 0:
            text += " " + self.env._(
                "%s more has become due meanwhile: it is open on the invoice.",
                self.currency_id.format(open_amount),
            )
        return text

    # === WHAT FAILS === #

    def _note_problem(self, reason):
        """Keep why it cannot go on, and tell it once to who is responsible."""
        state = "paid" if self.state in ("open", "pending") and self.amount_paid else self.state
        if self.message != reason:
            self._inside().write({"message": reason[:500], "state": state})
        if not self.is_told:
            self._inside().write({"is_told": True})
            self.contract_id._ask_responsible(
                self.contract_id,
                self._words_of_problem,
                note=reason,
            )

    def _words_of_problem(self, record):
        """Hook: what is told to who is responsible where it was paid and nothing came of it.

        :param record: in whose language
        """
        return record.env._("Paid, not activated: see the prepayment")

    def _ask_what_to_do(self, words):
        """Ask who is responsible what becomes of money that pays nothing."""
        self.contract_id._ask_responsible(
            self.contract_id,
            words,
            note=f"{self.name}: {self.currency_id.format(self.credit_left)}",
        )

    def _give_up(self, reason):
        """The contract will not start: what was paid is to be given back."""
        if self.currency_id.is_zero(self.amount_paid):
            self._inside().write({"state": "cancelled", "message": reason[:500]})
            return
        self._inside().write({"state": "to_return", "message": reason[:500]})
        self._ask_what_to_do(
            lambda one: one.env._("Paid, and given up: give it back, or keep it as credit")
        )

    def _mail(self, template):
        """Write to the payer; without an address, nobody is written to."""
        self.ensure_one()
        if self.partner_id.email:
            # sudo: templates are the administrators'; the message is about this record alone.
            self.env.ref(template).sudo().send_mail(self.id)
