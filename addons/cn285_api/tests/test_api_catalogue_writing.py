"""Products, prices, tier paths and templates made and changed over HTTP, by who may."""

from freezegun import freeze_time
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import ApiCase


@tagged("post_install", "-at_install")
@freeze_time("2026-02-20 10:00:00")
class TestApiCatalogueWriting(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.group_ids = [(4, cls.env.ref("product.group_product_manager").id)]

    def test_a_product_is_made_and_changed_by_who_read_it_last(self):
        made = self.post(
            "/products",
            {"name": "Support", "code": "SUP", "price": "50.00", "external_id": "P-1"},
        )
        self.assertEqual((made["price"], made["type"]), ("50", "service"))
        product = self.env["product.product"].browse(made["id"])
        self.assertEqual(product.company_id, self.company)
        self.assertEqual(made["taxes"], product.taxes_id.mapped("name"))
        read = self.call("GET", "/products/ext:P-1")
        tag = read.headers["ETag"]
        self.assertEqual(self.call("GET", "/products/ext:P-1", If_None_Match=tag).status_code, 304)
        changed = self.call("PATCH", "/products/ext:P-1", {"price": "55.00"}, If_Match=tag)
        self.assertEqual((changed.status_code, changed.json()["price"]), (200, "55"))
        stale = self.call("PATCH", "/products/ext:P-1", {"price": "60.00"}, If_Match=tag)
        self.assertProblem(stale, 412, "precondition_failed")
        self.assertEqual(product.list_price, 55.0)
        emptied = self.call("PATCH", "/products/ext:P-1", {"code": None, "name": None})
        self.assertEqual((emptied.json()["code"], product.name), (None, "Support"))
        self.assertEqual(
            self.call("PATCH", "/products/ext:P-1", {"active": False}).json()["active"], False
        )

    def test_the_taxes_of_a_product(self):
        made = self.post("/products", {"name": "Taxed", "taxes": [self.tax.name]})
        self.assertEqual(made["taxes"], [self.tax.name])
        free = self.call("PATCH", f"/products/{made['id']}", {"taxes": []})
        self.assertEqual(free.json()["taxes"], [])
        answer = self.call("POST", "/products", {"name": "x", "taxes": ["No Such Tax"]})
        [error] = self.assertProblem(answer, 422, "invalid")["errors"]
        self.assertEqual(error["pointer"], "/taxes/0")

    def test_prices_decide_what_contracts_pay(self):
        pricelist = self.post("/pricelists", {"name": "Partners", "external_id": "PL-1"})
        self.assertEqual(pricelist["currency"], "EUR")
        price = self.post(
            "/pricelists/ext:PL-1/prices",
            {"product": str(self.subscription.id), "fixed_price": "90.00"},
        )
        self.assertEqual((price["kind"], price["fixed_price"]), ("fixed", "90"))
        body = {
            "customer": str(self.customer.id),
            "date_start": "2026-02-01",
            "pricelist": "ext:PL-1",
            "confirm": True,
            "items": [{"product": str(self.subscription.id)}],
        }
        tried = self.post("/contracts?dry_run=true", body, 200)
        self.assertEqual(tried["invoices"][0]["amount_untaxed"], "90.00")
        path = f"/pricelists/ext:PL-1/prices/{price['id']}"
        changed = self.call("PATCH", path, {"percent": "25"}).json()
        self.assertEqual((changed["kind"], changed["fixed_price"]), ("percentage", None))
        tried = self.post("/contracts?dry_run=true", body, 200)
        self.assertEqual(tried["invoices"][0]["amount_untaxed"], "75.00")
        self.call("PATCH", path, {"valid_until": "2026-01-31T22:59:59Z"})
        tried = self.post("/contracts?dry_run=true", body, 200)
        self.assertEqual(tried["invoices"][0]["amount_untaxed"], "100.00")
        renamed = self.call("PATCH", "/pricelists/ext:PL-1", {"name": "Resellers"})
        self.assertEqual(renamed.json()["name"], "Resellers")

    def test_a_price_is_one_thing_and_belongs_to_its_list(self):
        pricelist = self.post("/pricelists", {"name": "Partners"})
        path = f"/pricelists/{pricelist['id']}/prices"
        for body in ({}, {"fixed_price": "1", "percent": "5"}, {"fixed_price": "-1"}):
            with self.subTest(body=body):
                self.assertProblem(self.call("POST", path, body), 422, "invalid")
        price = self.post(path, {"percent": "5"})
        other = self.post("/pricelists", {"name": "Others"})
        answer = self.call(
            "PATCH", f"/pricelists/{other['id']}/prices/{price['id']}", {"percent": "6"}
        )
        self.assertProblem(answer, 404, "not_found")

    def test_tier_paths(self):
        plus = self._create_product("Plus", 200.0)
        body = {"product_from": str(self.subscription.id), "product_to": str(plus.id)}
        made = self.post("/tier-paths", body)
        self.assertEqual((made["direction"], made["active"]), ("upsell", True))
        with mute_logger("odoo.sql_db"):
            answer = self.call("POST", "/tier-paths", body)
        self.assertProblem(answer, 422, "refused")
        answer = self.call("POST", "/tier-paths", {**body, "product_to": body["product_from"]})
        self.assertProblem(answer, 422, "refused")
        closed = self.call("PATCH", f"/tier-paths/{made['id']}", {"active": False})
        self.assertEqual(closed.json()["active"], False)

    def test_a_template_is_made_and_contracts_from_it(self):
        made = self.post(
            "/templates",
            {
                "name": "Trial",
                "code": "TRIAL",
                "external_id": "T-1",
                "items": [
                    {
                        "product": str(self.subscription.id),
                        "price_unit": "30.00",
                        "trial_days": 14,
                        "external_id": "T-1-1",
                    }
                ],
            },
        )
        [item] = made["items"]
        self.assertEqual((item["price_unit"], item["external_id"]), ("30", "T-1-1"))
        template = self.env["cn285.contract.template"].browse(made["id"])
        self.assertEqual(template.company_id, self.company)
        added = self.post("/templates/ext:T-1/items", {"product": str(self.setup_fee.id)})
        path = f"/templates/ext:T-1/items/{added['id']}"
        changed = self.call("PATCH", path, {"price_unit": "200.00"})
        self.assertEqual(changed.json()["price_unit"], "200")
        listed = self.call("PATCH", path, {"price_unit": None})
        self.assertEqual(listed.json()["price_source"], "pricelist")
        contract = self.post(
            "/contracts", {"customer": str(self.customer.id), "template": "ext:T-1"}
        )
        self.assertEqual([one["trial_days"] for one in contract["items"]], [14, 0])
        tag = self.call("GET", "/templates/ext:T-1").headers["ETag"]
        self.assertEqual(self.call("DELETE", path).status_code, 204)
        self.assertEqual(len(self.get("/templates/ext:T-1")["items"]), 1)
        stale = self.call("PATCH", "/templates/ext:T-1", {"name": "x"}, If_Match=tag)
        self.assertProblem(stale, 412, "precondition_failed")
        archived = self.call("PATCH", "/templates/ext:T-1", {"active": False})
        self.assertEqual(archived.json()["active"], False)
        kept = self.get(f"/contracts/{contract['id']}/items")["data"]
        self.assertEqual(len(kept), 2, "contracts keep what they were made with")

    def test_what_templates_cannot_be(self):
        item = {"product": str(self.subscription.id)}
        for body, pointer in (
            ({"name": ""}, "/name"),
            ({"name": "x", "items": [{**item, "date_start": "2026-01-01"}]}, "/items/0/date_start"),
            ({"name": "x", "items": [{"product": "999999999"}]}, "/items/0/product"),
            ({"name": "x", "tags": ["No Such Tag"]}, "/tags/0"),
            ({"name": "x", "company_id": 1}, "/company_id"),
        ):
            with self.subTest(body=body):
                answer = self.call("POST", "/templates", body)
                [error] = self.assertProblem(answer, 422, "invalid")["errors"]
                self.assertEqual(error["pointer"], pointer)

    @mute_logger("odoo.http")
    def test_whoever_keeps_no_catalogue_changes_none(self):
        clerk = new_test_user(self.env, "api_clerk", "cn285_contract.group_contract_user")
        key = self._new_key(clerk)
        product = f"/products/{self.subscription.id}"
        for method, path, body in (
            ("POST", "/products", {"name": "x"}),
            ("PATCH", product, {"price": "1.00"}),
            ("POST", "/pricelists", {"name": "x"}),
            ("POST", "/templates", {"name": "x"}),
        ):
            with self.subTest(path=path):
                answer = self.call(method, path, body, key=key)
                self.assertProblem(answer, 403, "not_allowed")
        reading = self._new_key(self.program, {"products:read", "templates:read"})
        answer = self.call("PATCH", product, {"price": "1.00"}, key=reading)
        self.assertProblem(answer, 403, "missing_scope")
        self.assertEqual(self.subscription.list_price, 100.0)
