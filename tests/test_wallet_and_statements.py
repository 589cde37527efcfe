"""Wallets and statements: what is used is told as it costs, and what credit took off beside it."""

import io
from datetime import date

from freezegun import freeze_time
from odoo import Command
from odoo.addons.cn285_usage.tests.rating.test_usage_rating import UsageCase
from odoo.tests import tagged
from pypdf import PdfReader


@tagged("post_install", "-at_install")
@freeze_time("2026-02-01 10:00:00")
class TestWalletAndStatements(UsageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write({"is_company": True, "lang": "en_US"})  # who reads prices without tax
        cls.layout = cls.env["cn285.statement.layout"].create(
            {
                "name": "Detail",
                "column_ids": [
                    Command.create({"field": "day", "width": 20}),
                    Command.create({"field": "amount", "width": 20, "total": "sum"}),
                ],
            }
        )

    def _wallet(self):
        kind = self.env["cn285.wallet.type"].create({"name": "Prepaid"})
        return self.env["cn285.wallet"].create({"type_id": kind.id, "partner_id": self.customer.id})

    def _statement(self):
        contract = self._usage_contract({"price_unit": 1.0}, statement_layout_id=self.layout.id)
        self._use(contract, 7)
        self._use(contract, 14, "2026-01-20")
        move = self._bill(date(2026, 2, 1)).invoice_ids
        move._make_usage_statements()
        [file] = move.cn285_statement_ids.filtered(lambda one: one.mimetype == "application/pdf")
        pages = PdfReader(io.BytesIO(file.raw)).pages
        text = " ".join(page.extract_text() for page in pages)
        return move, " ".join(text.replace("\u00a0", " ").split())

    def test_a_rebate_of_granted_credit(self):
        """Used for 21.00, lowered by 5.00: the statement says both."""
        self._wallet().grant(5.0)
        move, text = self._statement()
        self.assertEqual(move.amount_untaxed, 16.0)
        self.assertIn("Rebate of granted credit", text)
        self.assertIn("-5.00 €", text)
        self.assertIn("21.00", text)

    def test_what_paid_credit_paid(self):
        bank = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        self._wallet().topup(10.0, journal_id=bank.id, date="2026-01-01")
        move, text = self._statement()
        self.assertEqual(move.amount_total - move.amount_residual, 10.0)
        self.assertIn("Paid from your credit", text)
        self.assertIn("-10.00 €", text)

    def test_without_credit_nothing_is_told(self):
        _move, text = self._statement()
        self.assertNotIn("credit", text)
