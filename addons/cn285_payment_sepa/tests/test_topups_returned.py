"""Top-ups of wallets that were debited and come back: the credit goes by itself."""

import base64
from datetime import date

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged

from .common import SepaCase
from .test_bank_files import notification, returned


@tagged("post_install", "-at_install")
class TestTopupsReturned(SepaCase):
    stock = 0

    def _topped_up(self, **kind):
        """A wallet that was debited for, and paid an invoice of 96.00: its top-up, its debit."""
        kind = self.env["cn285.wallet.type"].create({"name": "Prepaid", **kind})
        wallet = self.env["cn285.wallet"].create(
            {"type_id": kind.id, "partner_id": self.customer.id}
        )
        amount = 100.0 if kind.books == "topup" else 120.0
        with freeze_time("2026-01-01 09:00:00"), trap_jobs():
            topup = wallet.topup(amount, token_id=self.mandate.token_id.id)
        topup = self.env["cn285.wallet.topup"].browse(topup)
        debit = self.env["cn285.sepa.debit"].search(
            [("transaction_id", "=", topup.transaction_id.id)]
        )
        self.assertEqual((topup.state, wallet.balance), ("pending", 0.0))
        self._file(debit.file_on)
        with freeze_time(f"{debit.debit_on} 08:00:00"), trap_jobs():
            self.env["cn285.sepa.debit"]._settle_due(self.company)
        self.assertEqual((topup.state, wallet.balance), ("done", amount))
        contract = self._create_contract([{"price_unit": 80.0}], date_start=date(2026, 1, 20))
        self.move = self._billed(contract, date(2026, 1, 20))
        return topup, debit

    def _come_back(self, debit, code):
        file = self.env["cn285.sepa.bank.file"].with_user(self.manager)
        content = notification(returned(debit, code, day="2026-01-22"))
        file = file.create(
            {"name": "bank.xml", "content": base64.b64encode(content.encode()).decode()}
        )
        with freeze_time("2026-01-22 10:00:00"), trap_jobs():
            file.action_read()
        return file.sudo().line_ids

    def _receivable(self):
        lines = self.env["account.move.line"].search(
            [
                ("partner_id", "=", self.customer.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ]
        )
        return sum(lines.mapped("balance"))

    def test_what_was_spent_is_owed(self):
        for values in ({}, {"books": "topup", "tax_ids": [(6, 0, self.tax.ids)]}):
            with self.subTest(books=values.get("books")), self.env.cr.savepoint() as savepoint:
                topup, debit = self._topped_up(**values)
                self.assertMoney(self._receivable(), "0.00")
                line = self._come_back(debit, "AM04")
                self.assertEqual((line.state, debit.state), ("done", "returned"))
                self.assertEqual((topup.state, topup.wallet_id.balance), ("returned", 0.0))
                self.assertMoney(self._receivable(), "96.00")
                self.assertMoney(self.move.amount_residual, "0.00")
                advance = topup.wallet_id.type_id.advance_account_id
                lines = self.env["account.move.line"].search(
                    [("account_id", "=", advance.id), ("parent_state", "=", "posted")]
                )
                self.assertMoney(sum(lines.mapped("balance")), "0.00")
                savepoint.rollback()

    def test_a_mandate_that_ended_is_not_used_any_more(self):
        topup, debit = self._topped_up()
        self._come_back(debit, "MD01")
        self.assertEqual(topup.state, "returned")
        self.assertEqual(self.mandate.token_id.cn285_state, "revoked")
