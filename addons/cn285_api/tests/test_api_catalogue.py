"""Customers, products, prices, templates and revenue over HTTP."""

from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_revrec.tests.common import RevrecCase
from odoo.tests import tagged

from .common import ApiCase


@tagged("post_install", "-at_install")
@freeze_time("2026-02-20 10:00:00")
class TestApiCatalogue(ApiCase):
    def test_a_customer_is_made_read_and_changed(self):
        made = self.post(
            "/customers",
            {
                "name": "Garage Petit",
                "is_company": True,
                "email": "garage@petit.example",
                "city": "Lyon",
                "country": "FR",
                "external_id": "C-1",
                "lang": "fr_FR",
            },
        )
        self.assertEqual((made["country"], made["external_id"]), ("FR", "C-1"))
        path = f"/customers/{made['id']}"
        read = self.call("GET", "/customers/ext:C-1")
        self.assertEqual(read.json(), made)
        tag = read.headers["ETag"]
        self.assertEqual(self.call("GET", path, If_None_Match=f"W/{tag}").status_code, 304)
        changed = self.call("PATCH", path, {"city": None, "zip": "69001"}, If_Match=tag)
        self.assertEqual((changed.json()["city"], changed.json()["zip"]), (None, "69001"))
        self.assertProblem(
            self.call("PATCH", path, {"city": "x"}, If_Match=tag), 412, "precondition_failed"
        )
        address = self.post(
            "/customers", {"name": "Accounts", "parent": "ext:C-1", "type": "invoice"}
        )
        self.assertEqual((address["parent"]["id"], address["type"]), (made["id"], "invoice"))
        [found] = self.get("/customers?parent=ext:C-1")["data"]
        self.assertEqual(found["id"], address["id"])
        [found] = self.get("/customers?email=garage@petit.example")["data"]
        self.assertEqual(found["id"], made["id"])

    def test_what_customers_cannot_be(self):
        for body, pointer in (
            ({"name": ""}, "/name"),
            ({"name": "x", "country": "ZZ"}, "/country"),
            ({"name": "x", "lang": "xx_XX"}, "/lang"),
            ({"name": "x", "parent": "999999999"}, "/parent"),
            ({"name": "x", "type": "private"}, "/type"),
        ):
            with self.subTest(body=body):
                answer = self.call("POST", "/customers", body)
                [error] = self.assertProblem(answer, 422, "invalid")["errors"]
                self.assertEqual(error["pointer"], pointer)
        user = self.program.partner_id
        self.assertProblem(self.call("GET", f"/customers/{user.id}"), 404, "not_found")

    def test_products_and_prices(self):
        self.subscription.default_code = "API-1"
        [product] = self.get("/products?code=API-1")["data"]
        self.assertEqual((product["price"], product["currency"]), ("100", "EUR"))
        self.assertEqual(self.get(f"/products/{product['id']}"), product)
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Partners",
                "item_ids": [
                    (
                        0,
                        0,
                        {
                            "applied_on": "0_product_variant",
                            "product_id": self.subscription.id,
                            "compute_price": "fixed",
                            "fixed_price": 90.0,
                        },
                    )
                ],
            }
        )
        lists = self.get("/pricelists?limit=100")["data"]
        self.assertIn(pricelist.id, [one["id"] for one in lists])
        [price] = self.get(f"/pricelists/{pricelist.id}/prices")["data"]
        self.assertEqual((price["kind"], price["fixed_price"]), ("fixed", "90"))
        larger = self._create_product("Larger", 200.0)
        self.env["cn285.tier.path"].create(
            {"product_from_id": self.subscription.id, "product_to_id": larger.id}
        )
        path = self.get("/tier-paths?limit=100")["data"][-1]
        self.assertEqual((path["product_to"]["id"], path["direction"]), (larger.id, "upsell"))


@tagged("post_install", "-at_install")
@freeze_time("2026-02-20 10:00:00")
class TestApiRevenue(ApiCase, RevrecCase):
    def test_revenue(self):
        accountant = self.env.ref("cn285_revrec.group_revrec_manager")
        self.program.group_ids = [(4, accountant.id)]
        contract = self._create_contract([{"recurring_unit": "quarter", "price_unit": 300.0}])
        self._bill(date(2026, 1, 31))
        self.env["cn285.revrec.source"]._sync(self.company, date(2026, 3, 31))
        [invoice] = contract.invoice_ids
        [schedule] = self.get(f"/revenue/schedules?invoice={invoice.id}")["data"]
        listed = self.get(f"/revenue/schedules?contract={contract.id}")["data"]
        self.assertIn(schedule, listed)
        self.assertEqual((schedule["amount"], schedule["service_end"]), ("300.00", "2026-03-31"))
        self.assertEqual(self.get(f"/revenue/schedules/{schedule['id']}"), schedule)
        entries = self.get(f"/revenue/entries?contract={contract.id}&limit=100")["data"]
        entries = [entry for entry in entries if entry["schedule_id"] == schedule["id"]]
        self.assertEqual(
            [entry["month"] for entry in entries], ["2026-01-31", "2026-02-28", "2026-03-31"]
        )
        total = sum(float(entry["amount"]) for entry in entries)
        self.assertEqual(f"{total:.2f}", "300.00")
        path = f"/revenue/entries?contract={contract.id}&month_from=2026-03-05&month_to=2026-03-10"
        months = {entry["month"] for entry in self.get(path)["data"]}
        self.assertEqual(months, {"2026-03-31"})
        answer = self.call("GET", "/revenue/entries?updated_since=2026-01-01T00:00:00Z")
        self.assertProblem(answer, 422, "invalid")
