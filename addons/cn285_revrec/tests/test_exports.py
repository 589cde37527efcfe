import base64
import csv
import io
from datetime import date
from decimal import Decimal

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
