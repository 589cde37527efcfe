import csv
from pathlib import Path

from freezegun import freeze_time
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

    def _ids(self, model):
        names = self.env["ir.model.data"].search(
            [("module", "=", "cn285_test"), ("model", "=", model)]
        )
        return names.mapped("res_id")
