"""SEPA debits on journeys through time: ordered and settled on their days, and nobody is mailed."""

from datetime import date

from freezegun import freeze_time
from odoo.tests import tagged

from .common import SepaCase


@tagged("post_install", "-at_install")
class TestTravels(SepaCase):
    stock = 1

    def test_months_pass(self):
        if "cn285.time.travel" not in self.env:
            self.skipTest("cn285_time_travel is not installed")
        self.company._cn285_mark_test_database()
        last_mail = self.env["mail.mail"].search([], order="id desc", limit=1).id or 0
        contract = self._invoice().cn285_contract_ids
        with freeze_time("2026-01-05 09:00:00"):
            self.company.cn285_clock_date = False
            self.env["cn285.time.travel"].create({"date_to": date(2026, 2, 20)}).action_travel()
        debits = self.env["cn285.sepa.debit"].search(
            [("transaction_id.invoice_ids", "in", contract.invoice_ids.ids)], order="debit_on"
        )
        # The invoices of January and February, told on their days, debited 14 days later.
        self.assertEqual(
            [(debit.debit_on, debit.state) for debit in debits],
            [(date(2026, 1, 15), "settled"), (date(2026, 2, 16), "settled")],
        )
        self.assertEqual(len(debits.file_id), 2)
        self.assertEqual(set(contract.invoice_ids.mapped("amount_residual")), {0.0})
        mails = self.env["mail.mail"].search([("id", ">", last_mail)])
        self.assertFalse(mails.filtered(lambda mail: mail.state != "cancel"))

    def test_no_real_bank_is_ordered_from_on_a_journey(self):
        if "cn285.time.travel" not in self.env:
            self.skipTest("cn285_time_travel is not installed")
        self.company._cn285_mark_test_database()
        debit_of = self._invoice()
        self._collect(debit_of)
        # As it is from the start: Odoo archives the means of a provider whose state changes.
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE payment_provider SET state = 'enabled' WHERE id = %s", (self.sepa.id,)
        )
        self.env.invalidate_all()
        with freeze_time("2026-01-05 09:00:00"):
            self.env["cn285.time.travel"].create({"date_to": date(2026, 1, 20)}).action_travel()
        self.assertEqual(self._debit(debit_of).state, "waiting")
