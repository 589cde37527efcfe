"""What invoices tell the payers of debits."""

from datetime import date

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
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

    def test_an_invoice_that_is_dated_back_tells_when_it_is_made(self):
        """Dated 1 March, billed on the 10th: told on the 10th, debited fourteen days later."""
        contract = self._automatic(date_start=date(2026, 3, 1))
        with freeze_time("2026-03-10 08:00:00"):
            self._bill(date(2026, 3, 10))
        move = contract.invoice_ids
        self.assertEqual(move.invoice_date, date(2026, 3, 1))
        self._collect(move, date(2026, 3, 10))
        self.assertEqual(self._debit(move).debit_on, date(2026, 3, 24))
