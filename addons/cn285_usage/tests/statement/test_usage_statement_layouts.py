import csv
import io
import itertools
from datetime import date
from decimal import Decimal

import openpyxl
from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged
from pypdf import PdfReader

from ..rating.test_usage_rating import UsageCase

SHIPPED = (
    "layout_detail",
    "layout_api_calls",
    "layout_by_metric",
    "layout_by_beneficiary",
    "layout_by_day",
    "layout_by_item",
    "layout_by_country",
)
GROUPS = ("beneficiary", "metric", "day", "item", "property")


@tagged("post_install", "-at_install")
class TestUsageStatementLayouts(UsageCase):
    """For every layout, the sums of a statement are those of its invoice's lines."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.is_company = True  # who reads prices without tax
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.customer.lang = "fr_FR"
        cls.branches = cls.env["res.partner"].create(
            [{"name": name, "parent_id": cls.customer.id} for name in ("Lyon", "Bordeaux")]
        )
        cls.sms = cls.env["cn285.usage.metric"].create(
            {"name": "SMS", "code": "sms", "unit": "sms", "aggregation": "count"}
        )
        cls.storage = cls.env["cn285.usage.metric"].create(
            {"name": "Storage", "code": "storage", "unit": "GB", "aggregation": "max"}
        )
        usage = {"billing_type": "usage", "timing": "arrears", "price_unit": 0}
        cls.contract = cls._create_contract(
            [
                {**usage, "code": "CALLS", "calculator_ids": cls._calculators_of_calls()},
                {
                    **usage,
                    "code": "SMS",
                    "usage_lines": "single",
                    "calculator_ids": [
                        (
                            0,
                            0,
                            {
                                "metric_id": cls.sms.id,
                                "charge_model": "matrix",
                                "property_name": "country",
                                "has_default_price": True,
                                "price_unit": 0.333,
                                "value_ids": [(0, 0, {"value": "FR", "price_unit": 0.0417})],
                                "minimum_amount": 20,
                            },
                        )
                    ],
                },
                {
                    **usage,
                    "code": "GB",
                    "calculator_ids": [
                        (0, 0, {"metric_id": cls.storage.id, "price_unit": 0.119}),
                        (0, 0, {"formula": "calls / 3 + sms", "price_unit": 0.01}),
                    ],
                },
            ]
        )

    @classmethod
    def _calculators_of_calls(cls):
        return [
            (
                0,
                0,
                {
                    "metric_id": cls.calls.id,
                    "charge_model": "graduated",
                    "tier_ids": [
                        (0, 0, {"up_to": 10, "price_unit": 0.33, "flat": 2}),
                        (0, 0, {"up_to": 0, "price_unit": 0.0175, "flat": 3}),
                    ],
                    "allowance_units": 3,
                },
            )
        ]

    def _record(self, day, **values):
        UsageCase.number += 1
        row = {
            "source": "test",
            "transaction_id": f"t{UsageCase.number}",
            "occurred_at": f"{day} 12:00:00",
            **values,
        }
        report = self.env["cn285.usage.event"].ingest([row])
        self.assertFalse(report["refused"])
        return row["transaction_id"]

    def _consume_january(self):
        """Calls, messages and storage of several days, beneficiaries and countries."""
        places = itertools.cycle([("FR", 0), ("BE", 1), (None, 0)])
        for day in (3, 3, 9, 17, 31):
            country, branch = next(places)
            values = {
                "beneficiary_id": self.branches[branch].id,
                "properties": {"country": country, "endpoint": f"/{day}"},
            }
            when = f"2026-01-{day:02}"
            self.first = self._record(when, item="CALLS", metric="calls", quantity=day, **values)
            for _number in range(3):
                self._record(when, item="SMS", metric="sms", **values)
            self._record(when, item="GB", metric="storage", quantity=40 + day, **values)
        self.third = self._record("2026-01-03", item="CALLS", metric="calls", quantity=7)

    def _bill_month(self, day):
        run = self.env["cn285.billing.run"].create({"date": day})
        with trap_jobs() as trap:
            run.action_run()
            trap.perform_enqueued_jobs()
        self.assertFalse(run.issue_ids, run.issue_ids.mapped("reason"))
        return run.invoice_ids

    def _assert_adds_up(self, move, layout):
        """Each format holds the invoice's total; the rows do by item, too."""
        move.cn285_statement_ids.unlink()
        self.contract.write(
            {
                "statement_layout_id": layout.id,
                "statement_mail_pdf": True,
                "statement_mail_xlsx": True,
                "statement_mail_csv": True,
            }
        )
        files = {file.name.rsplit(".", 1)[1]: file.raw for file in move._make_usage_statements()}
        self.assertEqual(set(files), {"pdf", "xlsx", "csv"})
        total = Decimal(self._cents(move.amount_untaxed))
        self.assertEqual(total, sum(Decimal(amount) for *_rest, amount in self._lines(move)))
        rows = list(csv.reader(io.StringIO(files["csv"].decode("utf-8-sig")), delimiter=";"))
        place = rows[0].index("Amount") if "Amount" in rows[0] else rows[0].index("Montant")
        amounts = [Decimal(row[place].replace(",", ".")) for row in rows[1:] if row[place]]
        self.assertEqual(sum(amounts), total, layout.name)
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(files["pdf"])).pages)
        self.assertIn(self._french(total), text, layout.name)
        book = openpyxl.load_workbook(io.BytesIO(files["xlsx"]))
        cells = [cell.value for row in book.worksheets[0].iter_rows() for cell in row]
        self.assertIn(float(total), [cell for cell in cells if isinstance(cell, int | float)])

    @staticmethod
    def _french(amount):
        return f"{amount:,.2f}".replace(",", "\u202f").replace(".", ",")

    def _all_layouts(self):
        shipped = self.env["cn285.statement.layout"]
        for name in SHIPPED:
            shipped |= self.env.ref(f"cn285_usage.{name}")
        return shipped | self._generated_layouts()

    def _generated_layouts(self):
        """Each grouping in detail and in summary, two levels deep in both orders of time."""
        pairs = zip(GROUPS, (*GROUPS[1:], GROUPS[0]), strict=True)
        vals = []
        for number, groups in enumerate([(one,) for one in GROUPS] + list(pairs)):
            for mode in ("detail", "summary"):
                vals.append(
                    {
                        "name": f"{mode} {' '.join(groups)}",
                        "mode": mode,
                        "want_csv": True,
                        "sort_field": "amount" if number % 2 else "occurred_at",
                        "sort_descending": bool(number % 3),
                        "column_ids": [
                            (0, 0, {"field": "label"}),
                            (0, 0, {"field": "quantity", "total": "sum"}),
                            (0, 0, {"field": "amount", "total": "sum"}),
                        ],
                        "group_ids": [
                            (
                                0,
                                0,
                                {
                                    "sequence": place,
                                    "field": field,
                                    "property_name": field == "property" and "country",
                                },
                            )
                            for place, field in enumerate(groups)
                        ],
                    }
                )
        return self.env["cn285.statement.layout"].create(vals)

    def test_invoice_with_tiers_values_minimum_and_formula(self):
        with freeze_time("2026-02-01 10:00:00"):
            self._consume_january()
            move = self._bill_month(date(2026, 2, 1))
            self.assertGreater(move.amount_untaxed, 20)
            for layout in self._all_layouts():
                with self.subTest(layout.name):
                    self._assert_adds_up(move, layout)

    def test_invoice_with_usage_and_differences(self):
        with freeze_time("2026-02-01 10:00:00"):
            self._consume_january()
            self._bill_month(date(2026, 2, 1))
        with freeze_time("2026-03-01 10:00:00"):
            # Late, taken back, replaced; and February's own usage.
            self._record("2026-01-20", item="CALLS", metric="calls", quantity=50)
            self._record(
                "2026-01-03", kind="reversal", origin=self.first, metric="calls", item="CALLS"
            )
            self._record(
                "2026-01-03",
                kind="replacement",
                origin=self.third,
                metric="calls",
                item="CALLS",
                quantity=4,
            )
            self._record("2026-02-10", item="CALLS", metric="calls", quantity=1234)
            move = self._bill_month(date(2026, 3, 1))
            kinds = set(move.cn285_schedule_ids.mapped("kind"))
            self.assertEqual(kinds, {"usage", "usage_difference"})
            for layout in self._all_layouts()[::3]:
                with self.subTest(layout.name):
                    self._assert_adds_up(move, layout)

    def test_credit_note_of_usage_taken_back(self):
        with freeze_time("2026-02-01 10:00:00"):
            self._consume_january()
            self._bill_month(date(2026, 2, 1))
            self.contract.date_end = date(2026, 1, 31)
        with freeze_time("2026-02-15 10:00:00"):
            self._record(
                "2026-01-31", kind="reversal", origin=self.first, metric="calls", item="CALLS"
            )
            move = self._bill_month(date(2026, 2, 15))
            self.assertEqual(move.move_type, "out_refund")
            for layout in self._all_layouts()[::4]:
                with self.subTest(layout.name):
                    self._assert_adds_up(move, layout)

    def test_french_statement(self):
        with freeze_time("2026-02-01 10:00:00"):
            self._consume_january()
            move = self._bill_month(date(2026, 2, 1))
            self._assert_adds_up(move, self.env.ref("cn285_usage.layout_detail"))
            [pdf] = move.cn285_statement_ids.filtered(lambda file: file.name.endswith(".pdf"))
            reader = PdfReader(io.BytesIO(pdf.raw))
            text = "".join(page.extract_text() for page in reader.pages)
            for expected in ("03/01/2026", "31/01/2026", "Boulangerie Martin"):
                self.assertIn(expected, text)
            for english in ("Amount", "Grand total", "Beneficiary", "Quantity", "of 1"):
                self.assertNotIn(english, text)

    # === WHICH EVENTS === #

    def _rows(self, move, **filters):
        """``[(day, quantity, amount, label)]`` of the statement's rows."""
        spec = self.env.ref("cn285_usage.layout_detail")._spec()
        rows = move.cn285_schedule_ids.rating_ids._statement_rows(spec)
        return [
            (
                row["occurred_at"] and row["occurred_at"].day,
                f"{float(row['quantity']):g}",
                str(row["amount"]),
                row["label"],
            )
            for row in rows
            if all(row[name] == value for name, value in filters.items())
        ]

    def test_what_was_corrected_before_is_not_shown_and_what_is_after_is_taken_back(self):
        contract = self._usage_contract({"price_unit": 2}, {"name": "API"})
        with freeze_time("2026-02-01 10:00:00"):
            wrong = self._use(contract, 10, "2026-01-03")
            kept = self._use(contract, 5, "2026-01-04")
            self._use(contract, 7, "2026-01-03", kind="replacement", origin=wrong)
            self._use(contract, 1, "2026-01-20", properties={"status": "test"})
            self.calls.filter_text = "status != test"
            first = self._bill_month(date(2026, 2, 1))
            self.assertEqual(
                self._rows(first, item="API"), [(3, "7", "14.00", "API"), (4, "5", "10.00", "API")]
            )
        with freeze_time("2026-02-03 10:00:00"):
            self._use(contract, None, "2026-01-04", kind="reversal", origin=kept)
            self._use(contract, 3, "2026-01-05")
            second = self._bill_month(date(2026, 2, 3))
            self.assertEqual(
                self._rows(second, item="API"),
                [(4, "-5", "-10.00", "API, taken back"), (5, "3", "6.00", "API")],
            )
            # The first invoice's statement is what it was.
            self.assertEqual(len(self._rows(first, item="API")), 2)

    def test_events_have_the_price_of_their_value(self):
        with freeze_time("2026-02-01 10:00:00"):
            self._consume_january()
            move = self._bill_month(date(2026, 2, 1))
            rows = self._rows(move, metric="SMS")
            by_amount = {}
            for day, _quantity, amount, _label in rows:
                by_amount.setdefault(day, []).append(Decimal(amount))
            # 3 messages at 0.0417 in France: 0.13; 3 at 0.333 in Belgium: 1.00.
            self.assertEqual(sum(by_amount[3]), Decimal("1.13"))
            self.assertEqual(sum(sum(amounts) for amounts in by_amount.values()), 20)

    def test_level_is_shown_by_its_readings_and_billed_once(self):
        with freeze_time("2026-02-01 10:00:00"):
            self._consume_january()
            move = self._bill_month(date(2026, 2, 1))
            rows = self._rows(move, metric="Storage")
            [billed] = [row[1:3] for row in rows if not row[0]]
            self.assertEqual(billed, ("71", "8.45"))
            readings = [row for row in rows if row[0]]
            self.assertEqual(len(readings), 5)
            self.assertIn("Reading: 71", readings[-1][3])
            self.assertEqual({row[1:3] for row in readings}, {("0", "0")})
