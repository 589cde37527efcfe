"""What is billed ahead, what usage would cost, and that a run is over: told to programs."""

from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_usage.tests.rating.test_usage_rating import UsageCase
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged

from .common import ApiCase


@tagged("post_install", "-at_install")
@freeze_time("2026-02-20 10:00:00")
class TestApiAhead(ApiCase):
    def test_the_next_periods_are_billed_once(self):
        contract = self._create_contract()
        self._bill(date(2026, 2, 20))
        path = f"/contracts/{contract.id}/bill-upcoming"
        before = len(contract.invoice_ids)
        tried = self.post(f"{path}?dry_run=true", {"periods": 2}, 200)
        self.assertEqual([one["amount_total"] for one in tried["data"]], ["240.00"])
        self.assertEqual(len(contract.invoice_ids), before)
        with trap_jobs():
            made = self.post(path, {"periods": 2}, Idempotency_Key="ahead-1")
            again = self.post(path, {"periods": 2}, Idempotency_Key="ahead-1")
        self.assertEqual(again, made)
        [invoice] = made["data"]
        self.assertEqual(
            (invoice["amount_untaxed"], invoice["date"], invoice["state"]),
            ("200.00", "2026-02-20", "posted"),
        )
        self.assertEqual(len(contract.invoice_ids), before + 1)
        with trap_jobs():
            until = self.post(path, {"until": "2026-05-01"})
        self.assertEqual(until["data"][0]["amount_untaxed"], "100.00")

    def test_what_is_not_billed_ahead(self):
        contract = self._create_contract([{"trial_days": 60}])
        path = f"/contracts/{contract.id}/bill-upcoming"
        for body in ({}, {"periods": 0}, {"periods": 61}, {"periods": 1, "until": "2026-05-01"}):
            with self.subTest(body=body):
                self.assertProblem(self.call("POST", path, body), 422, "invalid")
        answer = self.call("POST", path, {"periods": 1})
        self.assertIn("trial", self.assertProblem(answer, 422, "refused")["detail"])
        draft = self._create_contract(confirm=False)
        answer = self.call("POST", f"/contracts/{draft.id}/bill-upcoming", {"periods": 1})
        self.assertProblem(answer, 409, "wrong_state")

    def test_a_run_that_is_over_is_told_of(self):
        self.env["cn285.webhook.endpoint"].create(
            {"name": "Shop", "url": "https://shop.example/hook"}
        )
        contract = self._create_contract()
        run = self._bill(date(2026, 2, 20))
        with trap_jobs():
            self.env["cn285.webhook.event"]._complete()
        [event] = self.env["cn285.webhook.event"].search(
            [("res_model", "=", run._name), ("res_id", "=", run.id)]
        )
        self.assertEqual(event.type, "billing_run.finished")
        told = event.payload["data"]["object"]
        self.assertEqual((told["state"], told["invoices"]), ("done", len(contract.invoice_ids)))
        with self.env.cr.savepoint() as savepoint:
            self._create_contract(date_start=date(2026, 2, 1))
            self._bill(date(2026, 2, 20))
            savepoint.rollback()
        self.assertEqual(
            self.env["cn285.webhook.event"].search_count([("res_model", "=", run._name)]), 1
        )


@tagged("post_install", "-at_install")
@freeze_time("2026-02-20 10:00:00")
class TestApiSimulation(ApiCase, UsageCase):
    def _simulated(self, calculator, **usage):
        contract = self._usage_contract(calculator)
        reference = str(contract.item_ids.calculator_ids.id)
        before = self.env["cn285.usage.event"].search_count([])
        answer = self.post("/usage/simulations", {"calculator": reference, **usage}, 200)
        self.assertEqual(self.env["cn285.usage.event"].search_count([]), before)
        return answer

    def test_a_quantity_by_tiers(self):
        tiers = {"charge_model": "graduated", "tier_ids": self.TIERS}
        answer = self._simulated(tiers, quantity="21")
        # 10 × 10 + 2, 10 × 5 + 3, 1 × 5 + 3
        self.assertEqual((answer["amount"], answer["currency"]), ("163.00", "EUR"))
        self.assertEqual([one["amount"] for one in answer["lines"]], ["102.00", "53.00", "8.00"])

    def test_events_are_measured_first(self):
        self.calls.filter_text = "country = FR"
        events = [
            {"quantity": "3", "properties": {"country": "FR"}},
            {"quantity": "4.5", "properties": {"country": "FR"}},
            {"quantity": "100", "properties": {"country": "BE"}},
        ]
        answer = self._simulated({"price_unit": 0.5, "allowance_units": 1.5}, events=events)
        # 7.5 units, 1.5 of them included, at 0.50
        self.assertEqual((answer["quantity"], answer["amount"]), ("7.5", "3.00"))

    def test_a_percentage_of_events(self):
        figures = {"charge_model": "percentage", "percent": 2.0}
        answer = self._simulated(figures, amounts=["100.00", "50.00"])
        self.assertEqual(answer["amount"], "3.00")

    def test_what_cannot_be_simulated(self):
        calculator = self._usage_contract({"price_unit": 0.5}).item_ids.calculator_ids
        reference = str(calculator.id)
        for usage in (
            {},
            {"quantity": "1", "amounts": []},
            {"quantity": 1},
            {"values": {"a": "1"}},
        ):
            with self.subTest(usage=usage):
                answer = self.call("POST", "/usage/simulations", {"calculator": reference, **usage})
                self.assertProblem(answer, 422, "invalid")
        self.calls.aggregation = "weighted_sum"
        events = [{"quantity": "1", "occurred_at": "2026-02-01T00:00:00Z"}]
        answer = self.call(
            "POST", "/usage/simulations", {"calculator": reference, "events": events}
        )
        self.assertProblem(answer, 422, "refused")
