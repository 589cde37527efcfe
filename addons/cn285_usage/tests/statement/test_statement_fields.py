"""A statement's field is one entry of a table: shown with two that do not exist."""

import io
from datetime import date
from unittest.mock import patch

import openpyxl
from freezegun import freeze_time
from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged
from pypdf import PdfReader

from ...engine.statement_fields import FIELDS, Field
from ..rating.test_usage_rating import UsageCase

OTHERS = {
    field.name: field
    for field in (
        Field("contract", "Agreement", "text", of_rating="contract_id.name", groups=True),
        Field("recorded_at", "Recorded", "moment", of_event="ingested_at"),
        Field("discount", "Granted", "amount", of_rating="item_id.discount", total="maximum"),
    )
}


@tagged("post_install", "-at_install")
@freeze_time("2026-02-01 10:00:00")
class TestStatementFields(UsageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.is_company = True  # who reads prices without tax

    def _layout(self, columns, groups=(), **values):
        return self.env["cn285.statement.layout"].create(
            {
                "name": "Detail",
                "want_csv": True,
                "column_ids": [
                    Command.create({"field": name, "width": 20, "total": total})
                    for name, total in columns
                ],
                "group_ids": [Command.create({"field": name}) for name in groups],
                **values,
            }
        )

    def _choices(self, model, name="field"):
        return self.env[model].fields_get([name])[name]["selection"]

    def test_choices_are_those_of_the_table_in_its_order(self):
        choices = [
            ("occurred_at", "Date and Time"),
            ("day", "Day"),
            ("time", "Time"),
            ("ended_at", "End"),
            ("beneficiary", "Beneficiary"),
            ("item", "Item"),
            ("metric", "Metric"),
            ("label", "Description"),
            ("source", "Source"),
            ("transaction_id", "Reference"),
            ("quantity", "Quantity"),
            ("unit", "Unit"),
            ("unit_price", "Unit Price"),
            ("amount", "Amount"),
            ("property", "Property"),
        ]
        self.assertEqual(self._choices("cn285.statement.layout.column"), choices)
        self.assertEqual(self._choices("cn285.statement.layout", "sort_field"), choices)
        self.assertEqual(
            [name for name, _label in self._choices("cn285.statement.layout.group")],
            ["day", "beneficiary", "item", "metric", "property"],
        )

    def test_what_a_column_is_totalled_by_is_the_fields_affair(self):
        for names, total in (
            (("amount", "quantity"), "sum"),
            (("label", "occurred_at", "unit"), "none"),
            # What is neither text nor added up by itself keeps what somebody has said.
            (("unit_price", "property"), "count"),
        ):
            for name in names:
                column = self.env["cn285.statement.layout.column"].new(
                    {"field": name, "total": "count"}
                )
                column._onchange_field()
                self.assertEqual(column.total, total, name)

    def test_others_are_chosen_filled_grouped_totalled_and_written(self):
        self.startPatcher(patch.dict(FIELDS, OTHERS))
        self.assertIn(("recorded_at", "Recorded"), self._choices("cn285.statement.layout.column"))
        self.assertIn(("contract", "Agreement"), self._choices("cn285.statement.layout.group"))
        self.assertNotIn("recorded_at", dict(self._choices("cn285.statement.layout.group")))
        layout = self._layout(
            [("recorded_at", "none"), ("discount", "maximum"), ("amount", "sum")],
            ["contract"],
            sort_field="recorded_at",
        )
        contract = self._usage_contract({"price_unit": 1.0}, statement_layout_id=layout.id)
        self._use(contract, 7)
        self._use(contract, 14, "2026-01-20")
        move = self._bill(date(2026, 2, 1)).invoice_ids
        move._make_usage_statements()
        files = {one.name.rsplit(".")[-1]: one.raw for one in move.cn285_statement_ids}
        head, *lines = files["csv"].decode("utf-8-sig").splitlines()
        self.assertEqual(head, "Agreement,Recorded,Granted,Amount")
        self.assertEqual(
            [line.split(",")[0] for line in lines], [contract.name, contract.name], lines
        )
        # Times of events are the company's: an hour later than the clock of the test.
        self.assertEqual({line.split(",")[1] for line in lines}, {"2026-02-01 11:00:00"})
        book = openpyxl.load_workbook(io.BytesIO(files["xlsx"]))
        totals = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
        self.assertIn([contract.name, 0, 21], totals)
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(files["pdf"])).pages)
        self.assertIn(f"Agreement: {contract.name}", text)
        self.assertIn("Granted", text)

    def test_a_form_totals_another_as_it_says(self):
        self.startPatcher(patch.dict(FIELDS, OTHERS))
        with Form(self._layout([("amount", "sum")])) as form, form.column_ids.new() as column:
            column.field = "discount"
            self.assertEqual(column.total, "maximum")

    def test_a_field_whose_addon_is_gone_is_refused_in_words(self):
        with patch.dict(FIELDS, OTHERS):
            layout = self._layout([("contract", "none")])
        with self.assertRaisesRegex(ValidationError, "contract is not a field of a usage row"):
            layout._spec()
