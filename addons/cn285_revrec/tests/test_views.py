from lxml import etree
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import RevrecCase

MODELS = (
    "cn285.revrec.rule",
    "cn285.revrec.run",
    "cn285.revrec.schedule",
    "cn285.revrec.line",
    "cn285.revrec.analysis",
    "cn285.revrec.rollforward",
    "cn285.revrec.unbilled",
    "cn285.revrec.waterfall",
    "cn285.revrec.obligation",
    "cn285.revrec.tieout",
    "cn285.revrec.opening",
    "cn285.sales.journal",
)


@tagged("post_install", "-at_install")
class TestViews(RevrecCase):
    """Filters, group-bys and buttons of the views lead somewhere."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls.env["res.users"].create(
            {
                "name": "Chloé Clôture",
                "login": "revrec_views",
                "group_ids": [(4, cls.env.ref("cn285_revrec.group_revrec_manager").id)],
            }
        )
        cls.invoice = cls._create_invoice(
            "2026-01-01",
            [(1200.0, "2026-01-01", "2026-12-31", {"account_id": cls.accounts["487"].id})],
        )
        cls.run_of_january = cls._run("2026-01")

    def test_every_filter_searches_and_every_group_by_groups(self):
        days = {"cn285_date_from": "2026-01-01", "cn285_date_to": "2026-01-31"}
        for name in MODELS:
            model = self.env[name].with_user(self.clerk).with_context(**days)
            arch = etree.fromstring(model.get_view(view_type="search")["arch"])
            for node in arch.iter("filter"):
                with self.subTest(model=name, filter=node.get("name")):
                    if node.get("domain"):
                        model.search(safe_eval(node.get("domain")), limit=1)
                    group_by = safe_eval(node.get("context") or "{}").get("group_by")
                    if group_by:
                        model.formatted_read_group([], [group_by], ["__count"])

    def test_reports_lead_to_schedules_invoices_and_contracts(self):
        schedule = self.run_of_january.line_ids.schedule_id
        report = self.env["cn285.revrec.rollforward"].with_context(
            cn285_date_from="2026-01-01", cn285_date_to="2026-01-31"
        )
        [row] = report.search([])
        self.assertEqual(row.action_view_schedule()["res_id"], schedule.id)
        self.assertEqual(row.move_line_id, self.invoice.invoice_line_ids)
        self.assertEqual(schedule.action_view_invoice()["res_id"], self.invoice.id)
        self.assertEqual(self.invoice.cn285_revrec_count, 1)
        found = self.env["cn285.revrec.schedule"].search(
            self.invoice.action_view_cn285_revrec()["domain"]
        )
        self.assertEqual(found, schedule)
        action = self.run_of_january.action_view_moves()
        moves = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(moves, self.run_of_january.move_ids)
        self.assertEqual(self.daily.schedule_count, 1)
        self.assertEqual(
            self.env["cn285.revrec.schedule"].search(self.daily.action_view_schedules()["domain"]),
            schedule,
        )

    def test_settings_write_the_company(self):
        self.env["res.config.settings"].create({"cn285_revrec_detail": "detail"}).execute()
        self.assertEqual(self.company.cn285_revrec_detail, "detail")

    def test_an_accrued_invoice_back_to_draft_is_accrued_on(self):
        """The accrual of December stays, and the row is accrued again while it is a draft."""
        contract = self._create_contract(
            [{"price_unit": 500.0, "timing": "arrears"}],
            date_start="2026-02-01",
            date_end="2026-02-28",
        )
        self._run("2026-02")
        self._bill("2026-03-01")
        self.env["cn285.revrec.source"]._sync(self.company, self.run_of_january.date)
        contract.invoice_ids.button_draft()
        self._run("2026-03")
        self.assertEqual(self._balance("4181", "2026-03-31"), "600.00")
        self.assertTiesOut("2026-03-31")
