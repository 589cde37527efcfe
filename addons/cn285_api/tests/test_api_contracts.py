"""Contracts over HTTP: made, read, changed while drafts, confirmed; what they bill, to the cent."""

from odoo.tests import tagged

from .common import ApiCase


@tagged("post_install", "-at_install")
class TestApiContracts(ApiCase):
    def _body(self, **values):
        return {
            "customer": str(self.customer.id),
            "date_start": "2026-01-01",
            "items": [{"product": str(self.subscription.id), "price_unit": "100.00"}],
            **values,
        }

    def test_a_contract_is_made_read_and_billed_ahead(self):
        made = self.post(
            "/contracts",
            self._body(external_id="CTR/1 é", client_ref="PO 7", confirm=True),
        )
        self.assertEqual((made["state"], made["external_id"]), ("active", "CTR/1 é"))
        [item] = made["items"]
        self.assertEqual(
            (item["price_unit"], item["quantity"], item["state"]), ("100", "1", "active")
        )
        number = made["id"]
        self.assertEqual(self.get(f"/contracts/{number}")["customer"]["id"], self.customer.id)
        [found] = self.get("/contracts?external_id=CTR%2F1%20%C3%A9")["data"]
        self.assertEqual(found["id"], number)
        [first, second] = self.get(f"/contracts/{number}/preview-invoices?count=2")["data"]
        self.assertEqual(
            (first["date"], first["amount_untaxed"], first["amount_tax"], first["amount_total"]),
            ("2026-01-01", "100.00", "20.00", "120.00"),
        )
        self.assertEqual(second["lines"][0]["period_end"], "2026-02-28")
        rows = self.get(f"/contracts/{number}/schedule?limit=2")
        self.assertEqual([row["amount"] for row in rows["data"]], ["100.00", "100.00"])
        self.assertTrue(rows["has_more"])

    def test_the_external_id_is_that_of_the_import(self):
        loader = self.env["cn285.import.loader"]
        loader._load_file("partners", "id,name\nC 1,Loaded\n")
        made = self.post("/contracts", self._body(customer="ext:C 1", external_id="K1"))
        self.assertEqual(made["customer"]["external_id"], "C 1")
        report = loader._load_file("contracts", "id,partner,client_ref\nK1,C 1,changed\n")
        self.assertFalse(report.errors)
        self.assertEqual(self.get("/contracts/ext:K1")["client_ref"], "changed")
        answer = self.call("POST", "/contracts", self._body(external_id="K1"))
        self.assertProblem(answer, 409, "external_id_taken")

    def test_from_a_template(self):
        template = self.env["cn285.contract.template"].create(
            {
                "name": "Basic",
                "code": "BASIC",
                "invoice_separately": True,
                "item_ids": [(0, 0, {"product_id": self.subscription.id, "trial_days": 14})],
            }
        )
        made = self.post(
            "/contracts",
            {"customer": str(self.customer.id), "template": str(template.id)},
        )
        self.assertEqual((made["state"], made["invoice_separately"]), ("draft", True))
        self.assertEqual([item["trial_days"] for item in made["items"]], [14])
        self.assertEqual(made["items"][0]["price_unit"], None)
        [shown] = self.get("/templates?code=BASIC")["data"]
        self.assertEqual(shown["items"][0]["product"]["id"], self.subscription.id)

    def test_a_dry_run_leaves_nothing(self):
        contracts = self.env["cn285.contract"].search_count([])
        answer = self.post("/contracts?dry_run=true", self._body(confirm=True), 200)
        self.assertEqual(answer["contract"]["state"], "active")
        self.assertEqual(answer["invoices"][0]["amount_total"], "120.00")
        self.assertEqual(self.env["cn285.contract"].search_count([]), contracts)

    def test_a_draft_is_changed_and_confirmed_by_who_read_it_last(self):
        made = self.post("/contracts", self._body())
        path = f"/contracts/{made['id']}"
        read = self.call("GET", path)
        tag = read.headers["ETag"]
        self.assertEqual(self.call("GET", path, If_None_Match=tag).status_code, 304)
        changed = self.call("PATCH", path, {"client_ref": "A"}, If_Match=tag)
        self.assertEqual(changed.json()["client_ref"], "A")
        stale = self.call("PATCH", path, {"client_ref": "B"}, If_Match=tag)
        self.assertProblem(stale, 412, "precondition_failed")
        again = self.call("PATCH", path, {"client_ref": None}, If_Match=changed.headers["ETag"])
        self.assertEqual(again.json()["client_ref"], None)
        self.assertProblem(self.call("PATCH", path, {}, If_Match="x"), 400, "bad_header")
        self.assertEqual(self.post(f"{path}/confirm", None, 200)["state"], "active")
        self.assertProblem(self.call("POST", f"{path}/confirm"), 409, "wrong_state")
        self.assertProblem(self.call("PATCH", path, {"client_ref": "C"}), 409, "wrong_state")
        self.assertEqual(self.post(f"{path}/cancel", None, 200)["state"], "cancelled")

    def test_what_business_refuses_is_told_in_words(self):
        answer = self.call("POST", "/contracts", self._body(date_end="2025-01-01"))
        problem = self.assertProblem(answer, 422, "refused")
        self.assertIn("before the start date", problem["detail"])
        draft = self.post("/contracts", {"customer": str(self.customer.id)})
        answer = self.call("POST", f"/contracts/{draft['id']}/confirm")
        self.assertIn("no items", self.assertProblem(answer, 422, "refused")["detail"])

    def test_pages_follow_one_another(self):
        made = [self._create_contract(confirm=False).id for _count in range(5)]
        seen, cursor = [], ""
        for _page in range(10):
            got = self.get(f"/contracts?limit=2&customer={self.customer.id}{cursor}")
            seen += [one["id"] for one in got["data"]]
            if not got["has_more"]:
                break
            cursor = f"&cursor={got['next_cursor']}"
        self.assertEqual(seen, made)
        for cursor in ("x", "WzFd0", "bnVsbA", "WzEsIngiXQ", "Wy0xXQ"):
            self.assertProblem(self.call("GET", f"/contracts?cursor={cursor}"), 400, "bad_cursor")

    def test_what_changed_since(self):
        contracts = [self._create_contract(confirm=False) for _count in range(3)]
        self.env.flush_all()
        for number, contract in enumerate(contracts):
            self.env.cr.execute(
                "UPDATE cn285_contract SET write_date = %s WHERE id = %s",
                (f"2040-01-0{3 - number} 10:00:00.123456", contract.id),
            )
        self.env.invalidate_all()
        path = "/contracts?updated_since=2040-01-01T10:00:00Z&limit=2"
        first = self.get(path)
        second = self.get(f"{path}&cursor={first['next_cursor']}")
        self.assertEqual(
            [one["id"] for one in first["data"] + second["data"]],
            [contracts[2].id, contracts[1].id, contracts[0].id],
        )
        self.assertFalse(second["has_more"])
        self.assertProblem(
            self.call("GET", "/contracts?updated_since=2040-01-01T10:00:00"), 422, "invalid"
        )
