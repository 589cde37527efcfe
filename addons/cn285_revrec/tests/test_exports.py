import base64
import csv
import io
from datetime import date
from decimal import Decimal

import openpyxl
from lxml import etree
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ..engine.fec import problems, text
from .common import RevrecCase


@tagged("post_install", "-at_install")
class TestExports(RevrecCase):
    """Sales journal, synthesis journal, workbooks, and the FEC, ours and Odoo's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._create_invoice(
            "2026-01-01",
            [(1200.0, "2026-01-01", "2026-12-31", {"account_id": cls.accounts["487"].id})],
        )
        cls._create_invoice("2026-01-15", [(365.0, "2026-01-01", "2026-12-31")])
        cls._run("2026-01")

    def _wizard(self, report, **values):
        return self.env["cn285.revrec.report.wizard"].create(
            {"report": report, "date_from": "2026-01-01", "date_to": "2026-01-31", **values}
        )

    def test_sales_journal(self):
        rows = self.env["cn285.sales.journal"].search([("move_id", "=", self.invoice.id)])
        by_kind = {row.kind: (row.account_id, row.debit, row.credit) for row in rows}
        self.assertEqual(by_kind["product"], (self.accounts["487"], 0.0, 1200.0))
        self.assertEqual(by_kind["tax"][1:], (0.0, 240.0))
        self.assertEqual(by_kind["payment_term"][1:], (1440.0, 0.0))
        line = rows.filtered(lambda row: row.kind == "product")
        self.assertEqual(line.tax_names, self.tax.name)

    def test_csv_of_the_synthesis_journal_balances(self):
        wizard = self._wizard("synthesis")
        wizard.action_csv()
        content = base64.b64decode(wizard.file).decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(content), delimiter=";"))
        debit, credit = (sum(float(row[column]) for row in rows[1:]) for column in (-2, -1))
        self.assertMoney(debit, "1878.00")
        self.assertMoney(credit, "1878.00")

    def test_names_are_no_formulas(self):
        self.invoice.partner_id.name = "=HYPERLINK(1)"
        self.accounts["487"].name = "@SUM(A1)"
        for report in ("sales", "synthesis"):
            with self.subTest(report):
                wizard = self._wizard(report)
                wizard.action_csv()
                content = base64.b64decode(wizard.file).decode("utf-8-sig")
                cells = [
                    cell for row in csv.reader(io.StringIO(content), delimiter=";") for cell in row
                ]
                suspect = [cell for cell in cells if cell.startswith(("=", "+", "@"))]
                self.assertFalse(suspect)
                if report == "sales":
                    self.assertIn("'=HYPERLINK(1)", cells)

    def test_every_report_as_a_workbook(self):
        reports = self.env["cn285.revrec.report.wizard"]._fields["report"].get_values(self.env)
        for report in set(reports) - {"fec"}:
            with self.subTest(report):
                wizard = self._wizard(report)
                result = wizard.action_xlsx()
                self.assertIn(wizard.file_name, result["url"])
                self.assertTrue(base64.b64decode(wizard.file).startswith(b"PK"))
                action = wizard.action_open()
                self.assertEqual(action["context"]["cn285_date_to"], "2026-01-31")

    def _sheets(self, wizard):
        """The sheets of a saved workbook as ``{name: rows of values}``."""
        book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(wizard.file)), data_only=True)
        return {sheet.title: [list(row) for row in sheet.values] for sheet in book}

    def test_the_waterfall_is_a_sheet_of_months_by_months(self):
        self._create_invoice("2026-03-01", [(62.0, "2026-03-01", "2026-04-30")])
        for group_by in ("partner_id", False):
            wizard = self._wizard("waterfall", date_to="2026-03-31", group_by=group_by)
            wizard.action_xlsx()
            rows = self._sheets(wizard)["Months"]
            header = rows[2]
            self.assertEqual(
                [f"{day:%Y-%m}" for day in header[1:13]], [f"2026-{n:02}" for n in range(1, 13)]
            )
            self.assertEqual(header[13], "Total")
            january, march, total = rows[3:6]
            self.assertEqual(f"{january[0]:%Y-%m} {march[0]:%Y-%m}", "2026-01 2026-03")
            self.assertMoney(january[1], "132.92")
            self.assertMoney(january[13], "1565.00")
            self.assertEqual(march[1:3], [None, None])
            self.assertMoney(march[3] + march[4], "62.00")
            self.assertMoney(total[13], "1627.00")
            self.assertMoney(total[3], f"{january[3] + march[3]:.2f}")
        # The file for programs has the same table where no other breakdown was asked for.
        wizard.action_csv()
        lines = base64.b64decode(wizard.file).decode("utf-8-sig").splitlines()
        self.assertEqual(lines[0].split(";")[0], "Invoiced In")
        self.assertEqual(lines[1].split(";")[-1], "1565.00")

    def test_unlike_kinds_are_never_added(self):
        """Bookings, billings and revenue are columns; none is a sum of the others."""
        report = self.env["cn285.revrec.analysis"]
        self.assertFalse(report._fields["amount"].aggregator)
        for view in ("pivot", "graph", "list"):
            arch = etree.fromstring(report.get_view(view_type=view)["arch"])
            measures = [node.get("name") for node in arch.iter("field") if node.get("sum")]
            measures += arch.xpath("//field[@type='measure']/@name")
            self.assertTrue(measures)
            self.assertNotIn("amount", measures)
        wizard = self._wizard("analysis", group_by=False)
        wizard.action_xlsx()
        [rows] = self._sheets(wizard).values()
        self.assertEqual(
            rows[2][1:], ["Bookings", "Billings", "Credit Notes", "Revenue", "Planned Revenue"]
        )
        self.assertMoney(rows[3][1], "1565.00")
        self.assertMoney(rows[3][2], "1565.00")
        self.assertMoney(rows[3][4], "132.92")

    def test_the_fec_is_in_the_company_s_language_and_in_lines(self):
        """Whoever posts or saves it, in whatever language; a label breaks no line."""
        lang = self.env["res.lang"]._activate_lang("fr_FR")
        self.company.partner_id.lang = lang.code
        self.company.cn285_revrec_journal_id.with_context(lang="fr_FR").name = "Revenus étalés"
        self.accounts["487"].with_context(lang="fr_FR").name = "Produits d'avance"
        label = "API\x0baccess\x85for\u2028you"
        self._create_invoice(
            "2026-02-03", [(10.0, "2026-02-01", "2026-02-28", {"name": label})], ref="A\u2029B"
        )
        self.env.user.lang = "en_US"
        run = self._run("2026-02")
        with_fr = run.with_context(lang="fr_FR")
        label = with_fr._ref("recognition")
        self.assertIn("février 2026", label)
        self.assertIn(label, run.move_ids.mapped("ref"))
        values = {"date_from": "2026-02-01", "date_to": "2026-02-28"}
        for wizard in (self._wizard("fec", **values),):
            for content in (wizard._fec(), text(wizard.with_context(lang="en_US")._fec_rows())):
                self.assertEqual(problems(content), [])
                self.assertIn("Revenus étalés", content)
                self.assertIn("Produits d'avance", content)
                self.assertIn("API access for you", content)
                self.assertIn("A B", content)

    def test_fec_layout(self):
        wizard = self._wizard("fec")
        wizard.action_fec()
        content = base64.b64decode(wizard.file).decode()
        self.assertEqual(problems(content), [])
        codes = {line.split("|")[0] for line in content.splitlines()[1:]}
        self.assertEqual(codes, {"RVREC", self.invoice.journal_id.code})
        run = self.env["cn285.revrec.run"].search([])
        for move in run.move_ids.filtered(lambda move: move.date <= date(2026, 1, 31)):
            self.assertIn(move.name, content)

    @staticmethod
    def _fec_sums(content):
        """Number of items, debit and credit by journal, entry, day and account of a FEC."""
        separator = "|" if "|" in content.splitlines()[0] else "\t"
        found = {}
        for line in content.splitlines()[1:]:
            cells = line.split(separator)
            key = (cells[0], cells[2], cells[3], cells[4])
            count, debit, credit = found.get(key, (0, Decimal(0), Decimal(0)))
            amounts = [Decimal(cell.strip().replace(",", ".")) for cell in cells[11:13]]
            found[key] = (count + 1, debit + amounts[0], credit + amounts[1])
        return found

    def test_odoo_s_fec_and_ours_say_the_same(self):
        self._run("2026-02")
        values = {"date_from": "2026-02-01", "date_to": "2026-02-28"}
        lock = self.env.company.fiscalyear_lock_date
        for name, more in (
            ("opening balances lie before", {}),
            ("one journal", {"journal_ids": self.env.company.cn285_revrec_journal_id.ids}),
            ("all", {"date_from": "2026-01-01"}),
        ):
            with self.subTest(name):
                wizard = self._wizard("fec", **{**values, **more})
                odoo = wizard._fec_of_odoo()
                ours = text(wizard._fec_rows())
                self.assertEqual(problems(odoo), [])
                self.assertEqual(problems(ours), [])
                self.assertTrue(self._fec_sums(ours))
                self.assertEqual(self._fec_sums(odoo), self._fec_sums(ours))
        self.assertEqual(self.env.company.fiscalyear_lock_date, lock)

    def test_who_reads_recognition_saves_the_fec(self):
        reader = new_test_user(self.env, "fec reader", "cn285_revrec.group_revrec_user")
        wizard = self._wizard("fec").with_user(reader)
        content = wizard._fec()
        self.assertIn(self.invoice.name, content)

    def test_odoo_s_own_fec_contains_the_entries(self):
        wizard = self.env["l10n_fr.fec.export.wizard"].create(
            {"date_from": "2026-01-01", "date_to": "2026-01-31", "test_file": True}
        )
        content = wizard.generate_fec()["file_content"].decode()
        self.assertEqual(problems(content), [])
        run = self.env["cn285.revrec.run"].search([])
        for move in run.move_ids.filtered(lambda move: move.date <= date(2026, 1, 31)):
            self.assertIn(move.name, content)

    def test_refused(self):
        with self.assertRaisesRegex(UserError, "before it starts"):
            self._wizard("rollforward", date_to="2025-12-31").action_xlsx()
        with self.assertRaises(UserError):
            self._wizard("fec").action_xlsx()
