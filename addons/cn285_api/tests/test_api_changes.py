"""Contract changes, pauses, terminations over HTTP: what they come to, to the cent."""

from datetime import date

from freezegun import freeze_time
from odoo.tests import new_test_user, tagged

from .common import ApiCase


@tagged("post_install", "-at_install")
@freeze_time("2026-02-20 10:00:00")
class TestApiChanges(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._create_contract()
        cls.item = cls.contract.item_ids
        cls._bill(date(2026, 2, 20))

    def _change(self, **values):
        return {
            "contract": str(self.contract.id),
            "item": str(self.item.id),
            "type": "quantity",
            "date_effective": "2026-02-15",
            "values": {"quantity": "2"},
            **values,
        }

    def test_types_say_what_they_take(self):
        types = {one["type"]: one for one in self.get("/contract-change-types")["data"]}
        quantity = types["quantity"]
        self.assertEqual((quantity["name"], quantity["on"]), ("Quantity", "item"))
        self.assertEqual(
            quantity["values"]["quantity"],
            {"kind": "number", "required": True, "model": None, "choices": []},
        )
        self.assertEqual(types["add_item"]["values"]["product_id"]["model"], "product.product")

    def test_a_dry_run_says_what_it_comes_to_and_writes_nothing(self):
        changes = self.env["cn285.contract.change"].search_count([])
        preview = self.post("/contract-changes?dry_run=true", self._change(), 200)
        # 14 of February's 28 days at twice the quantity: 100.00 more a month.
        self.assertEqual((preview["amount"], preview["amount_with_tax"]), ("50.00", "60.00"))
        self.assertEqual((preview["mrr_before"], preview["mrr_after"]), ("100.00", "200.00"))
        self.assertFalse(preview["needs_approval"])
        self.assertEqual(self.env["cn285.contract.change"].search_count([]), changes)
        self.assertEqual(self.item.quantity, 1)

    def test_a_change_takes_effect_is_read_and_logged(self):
        made = self.post("/contract-changes", self._change())
        self.assertEqual(
            (made["state"], made["origin"], made["values"]), ("applied", "api", {"quantity": 2.0})
        )
        self.assertEqual(self.item.quantity, 2)
        self.assertEqual(self.get(f"/contract-changes/{made['id']}"), made)
        listed = self.get(f"/contract-changes?contract={self.contract.id}&state=applied")
        self.assertEqual([one["id"] for one in listed["data"]], [made["id"]])

    def test_one_to_come_is_moved_and_given_up(self):
        made = self.post("/contract-changes", self._change(date_effective="2026-04-01"))
        self.assertEqual(made["state"], "scheduled")
        path = f"/contract-changes/{made['id']}"
        moved = self.post(f"{path}/reschedule", {"date_effective": "2026-05-01"}, 200)
        self.assertEqual(moved["date_effective"], "2026-05-01")
        self.assertEqual(self.post(f"{path}/cancel", None, 200)["state"], "cancelled")
        self.assertProblem(self.call("POST", f"{path}/cancel"), 409, "wrong_state")
        self.assertProblem(self.call("POST", f"{path}/approve"), 409, "wrong_state")

    def test_values_of_changes_are_checked(self):
        other = self._create_contract()
        cases = [
            ({"type": "colour"}, "/type", "not_a_choice"),
            ({"item": None}, "/item", "missing"),
            ({"item": str(other.item_ids.id)}, "/item", "unknown_reference"),
            ({"values": {"quantity": 2}}, "/values/quantity", "bad_value"),
            ({"values": {"quantity": "two"}}, "/values/quantity", "bad_value"),
            ({"values": {"colour": "red"}}, "/values/colour", "unknown_field"),
            (
                {"type": "upsell", "values": {"product_id": "999999999"}},
                "/values/product_id",
                "unknown_reference",
            ),
            ({"type": "upsell", "values": {"product_id": 5}}, "/values/product_id", "bad_value"),
        ]
        for values, pointer, code in cases:
            with self.subTest(values=values):
                answer = self.call("POST", "/contract-changes", self._change(**values))
                [error] = self.assertProblem(answer, 422, "invalid")["errors"]
                self.assertEqual((error["pointer"], error["code"]), (pointer, code))
        answer = self.call("POST", "/contract-changes", self._change(values={}))
        self.assertIn("missing", self.assertProblem(answer, 422, "refused")["detail"])

    def test_an_item_is_added_by_references(self):
        made = self.post(
            "/contract-changes",
            {
                "contract": str(self.contract.id),
                "type": "add_item",
                "date_effective": "2026-03-01",
                "values": {
                    "product_id": str(self.subscription.id),
                    "price_unit": "30.00",
                    "recurring_unit": "month",
                },
            },
        )
        self.assertEqual(
            (made["state"], made["values"]["product_id"]), ("scheduled", self.subscription.id)
        )

    def test_first_allowed_date(self):
        template = self.env["cn285.contract.template"].create(
            {
                "name": "Strict",
                "downgrade_when_committed": "never",
                "upgrade_when_committed": "next_billing",
            }
        )
        self.contract.template_id = template
        self.contract._write_inside({"commitment_end": date(2026, 12, 31)})
        path = f"/contracts/{self.contract.id}/first-allowed-date?type=quantity&item={self.item.id}"
        self.assertEqual(self.get(f"{path}&quantity=2")["date"], "2026-03-01")
        self.assertEqual(self.get(f"{path}&quantity=0.5")["date"], None)
        body = self._change(values={"quantity": "0.5"})
        del body["date_effective"]
        answer = self.call("POST", "/contract-changes", body)
        [error] = self.assertProblem(answer, 422, "invalid")["errors"]
        self.assertEqual(error["pointer"], "/type")

    def test_approval_by_somebody_else(self):
        template = self.env["cn285.contract.template"].create(
            {"name": "Asked", "approval_ids": [(0, 0, {"type": "quantity"})]}
        )
        self.contract.template_id = template
        made = self.post("/contract-changes", self._change(date_effective="2026-04-01"))
        self.assertEqual(made["state"], "to_approve")
        path = f"/contract-changes/{made['id']}"
        self.assertProblem(self.call("POST", f"{path}/approve"), 422, "refused")
        boss = new_test_user(self.env, "api_boss", "cn285_contract.group_billing_manager")
        approved = self.post(f"{path}/approve", None, 200, key=self._new_key(boss))
        self.assertEqual(approved["state"], "scheduled")

    def test_a_pause(self):
        body = {"date_effective": "2026-03-01", "until": "2026-03-31"}
        path = f"/contracts/{self.contract.id}/pauses"
        preview = self.post(f"{path}?dry_run=true", body, 200)
        self.assertEqual(preview["date"], "2026-03-01")
        self.assertEqual(self.post(path, body)["state"], "scheduled")
        self.assertProblem(self.call("POST", path, body), 422, "refused")


@tagged("post_install", "-at_install")
@freeze_time("2026-02-20 10:00:00")
class TestApiEndings(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.cn285_end_day = "billed"
        cls.contract = cls._create_contract(
            [{"recurring_unit": "year", "price_unit": 365.0}],
            notice_length=1,
            notice_unit="month",
        )
        cls._bill(date(2026, 2, 20))

    def test_the_earliest_day_and_what_is_refunded(self):
        quote = self.get(f"/contracts/{self.contract.id}/termination-quote")
        self.assertEqual((quote["currency"], quote["allowed"]), ("EUR", True))
        self.assertEqual(quote["contract"]["id"], self.contract.id)
        same = self.contract.termination_quote()
        self.assertEqual(quote["earliest_date"], same["earliest_date"])
        # 365.00 for the year's 365 days: a day costs 1.00.
        left = date(2026, 12, 31) - date.fromisoformat(quote["last_day"])
        self.assertEqual(quote["refund_untaxed"], f"{left.days}.00")
        self.assertEqual(quote["refund_tax"], f"{left.days * 0.2:.2f}")
        self.assertEqual(quote["refund_lines"][0]["amount"], quote["refund_untaxed"])

    def test_a_termination_is_tried_and_made(self):
        body = {"contract": str(self.contract.id)}
        quote = self.post("/terminations?dry_run=true", body, 200)
        self.assertFalse(self.contract.change_ids)
        made = self.post("/terminations", body)
        self.assertEqual(
            (made["type"], made["date_effective"]), ("terminate", quote["date_effective"])
        )
        self.assertProblem(self.call("POST", "/terminations", body), 422, "refused")
        self.assertProblem(self.call("POST", "/terminations?dry_run=true", body), 422, "refused")

    def test_what_does_not_run_does_not_end(self):
        draft = self._create_contract(confirm=False)
        answer = self.call("GET", f"/contracts/{draft.id}/termination-quote")
        self.assertProblem(answer, 409, "wrong_state")
        self.assertProblem(
            self.call("POST", "/terminations", {"contract": str(draft.id)}), 409, "wrong_state"
        )

    def test_renewal(self):
        contract = self._create_contract(term_length=1, term_unit="year", renewal_mode="tacit")
        renewal = self.get(f"/contracts/{contract.id}/renewal")
        self.assertEqual((renewal["term_end"], renewal["renews"]), ("2026-12-31", True))
        made = self.post(f"/contracts/{contract.id}/renewal/refuse", {})
        self.assertEqual((made["type"], made["date_effective"]), ("terminate", "2026-12-31"))
        answer = self.call(
            "POST", f"/contracts/{contract.id}/renewal/refuse", {"date": "2026-12-01"}
        )
        self.assertProblem(answer, 422, "invalid")

    def test_withdrawal(self):
        answer = self.call("POST", f"/contracts/{self.contract.id}/withdrawals", {})
        self.assertProblem(answer, 422, "refused")
