"""Bundles as a customer reads them."""

from datetime import date

from lxml import html
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .common_bundle import BundleCase


@tagged("post_install", "-at_install")
class TestBundlePages(BundleCase, HttpCase):
    def test_what_is_listed_for_changes(self):
        """Quantity: the bundle and the service beside it; billing day: no component, no fee; end:
        no fee."""
        contract = self._contracted(self.office)
        contract.item_ids.create(
            [
                {"contract_id": contract.id, "product_id": self.support.id, "price_unit": 5.0},
                {
                    "contract_id": contract.id,
                    "product_id": self.setup_fee.id,
                    "billing_type": "one_shot",
                    "price_unit": 250.0,
                },
            ]
        )
        names = ("quantity", "billing_day", "end_item")
        contract.permission_ids = [Command.create({"kind": name}) for name in names]
        portal = new_test_user(self.env, "bundle_lists", "base.group_portal")
        portal.partner_id.parent_id = self.customer
        kinds = contract._customer_kinds()
        listed = {
            name: [
                asked.item.product_id.name
                for asked in contract._customer_targets(kinds[name], portal)
            ]
            for name in names
        }
        self.assertEqual(listed["quantity"], ["Office", "Support"])
        self.assertEqual(listed["billing_day"], ["Support"])
        self.assertNotIn(self.setup_fee.name, listed["end_item"])
        self.assertIn("Office", listed["end_item"])

    def test_consumers_read_all_taxes(self):
        """31.00 with 20 % are 37.20, on the page as in print; the first invoice stands first.

        Shares of a bundle are printed to the cent.
        """
        self.customer.cn285_legal_kind = "consumer"
        order = self._quote(cn285_date_start=date(2027, 1, 1))
        order.action_quotation_sent()
        page = html.fromstring(self.url_open(order.get_portal_url()).content)
        plain = lambda node: node.text_content().replace("\xa0", " ")  # noqa: E731
        table = plain(page.xpath("//table[@id='sales_order_table']")[0])
        self.assertIn("37.20", table)
        self.assertNotIn("31.00", table)
        figure = plain(page.xpath("//div[@id='cn285_main_figure']")[0])
        self.assertIn("First invoice", figure)
        self.assertIn("337.20", figure)
        self.assertIn("337.20", plain(page.xpath("//span[@id='cn285_sign_figure']")[0]))
        for kind in ("consumer", "professional"):
            self.customer.cn285_legal_kind = kind
            lines = self._bundled(self.office)._cn285_document().lines
            prices = [line.figures[1] for line in lines if line.figures and line.figures[1]]
            self.assertEqual(len(prices), 3)
            for price in prices:
                self.assertRegex(price, r"^[0-9]+\.[0-9]{2}$")

    def test_customer_reads(self):
        portal = new_test_user(
            self.env, "bundle_portal", "base.group_portal", password="bundle_portal"
        )
        portal.partner_id.parent_id = self.customer
        order = self._bundled(self.office, cn285_date_start=date(2027, 1, 1))
        order.action_quotation_sent()
        page = html.fromstring(self.url_open(order.get_portal_url()).content)
        table = page.xpath("//table[@id='sales_order_table']")[0].text_content()
        for text in ("Office", "Telephone", "Fax", "Internet", "Monthly"):
            self.assertIn(text, table)
        order.action_confirm()
        self.authenticate("bundle_portal", "bundle_portal")
        url = f"/my/contracts/{order.cn285_contract_id.id}"
        page = html.fromstring(self.url_open(url).content)
        rows = [
            row.text_content() for row in page.xpath("//section[@id='contract_items']//tbody/tr")
        ]
        self.assertEqual(len(rows), 4)
        self.assertNotIn("└", rows[0])
        self.assertTrue(all("└" in row for row in rows[1:]))
