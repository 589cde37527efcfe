import csv
from pathlib import Path

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged

from .test_import_contracts import LoaderCase

FOLDER = Path(__file__).parents[2] / "demo" / "import"


@tagged("post_install", "-at_install")
class TestDemonstrationFiles(LoaderCase):
    """The files of contracts that ``make demo`` loads: clean, and every feature is in them."""

    def _column(self, file, column):
        values = set()
        for path in FOLDER.glob(f"{file}*.csv"):
            with path.open(encoding="utf-8", newline="") as lines:
                values |= {row.get(column) or "" for row in csv.DictReader(lines)}
        return values - {""}

    def test_every_choice_is_used(self):
        item = self.env["cn285.contract.item"]
        for name in (
            "billing_type", "recurring_unit", "alignment", "first_period", "last_period",
            "proration_basis", "timing", "start_condition",
        ):  # fmt: skip
            used = self._column("items", name) | {item.default_get([name])[name]}
            used |= self._column("template_items", name)
            self.assertEqual(used, set(dict(item._fields[name].selection)), name)
        self.assertEqual(self._column("items", "billing_day"), {str(n) for n in range(1, 32)})
        offsets = {int(offset) for offset in self._column("items", "billing_offset")}
        self.assertTrue(min(offsets) < 0 < max(offsets))
        self.assertEqual(
            self._column("contracts", "state"), {"draft", "active", "closed", "cancelled"}
        )
        self.assertEqual(self._column("contracts", "line_grouping"), {"product", "item_name"})
        self.assertLessEqual({"FR", "BE", "DE", "CH", "US"}, self._column("partners", "country"))

    @freeze_time("2026-07-01 08:00:00")
    def test_it_loads_without_an_error(self):
        report = self.env["cn285.import.loader"]._load_folder(FOLDER, namespace="cn285_test")
        self.assertEqual(self._errors(report), [])
        self.assertGreaterEqual(report.created["contracts"], 300)
        states = self.env["cn285.contract"]._read_group(
            [("id", "in", self._ids("cn285.contract"))], ["state"], ["__count"]
        )
        self.assertEqual(dict(states), {"active": 382, "closed": 10, "cancelled": 1, "draft": 3})

    @freeze_time("2026-07-01 08:00:00")
    def test_totals_are_the_sum_of_lines_and_rows(self):
        """Billed for months by a company that rounds globally, as Odoo's French one does."""
        self.company.tax_calculation_rounding_method = "round_globally"
        loader = self.env["cn285.import.loader"].with_context(cn285_bill_past=True)
        loader._load_folder(FOLDER, namespace="cn285_test")
        run = self.env["cn285.billing.run"].create({"date": "2026-02-28"})
        with trap_jobs():
            run.action_run()
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT count(*),
                   count(*) FILTER (WHERE abs(move.amount_untaxed) != lines.total),
                   count(*) FILTER (WHERE sign * move.amount_untaxed != rows.total)
              FROM (SELECT *, CASE move_type WHEN 'out_refund' THEN -1 ELSE 1 END AS sign
                      FROM account_move WHERE cn285_run_id = %s) move
              JOIN (SELECT move_id, sum(price_subtotal) AS total FROM account_move_line
                     WHERE display_type = 'product' GROUP BY 1) lines ON lines.move_id = move.id
              JOIN (SELECT move_id, sum(amount) AS total FROM cn285_billing_schedule
                  GROUP BY 1) rows ON rows.move_id = move.id""",
            [run.id],
        )
        documents, beside_lines, beside_rows = self.env.cr.fetchone()
        self.assertGreater(documents, 500)
        self.assertEqual((beside_lines, beside_rows), (0, 0))

    def _ids(self, model):
        names = self.env["ir.model.data"].search(
            [("module", "=", "cn285_test"), ("model", "=", model)]
        )
        return names.mapped("res_id")
