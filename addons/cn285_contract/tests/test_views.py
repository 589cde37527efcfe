from lxml import etree
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import ContractCase
from .search_views import SearchViews


@tagged("post_install", "-at_install")
class TestViews(SearchViews, ContractCase):
    """Filters, group-bys and buttons of the views lead somewhere."""

    models = (
        "cn285.contract",
        "cn285.contract.item",
        "cn285.contract.template",
        "cn285.contract.tag",
        "cn285.billing.schedule",
        "cn285.billing.run",
    )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls.env["res.users"].create(
            {
                "name": "Camille Facture",
                "login": "views_clerk",
                "group_ids": [
                    (4, cls.env.ref("base.group_user").id),
                    (4, cls.env.ref("cn285_contract.group_billing_manager").id),
                ],
            }
        )
        cls.contract = cls._create_contract([{}])

    def test_to_bill_this_month(self):
        """The filter finds contracts whose next invoice is due before the month is over."""
        arch = etree.fromstring(self.env["cn285.contract"].get_view(view_type="search")["arch"])
        [node] = arch.xpath("//filter[@name='to_bill_this_month']")
        domain = safe_eval(node.get("domain"))
        later = self._create_contract([{"date_start": "2090-01-01", "start_condition": "date"}])
        found = self.env["cn285.contract"].search(domain)
        self.assertIn(self.contract, found)
        self.assertNotIn(later, found)

    def test_buttons_of_the_contract(self):
        self._bill("2026-01-31")
        contract = self.contract.with_user(self.clerk)
        schedule = contract.action_view_schedule()
        rows = self.env[schedule["res_model"]].search(schedule["domain"])
        self.assertEqual(rows, contract.schedule_ids)
        invoices = contract.action_view_invoices()
        self.assertEqual(invoices["res_id"], contract.invoice_ids.id)
        partner = contract.partner_id.action_view_cn285_contracts()
        self.assertIn(contract, contract.search(partner["domain"]))
        origin = contract.invoice_ids.action_view_cn285_contracts()
        self.assertEqual(contract.search(origin["domain"]), contract)

    def test_preview_dialog_shows_the_next_invoices(self):
        preview = (
            self.env["cn285.contract.preview"]
            .with_user(self.clerk)
            .create({"contract_id": self.contract.id, "count": 2})
        )
        page = etree.HTML(str(preview.content))
        self.assertEqual(len(page.xpath("//table")), 2)
        self.assertIn("API access", "".join(page.itertext()))
        self.assertIn("120.00", "".join(page.itertext()))

    def test_settings_write_the_company(self):
        settings = self.env["res.config.settings"].create(
            {"cn285_horizon_months": 18, "cn285_daily_post": False}
        )
        settings.execute()
        self.assertEqual(self.company.cn285_horizon_months, 18)
        self.assertFalse(self.company.cn285_daily_post)
