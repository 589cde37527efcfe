"""Items of NetSuite become products."""

from odoo import Command

from .common import NetsuiteCase
from .suitetalk.samples import make, pricing, service_item


class TestItems(NetsuiteCase):
    def product(self, code):
        return (
            self.env["product.product"]
            .with_context(active_test=False)
            .search([("default_code", "=", code)])
        )

    def test_an_item_comes_with_price_account_and_tax(self):
        service_item(
            self.account, "CARE", "49.90", displayName="Care", salesDescription="Monthly care"
        )
        self.work()
        product = self.product("CARE")
        self.assertEqual(product.name, "Care")
        self.assertEqual(product.type, "service")
        self.assertMoney(product.list_price, "49.90")
        self.assertEqual(product.taxes_id, self.tax)
        account = self.backend.map_ids.filtered(lambda line: line.external_id == "54").account_id
        self.assertEqual(product.property_account_income_id, account)
        self.assertEqual(product.description_sale, "Monthly care")

    def test_a_product_of_the_same_reference_is_taken(self):
        self.work()
        self.assertEqual(self.product("API"), self.subscription)
        binding = self.binding(self.subscription, "item")
        self.assertEqual(binding.external_id, self.api_item.internal_id)

    def test_a_non_inventory_item_is_a_good(self):
        make(self.account, "NonInventoryResaleItem", itemId="BOX", displayName="Box")
        self.work()
        self.assertEqual(self.product("BOX").type, "consu")

    def test_a_change_there_comes_and_inactive_is_archived(self):
        self.work()
        self.account.change(self.api_item, displayName="API, new", isInactive="true")
        self.work()
        self.assertEqual(self.subscription.name, "API, new")
        self.assertFalse(self.subscription.active)
        self.account.change(self.api_item, isInactive="false")
        self.work()
        self.assertTrue(self.subscription.active)

    def test_price_levels_become_pricelist_rules_with_breaks(self):
        partner = self.env["product.pricelist"].create({"name": "Partners"})
        self.backend.map_ids = [
            Command.create({"kind": "pricelist", "pricelist_id": partner.id, "external_id": "5"})
        ]
        item = make(
            self.account,
            "ServiceSaleItem",
            itemId="SEAT",
            pricingMatrix=pricing("1", {"1": {0: "20"}, "5": {0: "15", 10: "12.5"}}),
        )
        self.work()
        product = self.product("SEAT")
        prices = {quantity: partner._get_product_price(product, quantity) for quantity in (1, 10)}
        self.assertEqual(prices, {1: 15.0, 10: 12.5})
        other = make(
            self.account,
            "ServiceSaleItem",
            itemId="OTHER",
            pricingMatrix=pricing("1", {"1": {0: "20"}, "5": {0: "14"}}),
        )
        self.account.change(item, pricingMatrix=other.fields["pricingMatrix"])
        self.work()
        self.assertEqual(partner._get_product_price(product, 10), 14.0)
        rules = self.env["product.pricelist.item"].search([("product_id", "=", product.id)])
        self.assertEqual(len(rules), 1)

    def test_an_unknown_income_account_is_parked(self):
        service_item(self.account, "CARE", "1", incomeAccount="55")
        self.work()
        row = self.env["cn285.bridge.inbox"].search([("state", "=", "parked")])
        self.assertIn("Account 55", row.reason)
        self.assertFalse(self.product("CARE"))

    def test_deleted_there_is_archived_here(self):
        self.work()
        self.account.delete("ServiceSaleItem", self.setup_item.internal_id)
        self.work()
        self.assertFalse(self.setup_fee.active)
        self.assertEqual(self.binding(self.setup_fee, "item").state, "gone")

    def test_items_are_read_page_by_page(self):
        self.backend.netsuite_page_size = 5
        for number in range(12):
            service_item(self.account, f"P{number}", "1")
        self.work()
        self.assertEqual(len(self.product("P11")), 1)
        self.assertGreaterEqual(len(self.server.counted("searchMoreWithId")), 2)
