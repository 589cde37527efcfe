"""What invoices tell the payers of debits."""

from datetime import date

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.fields import Command
from odoo.tests import tagged

from .common import SepaCase


@tagged("post_install", "-at_install")
class TestNotice(SepaCase):
    stock = 1

    def _told(self, move, day="2026-01-01", lang="en_US"):
        with freeze_time(f"{day} 10:00:00"):
            return move.with_context(lang=lang)._cn285_payment_notes()

    def test_amount_day_mandate_and_creditor(self):
        move = self._invoice()
        for _when in ("planned", "under way"):
            [text] = self._told(move)
            for word in (
                "120.00",
                "01/15/2026",
                "FR •••• 0189",
                self.mandate.reference,
                "FR72ZZZ123456",
            ):
                self.assertIn(word, text)
            self.assertEqual(self._debit(move).debit_on or date(2026, 1, 15), date(2026, 1, 15))
            self._collect(move)

    def test_the_printed_invoice_says_it(self):
        if not hasattr(self.env["account.move"], "_cn285_document"):
            self.skipTest("cn285_print is not installed")
        move = self._invoice()
        with freeze_time("2026-01-01 10:00:00"):
            document = move._cn285_document()
            [box] = [note for note in document.notes if note.boxed]
            self.assertEqual(list(box.paragraphs), self._told(move))
            self.customer.lang = "en_US"
            move.cn285_contract_ids.collection_mode = "manual"
            boxes = [note for note in move._cn285_document().notes if note.boxed]
        self.assertFalse([note for note in boxes if self.mandate.reference in str(note)])

    def test_who_is_not_debited_is_not_told_so(self):
        move = self._invoice()
        move.cn285_dunning_blocked = True
        self.assertFalse(self._told(move))
        move.cn285_dunning_blocked = False
        self.mandate.with_user(self.clerk).action_revoke()
        self.assertFalse(self._told(move))
        self.customer.cn285_payment_token_id = self.card
        self.assertFalse(self._told(move))

    def test_the_code_for_transfers_is_for_who_is_to_pay(self):
        """Not on what is debited or charged; where it was refused for the last time it is again."""
        move = self._invoice()
        if not hasattr(move, "_cn285_epc_code"):
            self.skipTest("cn285_print is not installed")
        move.partner_bank_id = self.sepa.journal_id.bank_account_id

        def code():
            with freeze_time("2026-01-20 10:00:00"):
                return move._cn285_epc_code()

        self.assertEqual(code(), "")
        self.customer.cn285_payment_token_id = self.card
        self.assertEqual(code(), "")
        move.cn285_contract_ids.collection_mode = "manual"
        self.assertEqual(code().split("\n")[7], "EUR120.00")
        move.cn285_contract_ids.collection_mode = "automatic"
        self.customer.cn285_payment_token_id = self.mandate.token_id
        debit = self._settled(move)
        with freeze_time("2026-01-20 10:00:00"), trap_jobs():
            debit._refuse("AM04", "No funds", date(2026, 1, 20))
        self.assertTrue(self._attempts(move).retry_date)
        self.assertEqual(code(), "")
        # Asked again after five bank days, debited two bank days later.
        self.assertIn("01/29/2026", self._told(move, "2026-01-20")[0])
        # Lapsed, disputed by its payer, or not to be tried again: he pays it himself.
        self._attempts(move).retry_date = False
        self.assertEqual(self._told(move, "2026-01-20"), [])
        self.assertEqual(code().split("\n")[7], "EUR120.00")

    def test_each_debit_has_its_own_notice(self):
        """Two instalments are told by the invoice, each by its day; a second try by a mail."""
        term = self.env["account.payment.term"].create(
            {
                "name": "Two parts",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (20, 50)
                ],
            }
        )
        self.customer.write({"email": "payer@example.com", "lang": "en_US"})
        contract = self._automatic(date_start=date(2026, 1, 1), payment_term_id=term.id)
        move = self._billed(contract)
        notes = self._told(move)
        self.assertEqual(len(notes), 2)
        for note, day in zip(notes, ("01/21/2026", "02/20/2026"), strict=True):
            self.assertIn("60.00", note)
            self.assertIn(day, note)
        mails = self.env["mail.mail"].search([])
        self._collect(move, date(2026, 1, 16))
        first = self._debit(move)
        self.assertEqual((first.told_by, first.told_on), ("invoice", date(2026, 1, 1)))
        self.assertEqual(first.debit_on, date(2026, 1, 21))
        self._file(first.file_on)
        with freeze_time("2026-01-21 08:00:00"), trap_jobs():
            self.env["cn285.sepa.debit"]._settle_due(self.company)
        self._collect(move, date(2026, 2, 17))
        second = self._debit(move)
        self.assertEqual((second.told_by, second.debit_on), ("invoice", date(2026, 2, 20)))
        self.assertFalse(self.env["mail.mail"].search([]) - mails)
        self._file(second.file_on)
        with freeze_time("2026-02-20 08:00:00"), trap_jobs():
            self.env["cn285.sepa.debit"]._settle_due(self.company)
            second._refuse("AM04", "No funds", date(2026, 2, 20))
        again = self._attempts(move)[-1:].retry_date
        before = self.env["mail.mail"].search([])
        self._retry(again)
        third = self._debit(move)
        self.assertNotEqual(third, second)
        self.assertEqual((third.told_by, third.told_on), ("mail", again))
        mail = self.env["mail.mail"].search([]) - before
        self.assertEqual(mail.recipient_ids, self.customer)
        day = third.debit_on.strftime("%m/%d/%Y")
        for word in ("60.00", day, self.mandate.reference, "FR72ZZZ123456", move.name):
            self.assertIn(word, mail.body_html)
        self.assertIn(day, mail.subject)

    def test_two_instalments_at_once_are_told_apart(self):
        """Both are overdue: one debit of another amount than the invoice names."""
        term = self.env["account.payment.term"].create(
            {
                "name": "Two parts",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (20, 50)
                ],
            }
        )
        self.customer.email = "payer@example.com"
        move = self._billed(self._automatic(date_start=date(2026, 1, 1), payment_term_id=term.id))
        self._collect(move, date(2026, 3, 2))
        debit = self._debit(move)
        self.assertMoney(debit.amount, "120.00")
        self.assertEqual((debit.told_by, debit.told_on), ("mail", date(2026, 3, 2)))

    def test_an_invoice_that_is_dated_back_tells_when_it_is_made(self):
        """Dated 1 March, billed on the 10th: told on the 10th, debited fourteen days later."""
        contract = self._automatic(date_start=date(2026, 3, 1))
        with freeze_time("2026-03-10 08:00:00"):
            self._bill(date(2026, 3, 10))
        move = contract.invoice_ids
        self.assertEqual(move.invoice_date, date(2026, 3, 1))
        self._collect(move, date(2026, 3, 10))
        self.assertEqual(self._debit(move).debit_on, date(2026, 3, 24))
