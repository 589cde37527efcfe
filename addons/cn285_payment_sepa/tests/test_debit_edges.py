"""Debits when something comes between: payments, disputes, revocations, credit notes, files."""

from datetime import date

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import OTHER_IBAN, OURS, SepaCase
from .test_debits import texts


@tagged("post_install", "-at_install")
class TestDebitEdges(SepaCase):
    stock = 2

    def _pay(self, move, amount, day="2026-01-10"):
        with freeze_time(f"{day} 08:00:00"), trap_jobs():
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=move.ids
            ).create({"amount": amount})._create_payments()

    def _settle(self, day="2026-01-15"):
        with freeze_time(f"{day} 08:00:00"), trap_jobs():
            self.env["cn285.sepa.debit"]._cron_settle()

    def _credit(self, move, day="2026-01-14"):
        with freeze_time(f"{day} 08:00:00"), trap_jobs():
            credit = move._reverse_moves([{"invoice_date": day, "date": day}])
            credit.action_post()
        return credit

    def test_partly_paid_before_the_file(self):
        """The debit of all is called off, and the rest is collected by the next scheduled run."""
        move = self._invoice()
        self._collect(move)
        first = self._debit(move)
        self._pay(move, 50.0)
        self.assertFalse(self._file(date(2026, 1, 13)))
        self.assertEqual(first.state, "cancelled")
        self.assertIn("Less is owed", first.message)
        self._due(date(2026, 1, 13))
        rest = self._debit(move)
        self.assertEqual((rest.state, rest.amount), ("waiting", 70.0))
        self._file(rest.file_on)
        self._settle(rest.debit_on)
        self.assertPaid(move)

    def test_in_dispute_before_the_file(self):
        move = self._invoice()
        self._collect(move)
        move.cn285_dunning_blocked = True
        self.assertFalse(self._file(date(2026, 1, 13)))
        self.assertEqual(self._debit(move).state, "cancelled")
        self._due(date(2026, 1, 14))
        self.assertEqual(self._debit(move).state, "cancelled")

    def test_revoked_between_file_and_settlement(self):
        """The debit was ordered: it is made, and settles."""
        move = self._invoice()
        debit = self._ordered(move)
        self.mandate.with_user(self.clerk).action_revoke()
        self.assertEqual((debit.state, self.mandate.state), ("ordered", "revoked"))
        self._settle()
        self.assertEqual(debit.state, "settled")
        self.assertPaid(move)

    def test_one_off_mandate_revoked_meanwhile_stays_revoked(self):
        mandate = self._mandate(one_off=True)
        self.customer.cn285_payment_token_id = mandate.token_id
        move = self._invoice()
        self._ordered(move)
        mandate.with_user(self.clerk).action_revoke()
        self._settle()
        self.assertEqual(mandate.state, "revoked")
        self.assertPaid(move)

    def test_one_off_mandate_debits_one_of_two(self):
        mandate = self._mandate(one_off=True)
        self.customer.cn285_payment_token_id = mandate.token_id
        first, second = self._invoice(0), self._invoice(1)
        self._collect(first)
        attempt = self._collect(second)
        self.assertEqual((attempt.state, attempt.outcome), ("declined", "customer"))
        # What the mandate was given for is debited all the same.
        self.assertEqual((mandate.state, self._debit(first).state), ("active", "waiting"))
        self._file(date(2026, 1, 13))
        self._settle()
        self.assertPaid(first)
        self.assertEqual((mandate.state, second.amount_residual), ("used", 120.0))

    def test_changed_account_of_a_rejected_order_is_told_again(self):
        self._settled(self._invoice(0))
        self.mandate._change_account(OTHER_IBAN)
        move = self._invoice(1)
        self._collect(move, date(2026, 2, 2))
        self._file(date(2026, 2, 3))
        debit = self._debit(move)
        self.assertTrue(debit.account_changed)
        self.assertFalse(self.mandate.account_changed)
        with freeze_time("2026-02-04 08:00:00"), trap_jobs():
            debit._refuse("MS03", "Bank was closed", date(2026, 2, 4))
        self.assertTrue(self.mandate.account_changed)
        self._retry(self._attempts(move).retry_date)
        again = self._debit(move)
        file = self._file(again.file_on)
        self.assertEqual(texts(file, "OrgnlDbtrAcct/Id/Othr/Id"), ["SMNDA"])

    def test_account_changed_while_the_first_debit_is_ordered(self):
        """The bank was given the former account already: the next order tells of the new one."""
        self._ordered(self._invoice(0))
        self.mandate._change_account(OTHER_IBAN)
        self.assertTrue(self.mandate.account_changed)

    def test_credited_between_file_and_settlement(self):
        """The debit is made, and what it brings is the customer's; returned, nothing is left."""
        move = self._invoice()
        debit = self._ordered(move)
        credit = self._credit(move)
        (move | credit).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and not line.reconciled
        ).reconcile()
        self._settle()
        payment = self._attempts(move).payment_id
        self.assertTrue(payment)
        self.assertEqual(self._owed(payment), -120.0)
        with freeze_time("2026-01-20 08:00:00"), trap_jobs():
            debit._refuse("MD06", "Refund", date(2026, 1, 20))
        self.assertEqual(self._owed(payment), 0.0)
        self.assertEqual((move.amount_residual, credit.amount_residual), (0.0, 0.0))

    def _owed(self, payment):
        lines = self.env["account.move.line"].search(
            [
                ("partner_id", "=", self.customer.id),
                ("account_id", "=", payment.destination_account_id.id),
                ("move_id", "not in", self.invoices[1:].ids),
                ("parent_state", "=", "posted"),
            ]
        )
        return sum(lines.mapped("balance"))

    def test_returned_after_it_was_credited(self):
        """A credit note that was not paid out yet takes the invoice: nothing is debited again."""
        move = self._invoice()
        debit = self._settled(move)
        credit = self._credit(move, "2026-01-18")
        self.assertEqual(credit.amount_residual, 120.0)
        with freeze_time("2026-01-20 08:00:00"), trap_jobs():
            debit._refuse("AM04", "No funds", date(2026, 1, 20))
        self.assertEqual((move.amount_residual, credit.amount_residual), (0.0, 0.0))
        self.assertEqual(self._owed(self._attempts(move).payment_id), 0.0)

    def test_returned_after_a_refund(self):
        """The credit note was paid out: the invoice is owed again, once."""
        move = self._invoice()
        debit = self._settled(move)
        credit = self._credit(move, "2026-01-18")
        credit.with_user(self.manager).action_cn285_pay_out()
        with freeze_time("2026-01-19 08:00:00"), trap_jobs():
            self.env["cn285.sepa.file"]._make_transfers(self.sepa)
        self.assertEqual(credit.amount_residual, 0.0)
        with freeze_time("2026-01-20 08:00:00"), trap_jobs():
            debit._refuse("MD06", "Refund", date(2026, 1, 20))
        self.assertEqual((move.amount_residual, credit.amount_residual), (120.0, 0.0))

    def test_foreign_currency(self):
        """It cannot be debited; the mandate is as good as before, and nothing is tried again."""
        dollars = self.env.ref("base.USD")
        dollars.active = True
        token = self.mandate.token_id
        foreign = self.env["payment.transaction"].create(
            {
                "provider_id": self.sepa.id,
                "payment_method_id": token.payment_method_id.id,
                "token_id": token.id,
                "operation": "offline",
                "amount": 120.0,
                "currency_id": dollars.id,
                "partner_id": self.customer.id,
                "reference": "USD-1",
            }
        )
        foreign._charge_with_token()
        self.assertEqual((foreign.state, foreign.cn285_outcome), ("error", "config"))
        self.assertIn("euro", foreign.state_message)
        self.assertEqual(self.mandate.state, "active")
        self.assertFalse(self.mandate.debit_ids)

    def test_instalments_are_debited_when_they_are_due(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Two parts",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": 0}),
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": 60}),
                ],
            }
        )
        contract = self._automatic(payment_term_id=term.id)
        move = self._billed(contract)
        self._collect(move)
        first = self._debit(move)
        self.assertEqual((first.amount, first.debit_on), (60.0, date(2026, 1, 15)))

    def _due_in_february(self, **values):
        """An invoice of 3 January that is due on 2 February 2026, a Monday."""
        term = self.env["account.payment.term"].create(
            {
                "name": "30 days",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 100, "nb_days": 30})
                ],
            }
        )
        contract = self._automatic(date_start=date(2026, 1, 3), payment_term_id=term.id, **values)
        move = self._billed(contract, date(2026, 1, 3))
        self.assertEqual(move.invoice_date_due, date(2026, 2, 2))
        return move

    def test_debited_on_the_due_date(self):
        """Asked a bank day before its order, ordered two before the debit, debited when due."""
        move = self._due_in_february()
        self._due("2026-01-27")
        self.assertFalse(self._attempts(move))
        self._due("2026-01-28")
        debit = self._debit(move)
        self.assertEqual((debit.file_on, debit.debit_on), (date(2026, 1, 29), date(2026, 2, 2)))
        self._due("2026-01-29")
        self.assertEqual(len(self._attempts(move)), 1)
        self.assertIn(debit, self._file(date(2026, 1, 29)).debit_ids)
        self._settle("2026-02-02")
        self.assertPaid(move)
        self.assertEqual(self._attempts(move).payment_id.date, date(2026, 2, 2))

    def test_a_card_is_charged_when_it_is_due(self):
        move = self._due_in_february(payment_token_id=self.card.id)
        for day in ("2026-01-28", "2026-02-01"):
            self._due(day)
            self.assertFalse(self._attempts(move))
        self._due("2026-02-02")
        self.assertPaid(move)

    def test_how_early_a_bank_may_be_asked(self):
        for lead, day, until in (
            (1, "2026-01-28", "2026-01-30"),
            (2, "2026-01-28", "2026-02-02"),
            # Christmas, and fourteen days at most.
            (2, "2026-12-23", "2026-12-29"),
            (10, "2026-01-28", "2026-02-11"),
        ):
            self.sepa.cn285_lead_days = lead
            self.assertEqual(
                self.sepa._cn285_due_until(date.fromisoformat(day)), date.fromisoformat(until)
            )

    def test_two_companies(self):
        """Each with its own provider, identifier and bank: one that cannot order keeps none."""
        other = self._other_company()
        move = self._invoice()
        self._collect(move)
        journal = self.sepa.journal_id
        theirs = self.sepa.copy(
            {"company_id": other.id, "state": "test", "cn285_creditor_identifier": False}
        )
        self.assertNotEqual(theirs.journal_id, journal)
        silence = mute_logger("odoo.addons.cn285_payment_sepa.models.sepa_file_making")
        with freeze_time("2026-01-13 08:00:00"), trap_jobs(), silence:
            self.env["cn285.sepa.file"]._cron_make_files()
        debit = self._debit(move)
        self.assertEqual((debit.state, debit.file_id.iban), ("ordered", OURS))
        self.assertEqual(debit.file_id.company_id, self.company)
        clerk = self.clerk
        clerk.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self.assertFalse(self.env["cn285.sepa.mandate"].with_user(clerk).search([]))

    def _other_company(self):
        return self.env["res.company"].create(
            {"name": "Elsewhere", "currency_id": self.env.ref("base.EUR").id}
        )

    def test_more_than_a_file_holds(self):
        for number in range(2):
            self._collect(self._invoice(number))
        self.patch(
            __import__(
                "odoo.addons.cn285_payment_sepa.models.sepa_file_making", fromlist=["FILE_SIZE"]
            ),
            "FILE_SIZE",
            1,
        )
        with freeze_time("2026-01-13 08:00:00"), trap_jobs():
            self.env["cn285.sepa.file"]._cron_make_files()
        debits = self._debit(self._invoice(0)) | self._debit(self._invoice(1))
        self.assertEqual(debits.mapped("state"), ["ordered"] * 2)
        self.assertEqual(len(debits.file_id), 2)

    def test_a_contact_and_a_subsidiary(self):
        """A contact of the payer signs for him; the mandate of a firm of its own does not."""
        contact = self.env["res.partner"].create(
            {"name": "Cash desk", "parent_id": self.customer.id}
        )
        mandate = self._mandate(partner_id=contact.id, iban=OTHER_IBAN)
        contract = self._automatic()
        contract.payment_token_id = mandate.token_id
        self.assertEqual(contract._payment_tokens()[contract], mandate.token_id)
        firm = self.env["res.partner"].create({"name": "Daughter", "is_company": True})
        theirs = self._mandate(partner_id=firm.id, iban=OTHER_IBAN)
        with self.assertRaisesRegex(Exception, "is not of"):
            contract.payment_token_id = theirs.token_id
