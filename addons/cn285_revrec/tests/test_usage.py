from datetime import date
from decimal import Decimal
from unittest.mock import patch

from freezegun import freeze_time
from odoo.tests import tagged

from .common import RevrecCase


@tagged("post_install", "-at_install")
@freeze_time("2026-02-03 10:00:00")
class TestUsage(RevrecCase):
    """Usage is recognised as it was consumed; where cn285_usage is not installed, nothing waits."""

    def setUp(self):
        super().setUp()
        self.has_usage = "cn285.usage.metric" in self.env
        self.subscription.cn285_revrec_rule_id = self.usage_rule
        values = {"billing_type": "usage", "timing": "arrears", "price_unit": 0}
        if self.has_usage:
            metric = self.env["cn285.usage.metric"].create(
                {"name": "Calls", "code": "calls", "unit": "call", "aggregation": "sum"}
            )
            values["calculator_ids"] = [
                (
                    0,
                    0,
                    {
                        "name": "Calls",
                        "charge_model": "per_unit",
                        "metric_id": metric.id,
                        "price_unit": 0.5,
                    },
                )
            ]
        self.values = values

    def _use(self, contract, quantity, day):
        report = self.env["cn285.usage.event"].ingest(
            [
                {
                    "source": "test",
                    "transaction_id": f"{contract.id}-{day}",
                    "item_id": contract.item_ids.id,
                    "metric": "calls",
                    "occurred_at": f"{day} 12:00:00",
                    "quantity": quantity,
                }
            ]
        )
        self.assertFalse(report["refused"])

    def test_usage_of_the_month_is_accrued_before_its_bill(self):
        contract = self._create_contract([self.values], date_start="2026-01-01")
        if not self.has_usage:
            rows = contract.schedule_ids
            self.assertEqual(rows._cn285_usage_amounts(date(2026, 1, 31)), {})
            self.assertFalse(self._run("2026-01").move_ids)
            return
        self._use(contract, 100, "2026-01-20")
        self._run("2026-01")
        self.assertEqual(self._balance("706", "2026-01-31"), "-50.00")
        self.assertEqual(self._balance("4181", "2026-01-31"), "60.00")
        self.assertTiesOut("2026-01-31")
        row = contract.schedule_ids.sorted("period_start")[0]
        self.assertEqual(row.state, "waiting", "the billing rates it, not the recognition")
        self._bill("2026-02-01")
        self.assertMoney(contract.invoice_ids.amount_untaxed, "50.00")
        self._run("2026-02")
        self.assertEqual(self._balance("706", "2026-02-28", "2026-02-01"), "0.00")
        self.assertEqual(self._balance("4181", "2026-02-28"), "0.00")
        self.assertTiesOut("2026-02-28")

    def test_accrued_usage_that_comes_to_nothing(self):
        """It was taken back before its bill: no invoice is made, and nothing stays accrued."""
        values = {**self.values, "usage_billing": "complete"} if self.has_usage else self.values
        contract = self._create_contract([values], date_start="2026-01-01")
        if not self.has_usage:
            self.assertFalse(contract.invoice_ids)
            return
        self._use(contract, 100, "2026-01-20")
        self._run("2026-01")
        self.assertEqual(self._balance("706", "2026-01-31"), "-50.00")
        self._use(contract, -100, "2026-01-21")
        self._bill("2026-02-01")
        self.assertFalse(contract.invoice_ids)
        self.assertEqual(
            contract.schedule_ids.sorted("period_start")[0].state, "nothing_to_invoice"
        )
        self._run("2026-02")
        self.assertEqual(self._balance("706", "2026-02-28"), "0.00")
        self.assertTiesOut("2026-02-28")

    def test_usage_of_a_quarter_by_what_was_consumed(self):
        """A quarter from November: each month what it consumed, not a third."""
        self.values["recurring_unit"] = "quarter"
        contract = self._create_contract([self.values], date_start="2025-11-01")
        if not self.has_usage:
            self.assertFalse(contract.schedule_ids[:1]._cn285_usage_weights())
            return
        for quantity, day in ((200, "2025-11-10"), (20, "2025-12-10"), (40, "2026-01-10")):
            self._use(contract, quantity, day)
        self._bill("2026-02-01")
        self._run("2026-02")
        schedule = self.env["cn285.revrec.schedule"].search(
            [("move_id", "=", contract.invoice_ids.id)]
        )
        self.assertEqual(
            self._months(schedule), ["2025-11 100.00", "2025-12 10.00", "2026-01 20.00"]
        )
        self.assertEqual(sum(Decimal(m.split()[1]) for m in self._months(schedule)), 130)
        self.assertTiesOut("2026-02-28")

    def test_usage_is_estimated_in_parts(self):
        """So that memory is bounded: each contract's comes to the same as in one go."""
        contracts = [self._create_contract([self.values], date_start="2026-01-01") for _ in "123"]
        if not self.has_usage:
            self.assertFalse(contracts[0].schedule_ids._cn285_usage_amounts(date(2026, 1, 31)))
            return
        for number, contract in enumerate(contracts):
            self._use(contract, 100 + number, "2026-01-20")
        module = "odoo.addons.cn285_revrec.models.billing_schedule"
        usual, parts = self.env.registry["cn285.billing.schedule"]._cn285_usage_amounts, []

        def amounts_of(rows, until, left=True):
            parts.append(len(rows))
            return usual(rows, until, left)

        with (
            patch(f"{module}.BillingSchedule._cn285_usage_amounts", amounts_of),
            patch(f"{module}.ESTIMATED_TOGETHER", 2),
        ):
            self._run("2026-01")
        self.assertEqual(parts, [2, 1])
        rows = [contract.schedule_ids.sorted("period_start")[0] for contract in contracts]
        self.assertEqual(
            [f"{row.cn285_usage_estimate:.2f}" for row in rows], ["50.00", "50.50", "51.00"]
        )
        self.assertEqual(self._balance("706", "2026-01-31"), "-151.50")
        self.assertTiesOut("2026-01-31")

    def test_usage_in_the_middle_of_its_period(self):
        """The period runs to 14 February: what was consumed until 31 January is accrued."""
        contract = self._create_contract([self.values], date_start="2026-01-15")
        if not self.has_usage:
            self.assertFalse(self._run("2026-01").position_ids)
            return
        self._use(contract, 60, "2026-01-20")
        self._use(contract, 30, "2026-02-02")
        self._run("2026-01")
        self.assertEqual(self._balance("706", "2026-01-31"), "-30.00")
        self._run("2026-02")
        self.assertEqual(self._balance("706", "2026-02-28"), "-45.00")
        self.assertTiesOut("2026-02-28")
