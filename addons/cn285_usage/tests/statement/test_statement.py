import csv
import io
import re
import tracemalloc
import zipfile
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from unittest.mock import patch

import openpyxl
from odoo.addons.cn285_contract.tests.common import ContractCase
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from openpyxl.utils.escape import unescape
from pypdf import PdfReader

from ...engine.statement import Statement
from ...models.statement import statement as statement_files
from ...report.statement_xlsx import StatementXlsx

COLUMNS = (
    ("occurred_at", "none"),
    ("transaction_id", "none"),
    ("label", "none"),
    ("quantity", "sum"),
    ("unit", "none"),
    ("unit_price", "none"),
    ("amount", "sum"),
)


@tagged("post_install", "-at_install")
class TestStatement(ContractCase):
    """Statements: the files, their language, and sums that equal what was rated."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.customer.lang = "fr_FR"
        cls.layout = cls._create_layout(groups=("beneficiary", "metric"))
        cls.service = cls.env["cn285.usage.statement"]

    @classmethod
    def _create_layout(cls, columns=COLUMNS, groups=(), **values):
        return cls.env["cn285.statement.layout"].create(
            {
                "name": "Calls",
                "column_ids": [
                    (0, 0, {"sequence": place, "field": name, "total": total})
                    for place, (name, total) in enumerate(columns)
                ],
                "group_ids": [
                    (0, 0, {"sequence": place, "field": name, "property_name": "region"})
                    for place, name in enumerate(groups)
                ],
                **values,
            }
        )

    def _usage(self, count, **values):
        """``count`` rows over two beneficiaries and two metrics, of 0.01, 0.02, ... each."""
        return [
            {
                "occurred_at": datetime(2026, 10, 1) + timedelta(minutes=number),
                "transaction_id": f"REQ-{number:05}",
                "label": "Appels d’API",
                "beneficiary": ("Lyon", "Bordeaux")[number % 2],
                "metric": ("api", "sms")[number // 2 % 2],
                "quantity": Decimal(number + 1),
                "unit": ("appel", "SMS")[number // 2 % 2],
                "unit_price": Decimal("0.01"),
                "amount": Decimal(number + 1).scaleb(-2),
                "line": number % 2,
                "properties": {"region": "Corse"},
                **values,
            }
            for number in range(count)
        ]

    def _make(self, rows, formats, layout=None, rated=None, **values):
        layout = layout or self.layout
        header = self.service._header(
            layout, self.company, self.customer, [("Facture", "FAC/2026/00042")]
        )
        return self.service._render(layout, header, rows, formats, rated, **values)

    @staticmethod
    def _pages(content):
        return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]

    @staticmethod
    def _sheets(content):
        book = openpyxl.load_workbook(io.BytesIO(content))
        return {sheet.title: sheet for sheet in book.worksheets}

    # --- Memory -------------------------------------------------------------------------------

    def test_large_files_are_not_read_into_memory(self):
        """A workbook of five times the rows takes the same memory, to its attachment."""
        self.env["ir.config_parameter"].set_param("ir_attachment.location", "file")
        layout, peaks = self._create_layout(groups=("beneficiary",)), []
        with patch.object(statement_files, "_SPOOL", 10_000):
            for count in (6_000, 30_000):
                # Whatever is read or compiled once is there before.
                self._make(iter(self._usage(1, beneficiary="Lyon")), ["xlsx"], layout)
                chance = Random(count)
                rows = (
                    # References that no compression makes small.
                    self._usage(1, transaction_id=f"{chance.getrandbits(512):0128x}")[0]
                    for _number in range(count)
                )
                tracemalloc.start()
                files = self._make(rows, ["xlsx"], layout)
                vals = self.service._attachment_vals(self.customer, f"Usage {count}", files)
                attachment = self.env["ir.attachment"].create(vals)
                peaks.append(tracemalloc.get_traced_memory()[1])
                tracemalloc.stop()
                with zipfile.ZipFile(io.BytesIO(attachment.raw)) as book:
                    found = book.read("xl/worksheets/sheet2.xml").count(b"<row ")
                self.assertEqual(found, count + 1)
        self.assertGreater(attachment.file_size, 2_000_000)
        self.assertLess(peaks[1], 1.2 * peaks[0], peaks)

    # --- The sums -----------------------------------------------------------------------------

    def test_sums_equal_the_rated_amounts_in_every_format(self):
        files = self._make(
            self._usage(100),
            ["pdf", "xlsx", "csv"],
            rated=Decimal("50.50"),
            rated_lines={0: Decimal("25.00"), 1: Decimal("25.50")},
        )
        self.assertIn("50,50", "".join(self._pages(files["pdf"])))
        sheets = list(self._sheets(files["xlsx"]).values())
        detail = list(sheets[1].iter_rows(min_row=2, values_only=True))
        self.assertEqual(round(sum(row[-1] for row in detail), 2), 50.5)
        rows = list(csv.reader(io.StringIO(files["csv"].decode("utf-8-sig")), delimiter=";"))
        self.assertEqual(
            sum(Decimal(row[-1].replace(",", ".")) for row in rows[1:]), Decimal("50.50")
        )

    def test_a_statement_that_differs_by_a_cent_is_not_made(self):
        with self.assertRaisesRegex(UserError, r"adds up to 50\.50, but 50\.51 was rated"):
            self._make(self._usage(100), ["pdf"], rated=Decimal("50.51"))
        with self.assertRaisesRegex(UserError, "add up to 25.00, but 25.01 was rated"):
            self._make(
                self._usage(100),
                ["csv"],
                rated=Decimal("50.50"),
                rated_lines={0: Decimal("25.01"), 1: Decimal("25.49")},
            )

    def test_numbers_of_the_database_are_taken_as_they_were_written(self):
        rows = [{"amount": 0.1, "quantity": 3.0}, {"amount": 0.2, "quantity": 1.0}]
        layout = self._create_layout([("amount", "sum")])
        self.assertTrue(self._make(rows, ["csv"], layout, rated=Decimal("0.3")))

    def test_rows_from_a_generator_must_be_in_order(self):
        ordered = sorted(self._usage(8), key=lambda row: (row["beneficiary"], row["metric"]))
        files = self._make(iter(ordered), ["csv"], rated=Decimal("0.36"))
        self.assertEqual(len(files["csv"].splitlines()), 9)
        with self.assertRaisesRegex(UserError, "not in the order of its groups"):
            self._make(iter(self._usage(8)), ["csv"])

    # --- PDF ----------------------------------------------------------------------------------

    def test_pdf_repeats_headings_and_numbers_pages_in_the_language_of_the_customer(self):
        pages = self._pages(self._make(self._usage(300), ["pdf"])["pdf"])
        self.assertGreater(len(pages), 3)
        for page in pages:
            self.assertIn("Lyon" if "Lyon" in page else "Bordeaux", page)
            self.assertIn("REQ-", page)
        self.assertIn("Boulangerie Martin", pages[0])
        self.assertIn("FAC/2026/00042", pages[0])
        # The language's own dates and decimal sign.
        self.assertIn("01/10/2026", pages[0])
        self.assertIn("451,50", pages[-1])
        self.assertIn("Bordeaux", pages[0])

    def test_pdf_has_the_heading_of_a_group_once_on_a_page(self):
        """A group that begins on a new page is not continued there."""
        for mode, groups in (
            ("detail", ("beneficiary",)),
            ("detail", ("property", "beneficiary")),
            ("summary", ("beneficiary", "metric")),
        ):
            layout = self._create_layout(groups=groups, mode=mode)
            layout.group_ids.filtered(lambda group: group.field == "property").property_name = "n"
            rows = self._usage(240)
            for number, row in enumerate(rows):
                row.update(beneficiary=f"Site {number // 2:03}.", properties={"n": number // 60})
            pages = self._pages(self._make(rows, ["pdf"], layout)["pdf"])
            self.assertGreater(len(pages), 3)
            begun = set()
            for page in pages:
                # Headings, without totals.
                sites = re.findall(r"(?<!Total )Site (\d+)\.( \()?", page)
                own = [site for site, _continued in sites]
                self.assertEqual(len(own), len(set(own)), (mode, groups, page))
                for site, continued in sites:
                    self.assertEqual(bool(continued), site in begun, site)
                    begun.add(site)

    def test_pdf_is_a_summary_where_the_layout_says_so(self):
        layout = self._create_layout(groups=("beneficiary", "metric"), mode="summary")
        text = "".join(self._pages(self._make(self._usage(100), ["pdf"], layout)["pdf"]))
        self.assertNotIn("REQ-", text)
        self.assertIn("Bordeaux", text)
        self.assertIn("sms", text)
        self.assertIn("50,50", text)

    def test_pdf_takes_any_text_and_no_rows(self):
        odd = self._usage(2, label="中文 Ωμέγα Жук " + "long " * 200, beneficiary=None)
        odd[0]["transaction_id"] = "x" * 500
        self.assertEqual(len(self._pages(self._make(odd, ["pdf"])["pdf"])), 1)
        self.assertEqual(len(self._pages(self._make([], ["pdf"], rated=Decimal(0))["pdf"])), 1)

    def test_a_logo_that_cannot_be_drawn_is_left_out(self):
        header = self.service._header(self.layout, self.company, self.customer)
        self.assertTrue(header.company.logo.startswith(b"\x89PNG"))
        self.layout.show_company_logo = False
        self.assertFalse(
            self.service._header(self.layout, self.company, self.customer).company.logo
        )

    # --- Excel --------------------------------------------------------------------------------

    def test_xlsx_has_typed_cells_a_frozen_heading_and_no_formula(self):
        rows = self._usage(3, label="=HYPERLINK(1)", beneficiary="+Lyon <&>\x01 _x0041_")
        rows[0]["transaction_id"] = "12345678901234567890"
        content = self._make(rows, ["xlsx"])["xlsx"]
        detail = list(self._sheets(content).values())[1]
        self.assertEqual(detail.freeze_panes, "A2")
        self.assertTrue(detail.auto_filter.ref.startswith("A1:"))
        cells = next(detail.iter_rows(min_row=2))
        by_heading = dict(zip([cell.value for cell in detail[1]], cells, strict=True))
        self.assertEqual(len(by_heading), 9)
        self.assertEqual([cell.data_type for cell in cells], list("ssdssnsnn"))
        self.assertEqual(cells[2].value, datetime(2026, 10, 1))
        self.assertEqual(unescape(cells[0].value), "+Lyon <&> _x0041_")
        self.assertEqual(cells[3].value, "12345678901234567890")
        self.assertEqual(cells[4].value, "=HYPERLINK(1)")
        self.assertEqual(cells[4].data_type, "s")
        summary = next(iter(self._sheets(content).values()))
        values = [cell.value for row in summary.iter_rows() for cell in row]
        self.assertIn(0.06, values)
        self.assertFalse(
            [cell for row in summary.iter_rows() for cell in row if cell.data_type == "f"]
        )

    def test_xlsx_begins_a_new_sheet_at_the_limit_with_its_heading(self):
        header = self.service._header(self.layout, self.company, self.customer)
        spec, file = self._create_layout()._spec(), io.BytesIO()
        Statement(spec, [StatementXlsx(file, spec, header, max_rows=11)]).feed(self._usage(25))
        details = list(self._sheets(file.getvalue()).values())[1:]
        self.assertEqual([sheet.max_row for sheet in details], [11, 11, 6])
        self.assertEqual(len({sheet.cell(1, 2).value for sheet in details}), 1)
        self.assertEqual(
            [row[1] for sheet in details for row in sheet.iter_rows(2, values_only=True)],
            [f"REQ-{number:05}" for number in range(25)],
        )

    # --- CSV ----------------------------------------------------------------------------------

    def test_csv_text_is_no_formula_and_numbers_are_numbers(self):
        rows = self._usage(1, label="=1+1", amount=Decimal("-1.50"), beneficiary='@x;y"z')
        text = self._make(rows, ["csv"])["csv"].decode("utf-8-sig")
        (row,) = list(csv.reader(io.StringIO(text), delimiter=";"))[1:]
        self.assertEqual(row[0], "'@x;y\"z")
        self.assertEqual(row[4], "'=1+1")
        self.assertEqual(row[-1], "-1,50")
        self.assertEqual(row[2], "2026-10-01 00:00:00")

    # --- Layouts ------------------------------------------------------------------------------

    def test_layouts_that_cannot_be_are_refused_in_words(self):
        for values, message in (
            ({"columns": ()}, "needs at least one column"),
            ({"mode": "summary"}, "needs at least one grouping"),
            ({"groups": ("item", "item")}, "grouped twice by “Item”"),
            ({"columns": (("label", "sum"),)}, "holds no numbers"),
            ({"columns": (("property", "none"),)}, "A property has no name"),
            ({"groups": ("item", "metric", "day", "beneficiary", "property")}, "5 levels"),
            ({"want_pdf": False, "want_xlsx": False}, "makes no file"),
            ({"sort_field": "property"}, "A property has no name: see the order"),
        ):
            with self.subTest(message), self.assertRaisesRegex(ValidationError, message):
                self._create_layout(**values)

    def test_headings_are_in_the_language_of_the_context(self):
        column = self.layout.column_ids[0]
        column.name = "When"
        column.with_context(lang="fr_FR").name = "Date et heure"
        french = self.layout.with_context(lang="fr_FR")._spec()
        self.assertEqual(french.columns[0].label, "Date et heure")
        self.assertEqual(self.layout._spec().columns[0].label, "When")

    def test_a_property_is_a_column_and_a_group(self):
        layout = self._create_layout()
        layout.write(
            {
                "column_ids": [(0, 0, {"field": "property", "property_name": "region"})],
                "group_ids": [(0, 0, {"field": "property", "property_name": "region"})],
            }
        )
        text = self._make(self._usage(1), ["csv"], layout)["csv"].decode("utf-8-sig")
        self.assertIn("Corse", text)
        self.assertEqual(self.service._order_keys(layout)[0], ("property:region", False))

    def test_files_become_attachments_of_a_record(self):
        files = self._make(self._usage(2), ["pdf", "csv"])
        vals = self.service._attachment_vals(self.customer, "Relevé FAC/2026/00042", files)
        attachments = self.env["ir.attachment"].create(vals)
        self.assertEqual(
            attachments.mapped("name"), ["Relevé FAC-2026-00042.pdf", "Relevé FAC-2026-00042.csv"]
        )
        self.assertEqual(attachments[0].mimetype, "application/pdf")

    def test_layouts_are_the_managers_and_the_companys(self):
        user = new_test_user(self.env, "reader", groups="cn285_contract.group_contract_user")
        layout = self.layout.with_user(user)
        self.assertEqual(layout.name, "Calls")
        with self.assertRaises(AccessError):
            layout.name = "Mine"
        other = self.env["res.company"].create({"name": "Filiale"})
        foreign = self._create_layout(company_id=other.id)
        with self.assertRaises(AccessError):
            foreign.with_user(user).read(["name"])
