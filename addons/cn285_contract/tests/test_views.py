from lxml import etree
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import ContractCase

MODELS = (
    "cn285.contract",
    "cn285.contract.item",
    "cn285.contract.template",
    "cn285.contract.tag",
    "cn285.billing.schedule",
    "cn285.billing.run",
)


@tagged("post_install", "-at_install")
class TestViews(ContractCase):
    """Filters, group-bys and buttons of the views lead somewhere."""

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

    def _search_views(self):
        for name in MODELS:
            model = self.env[name].with_user(self.clerk)
            yield model, etree.fromstring(model.get_view(view_type="search")["arch"])

    def test_every_filter_searches(self):
        """Domains of filters and search fields are understood by the server."""
        for model, arch in self._search_views():
            for node in arch.iter("filter", "field"):
                for attribute in ("domain", "filter_domain"):
                    if node.get(attribute):
                        with self.subTest(model=model._name, name=node.get("name")):
                            values = {"uid": self.clerk.id, "self": "a"}
                            model.search(safe_eval(node.get(attribute), values), limit=1)

    def test_every_group_by_groups(self):
        for model, arch in self._search_views():
            for node in arch.iter("filter"):
                group_by = safe_eval(node.get("context") or "{}").get("group_by")
                if group_by:
                    with self.subTest(model=model._name, name=node.get("name")):
                        model.formatted_read_group([], [group_by], ["__count"])

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
