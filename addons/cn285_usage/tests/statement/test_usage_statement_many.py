import csv
import io
from datetime import date
from decimal import Decimal

from freezegun import freeze_time
from odoo.tests import tagged
from pypdf import PdfReader

from ..rating.test_usage_rating import UsageCase


@tagged("post_install", "-at_install")
@freeze_time("2026-02-01 10:00:00")
class TestUsageStatementMany(UsageCase):
    """Statements of invoices with many items."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.is_company = True  # who reads prices without tax

    def _contract_of(self, items, events):
        """A contract of so many items, each with so many events of January, and its invoice."""
        models = [
            {"charge_model": "per_unit", "price_unit": 0.0137},
            {
                "charge_model": "graduated",
                "tier_ids": [
                    (0, 0, {"up_to": 10, "price_unit": 0.33}),
                    (0, 0, {"up_to": 0, "price_unit": 0.0175}),
                ],
            },
        ]
        calculator = {"name": "API calls", "metric_id": self.calls.id}
        contract = self._create_contract(
            [
                {
                    "billing_type": "usage",
                    "timing": "arrears",
                    "price_unit": 0,
                    "code": f"ITEM{number}",
                    "calculator_ids": [(0, 0, {**calculator, **models[number % 2]})],
                }
                for number in range(items)
            ],
            statement_layout_id=self.env.ref("cn285_usage.layout_detail").id,
        )
        report = self.env["cn285.usage.event"].ingest(
            [
                {
                    "source": "many",
                    "transaction_id": f"{contract.id}-{item.id}-{number}",
                    "item_id": item.id,
                    "metric": "calls",
                    "occurred_at": f"2026-01-{1 + number % 31:02} 12:00:00",
                    "quantity": number * 7 % 13 + 1,
                }
                for item in contract.item_ids
                for number in range(events)
            ]
        )
        self.assertFalse(report["refused"])
        return self._bill(date(2026, 2, 1)).invoice_ids

    def _files(self, move):
        """Make the statement's files, and count the queries that it takes."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        files = {file.name.rsplit(".", 1)[1]: file for file in move._make_usage_statements()}
        self.env.flush_all()
        return files, self.cr.sql_log_count - before

    def test_two_queries_a_rating_at_most(self):
        few = self._contract_of(5, 4)
        many = self._contract_of(25, 4)
        self._files(few)
        few.cn285_statement_ids.unlink()
        _few, at_few = self._files(few)
        files, at_many = self._files(many)
        self.assertLessEqual((at_many - at_few) / 20, 2.05, (at_few, at_many))
        self._assert_files(many, files)

    def _assert_files(self, move, files):
        """Each line of the invoice is there to the cent, on pages with numbers and headings."""
        text = files["csv"].raw.decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text)))
        self.assertEqual(len(rows), 100)
        total = sum(Decimal(row["Amount"]) for row in rows)
        lines = sum(Decimal(amount) for *_figures, amount in self._lines(move))
        self.assertEqual(total, lines)
        pages = PdfReader(io.BytesIO(files["pdf"].raw)).pages
        self.assertGreater(len(pages), 1)
        for number, page in enumerate(pages, 1):
            text = page.extract_text()
            self.assertIn("Amount", text)
            self.assertIn(f"Page {number} of", text)
            self.assertIn(str(len(pages)), text)

    def test_a_discount_is_a_row_and_units_have_the_price_they_were_rated_at(self):
        calculator = {"price_unit": 2.0}
        contract = self._usage_contract(calculator, {"discount": 25.0, "name": "API"})
        self._use(contract, 10, "2026-01-03")
        self._use(contract, 5, "2026-01-04")
        move = self._bill(date(2026, 2, 1)).invoice_ids
        contract.item_ids.calculator_ids.price_unit = 3.0
        spec = self.env.ref("cn285_usage.layout_detail")._spec()
        rows = list(move.cn285_schedule_ids.rating_ids._statement_rows(spec))
        self.assertEqual(
            [(row.get("unit_price"), str(row["amount"])) for row in rows],
            [(None, "-7.50"), (2, "20.00"), (2, "10.00")],
        )
        self.assertIn("iscount", rows[0]["label"])
