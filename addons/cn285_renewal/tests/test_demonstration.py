from pathlib import Path

from freezegun import freeze_time
from odoo.addons import cn285_contract, cn285_renewal
from odoo.addons.cn285_contract.tests.importing.test_import_contracts import LoaderCase
from odoo.tests import tagged

FOLDERS = [Path(one.__file__).parent / "demo" / "import" for one in (cn285_contract, cn285_renewal)]


@tagged("post_install", "-at_install")
class TestDemonstrationFiles(LoaderCase):
    """The files that ``make demo`` loads: clean beside those of cn285_contract."""

    @freeze_time("2026-07-01 08:00:00")
    def test_they_load_without_an_error(self):
        paths = [path for folder in FOLDERS for path in sorted(folder.glob("*.csv"))]
        report = self._load({path.name: path.read_bytes() for path in paths})
        self.assertEqual(self._errors(report), [])
        contracts = self.env["cn285.contract"].browse(self._ids("cn285.contract"))
        states = contracts._read_group([("id", "in", contracts.ids)], ["state"], ["__count"])
        self.assertEqual(dict(states), {"active": 407, "closed": 10, "cancelled": 1, "draft": 3})
        with_term = contracts.filtered("term_end")
        self.assertEqual(len(with_term), 25)
        self.assertEqual(set(with_term.mapped("renewal_revision")), {"none", "percent"})
        self.assertGreater(len(with_term.notice_ids), 0, "consumers are told of their renewal")

    def _ids(self, model):
        names = self.env["ir.model.data"].search(
            [("module", "=", "cn285_test"), ("model", "=", model)]
        )
        return names.mapped("res_id")
