import csv
import io
import random
import re
from datetime import date
from decimal import Decimal

import openpyxl
from freezegun import freeze_time
from odoo.tests import tagged
from pypdf import PdfReader

from ..rating.test_usage_rating import UsageCase

KEYS = ("country", "size", "flag")


@tagged("post_install", "-at_install")
@freeze_time("2026-02-01 10:00:00")
class TestUsageStatementOdd(UsageCase):
    """Statements of odd usage in odd layouts: properties that some lack, currencies, long texts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.is_company = True  # who reads prices without tax
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.customer.lang = "fr_FR"
        metrics = cls.env["cn285.usage.metric"]
        cls.users = metrics.create(
            {
                "name": "Users",
                "code": "users",
                "aggregation": "unique_count",
                "property_name": "country",
            }
        )

    def _contract_in(self, currency):
        pricelist = self.env["product.pricelist"].create(
            {"name": currency.name, "currency_id": currency.id}
        )
        usage = {"billing_type": "usage", "timing": "arrears", "price_unit": 0}
        calculators = [
            {"metric_id": self.calls.id, "price_unit": 0.0137, "allowance_units": 3},
            {
                "metric_id": self.calls.id,
                "charge_model": "percentage",
                "percent": 1.7,
                "fixed_amount": 0.013,
            },
            {
                "metric_id": self.calls.id,
                "charge_model": "matrix",
                "property_name": "country",
                "has_default_price": True,
                "price_unit": 1.1113,
                "value_ids": [(0, 0, {"value": "FR", "price_unit": 3.3339})],
            },
            {"metric_id": self.users.id, "price_unit": 12345.678, "minimum_amount": 7},
        ]
        return self._create_contract(
            [
                {**usage, "name": f"{'Très long ' * 12}{number}", "calculator_ids": [(0, 0, vals)]}
                for number, vals in enumerate(calculators)
            ],
            pricelist_id=pricelist.id,
            statement_mail_pdf=True,
            statement_mail_xlsx=True,
            statement_mail_csv=True,
        )

    def _use_oddly(self, contract, chance):
        values = {
            "country": ["FR", "fr", "BE", "", None, 0, True, "=1+1", "𝒳\t<&>"],
            "size": [1, 2.5, 10**12, None, 0],
            "flag": [True, False, 1, 0, "true", None],
        }
        rows = []
        for item in contract.item_ids:
            metric = item.calculator_ids.metric_id.code
            for number in range(40):
                known = {key: chance.choice(values[key]) for key in KEYS if chance.random() < 0.7}
                rows.append(
                    {
                        "source": "odd",
                        "transaction_id": f"{item.id}-{number}",
                        "item_id": item.id,
                        "metric": metric,
                        "occurred_at": f"2026-01-{chance.randint(2, 30):02} 12:00:00",
                        "quantity": chance.choice(["1", "0.000001", "17.5", "1000000", "0"]),
                        "properties": known,
                    }
                )
        report = self.env["cn285.usage.event"].ingest(rows)
        self.assertFalse(report["refused"])

    def _layout(self, chance):
        fields = chance.sample(["item", "beneficiary", "metric", "day", *KEYS], 3)

        def place(number, key):
            if key in KEYS:
                return {"sequence": number, "field": "property", "property_name": key}
            return {"sequence": number, "field": key}

        sort = chance.choice([*KEYS, "amount", "occurred_at", "day", "quantity"])
        totals = ["sum", "maximum"]
        columns = [
            {"field": "label"},
            {"field": "quantity", "total": "sum"},
            {
                "field": "property",
                "property_name": "size",
                "total": chance.choice(totals),
            },
            {"field": "property", "property_name": "country", "total": "count"},
            {"field": "unit_price"},
            {"field": "amount", "total": "sum"},
        ]
        return self.env["cn285.statement.layout"].create(
            {
                "name": "Odd",
                "mode": chance.choice(["detail", "summary"]),
                "sort_field": "property" if sort in KEYS else sort,
                "sort_property": sort if sort in KEYS else False,
                "sort_descending": chance.random() < 0.5,
                "group_ids": [(0, 0, place(number, key)) for number, key in enumerate(fields)],
                "column_ids": [
                    (0, 0, {"sequence": number, **vals}) for number, vals in enumerate(columns)
                ],
            }
        )

    def _assert_statement(self, move, layout):
        move.cn285_statement_ids.unlink()
        move.cn285_contract_ids.statement_layout_id = layout
        files = {file.name.rsplit(".", 1)[1]: file.raw for file in move._make_usage_statements()}
        lines = sum(
            (Decimal(repr(line.price_subtotal)) for line in move.invoice_line_ids), Decimal(0)
        )
        unit = Decimal(repr(move.currency_id.rounding))
        lines = lines.quantize(unit)
        rows = list(csv.reader(io.StringIO(files["csv"].decode("utf-8-sig")), delimiter=";"))
        amounts = [Decimal(row[-1].replace(",", ".")) for row in rows[1:] if row[-1]]
        self.assertEqual(sum(amounts), lines)
        for amount in amounts:
            self.assertEqual(amount, amount.quantize(unit))
        book = openpyxl.load_workbook(io.BytesIO(files["xlsx"]))
        figures = [
            cell.value
            for line in book.worksheets[0].iter_rows()
            for cell in line
            if isinstance(cell.value, int | float)
        ]
        self.assertIn(float(lines), figures)
        pages = [page.extract_text() for page in PdfReader(io.BytesIO(files["pdf"])).pages]
        decimals = move.currency_id.decimal_places
        shown = f"{lines:,.{decimals}f}".replace(",", " ").replace(".", ",")
        # Fonts without a narrow space have another one.
        self.assertIn(shown, re.sub(r"[\u202f\xa0]", " ", pages[-1]))
        for number, page in enumerate(pages, 1):
            self.assertIn(f"Page {number} sur", page)
            self.assertIn("Montant", page)

    def test_odd_layouts_add_up_in_each_currency(self):
        chance = random.Random(20260201)
        for code in ("EUR", "JPY", "TND"):
            currency = self.env.ref(f"base.{code}")
            currency.active = True
            if currency != self.company.currency_id:
                self.env["res.currency.rate"].create(
                    {
                        "currency_id": currency.id,
                        "company_id": self.company.id,
                        "name": "2026-01-01",
                        "rate": 1.5,
                    }
                )
            contract = self._contract_in(currency)
            self._use_oddly(contract, chance)
            [move] = self._bill(date(2026, 2, 1)).invoice_ids
            self.assertEqual(move.currency_id, currency)
            for _number in range(6):
                layout = self._layout(chance)
                groups = [group.property_name or group.field for group in layout.group_ids]
                with self.subTest(code, groups=groups, sort=layout.sort_property, mode=layout.mode):
                    self._assert_statement(move, layout)
