"""Bundles as a customer reads them."""

from datetime import date

from lxml import html
from odoo.tests import HttpCase, new_test_user, tagged

from .common_bundle import BundleCase


@tagged("post_install", "-at_install")
class TestBundlePages(BundleCase, HttpCase):
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
