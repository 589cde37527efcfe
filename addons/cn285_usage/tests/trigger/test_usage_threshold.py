from datetime import date

from freezegun import freeze_time
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .usage_trigger_case import TriggerCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-02 10:00:00")
class TestUsageThreshold(TriggerCase):
    """Invoices as soon as a running total reaches a threshold; the rest with its period."""

    ONCE = {"usage_billing": "threshold", "usage_threshold": 200}
    EACH = {**ONCE, "usage_threshold_repeat": "each"}

    # === ONCE A PERIOD === #

    def test_worked_example(self):
        """Threshold 200, fee 31, a million units at 0.0002 on the 5th and again on the 15th."""
        contract = self._trigger_contract(self.ONCE)
        self.env["cn285.contract.item"].create(
            {
                "contract_id": contract.id,
                "date_start": date(2026, 1, 1),
                "product_id": self.subscription.id,
                "price_unit": 31.0,
                "timing": "arrears",
            }
        )
        first = self._use_on(contract, 1_000_000, "2026-01-05")
        self.assertInvoices(first, "200.00")
        self.assertEqual(first.invoice_date, date(2026, 1, 5))
        self.assertEqual(self._lines(first), [(1000000.0, 0.0002, "200.00")])
        self.assertInvoices(self._use_on(contract, 1_000_000, "2026-01-15"))
        run = self._bill_on("2026-02-01")
        self.assertInvoices(run.invoice_ids, "231.00")
        self.assertBilled(contract, "431.00")

    def test_looked_at_late_it_makes_the_same_invoices(self):
        contract = self._trigger_contract(self.ONCE)
        with freeze_time("2026-01-20 12:00:00"):
            self._use(contract, 1_000_000, "2026-01-15")
            self._use(contract, 1_000_000, "2026-01-05")
            moves = self._look()
        self.assertInvoices(moves, "200.00")
        self.assertEqual(moves.cn285_schedule_ids.period_end, date(2026, 1, 5))
        self.assertInvoices(self._bill_on("2026-02-01").invoice_ids, "200.00")

    def test_below_the_threshold_nothing_is_triggered(self):
        contract = self._trigger_contract(self.ONCE)
        self.assertInvoices(self._use_on(contract, 999_000, "2026-01-05"))
        self.assertInvoices(self._use_on(contract, 1_000, "2026-01-06"), "200.00")
        self.assertInvoices(self._use_on(contract, 5_000_000, "2026-01-07"))
        self.assertInvoices(self._use_on(contract, 1_000_000, "2026-02-03"), "200.00")

    def test_a_due_period_is_billed_as_a_whole(self):
        contract = self._trigger_contract(self.ONCE)
        with freeze_time("2026-02-01 10:00:00"):
            self._use(contract, 2_000_000)
        self.assertInvoices(self._bill_on("2026-02-01").invoice_ids, "400.00")

    def test_quantity_and_tiers(self):
        contract = self._trigger_contract(
            {
                "usage_billing": "threshold",
                "usage_threshold": 15,
                "usage_threshold_measure": "quantity",
            },
            {"charge_model": "graduated", "tier_ids": self.TIERS},
        )
        self.assertInvoices(self._use_on(contract, 14, "2026-01-05"))
        # 10 × 10 + 2, and 5 × 5 + 3
        self.assertInvoices(self._use_on(contract, 1, "2026-01-06"), "130.00")
        with freeze_time("2026-01-07 12:00:00"):
            self._use(contract, 6, "2026-01-07")
        move = self._bill_on("2026-02-01").invoice_ids
        self.assertInvoices(move, "33.00")
        self.assertBilled(contract, "163.00")

    def test_minimum_is_owed_at_the_end_only(self):
        contract = self._trigger_contract(self.ONCE, {"minimum_amount": 500})
        self.assertInvoices(self._use_on(contract, 1, "2026-01-05"))
        self.assertInvoices(self._use_on(contract, 1_500_000, "2026-01-06"), "300.00")
        self.assertInvoices(self._bill_on("2026-02-01").invoice_ids, "200.00")

    # === WHAT COMES LATER === #

    def test_usage_taken_back_is_credited_at_the_end(self):
        contract = self._trigger_contract(self.ONCE)
        with freeze_time("2026-01-05 12:00:00"):
            transaction = self._use(contract, 900_000, "2026-01-05")
            self._use(contract, 300_000, "2026-01-05")
            self.assertInvoices(self._look(), "240.00")
        self._use_on(contract, 0, "2026-01-06", kind="reversal", origin=transaction)
        # Above the threshold again: it is billed once a period all the same.
        self.assertInvoices(self._use_on(contract, 800_000, "2026-01-07"))
        self.assertInvoices(self._bill_on("2026-02-01").invoice_ids, "-20.00")
        self.assertBilled(contract, "220.00")

    def test_late_usage_after_the_rest(self):
        contract = self._trigger_contract(self.ONCE)
        self._use_on(contract, 1_000_000, "2026-01-05")
        self.assertInvoices(self._bill_on("2026-02-01").invoice_ids)
        with freeze_time("2026-02-02 10:00:00"):
            self._use(contract, 500_000)
        self.assertInvoices(self._bill_on("2026-02-02").invoice_ids, "100.00")
        self.assertBilled(contract, "300.00")

    def test_cancelled_invoice_is_owed_again(self):
        contract = self._trigger_contract(self.ONCE)
        move = self._use_on(contract, 1_000_000, "2026-01-05")
        move.button_draft()
        move.button_cancel()
        with freeze_time("2026-01-06 12:00:00"):
            self.assertInvoices(self._look(everything=True), "200.00")
        self.assertBilled(contract, "200.00")

    def test_cancelled_after_the_rest_it_is_a_difference(self):
        contract = self._trigger_contract(self.ONCE)
        move = self._use_on(contract, 1_500_000, "2026-01-05")
        self._bill_on("2026-02-01")
        with freeze_time("2026-02-02 10:00:00"):
            move.button_draft()
            move.button_cancel()
        self.assertInvoices(self._bill_on("2026-02-02").invoice_ids, "300.00")
        self.assertBilled(contract, "300.00")

    # === AT EACH MULTIPLE === #

    def test_each_multiple_of_the_amount(self):
        contract = self._trigger_contract(self.EACH)
        self.assertInvoices(self._use_on(contract, 3_250_000, "2026-01-05"), "600.00")
        self.assertInvoices(self._use_on(contract, 740_000, "2026-01-06"))
        self.assertInvoices(self._use_on(contract, 10_000, "2026-01-07"), "200.00")
        with freeze_time("2026-01-08 12:00:00"):
            self._use(contract, 50_000, "2026-01-08")
        self.assertInvoices(self._bill_on("2026-02-01").invoice_ids, "10.00")
        self.assertBilled(contract, "810.00")

    def test_fixed_amount_a_step(self):
        contract = self._trigger_contract(
            {
                **self.EACH,
                "usage_threshold": 1000,
                "usage_threshold_measure": "quantity",
                "usage_threshold_step": 30,
            },
            {"price_unit": 0.05},
        )
        [move] = self._use_on(contract, 2_500, "2026-01-05")
        self.assertInvoices(move, "60.00")
        self.assertIn("2 steps", move.invoice_line_ids.name)
        # Steps go on from period to period only where the item says so.
        self.assertInvoices(self._bill_on("2026-02-01").invoice_ids, "65.00")
        self.assertInvoices(self._use_on(contract, 600, "2026-02-05"))
        self.assertInvoices(self._bill_on("2026-03-01").invoice_ids, "30.00")
        self.assertBilled(contract, "155.00")

    def test_steps_over_the_whole_term(self):
        contract = self._trigger_contract(
            {
                **self.EACH,
                "usage_threshold": 1000,
                "usage_threshold_measure": "quantity",
                "usage_threshold_step": 30,
                "usage_threshold_span": "term",
            },
            {"price_unit": 0.05},
        )
        self.assertInvoices(self._use_on(contract, 1_500, "2026-01-05"), "30.00")
        self.assertInvoices(self._bill_on("2026-02-01").invoice_ids, "45.00")
        self.assertInvoices(self._use_on(contract, 499, "2026-02-05"))
        self.assertInvoices(self._use_on(contract, 1, "2026-02-06"), "30.00")
        self.assertInvoices(self._bill_on("2026-03-01").invoice_ids, "-5.00")
        self.assertBilled(contract, "100.00")

    # === TERMS === #

    def test_terms_that_make_no_threshold_are_refused(self):
        for terms in (
            {"usage_threshold": 0},
            {"usage_threshold": -1},
            {**self.EACH, "usage_threshold_step": -1},
            {**self.EACH, "usage_threshold_measure": "quantity"},
        ):
            with self.subTest(terms), self.assertRaisesRegex(ValidationError, "API"):
                self._trigger_contract({"usage_billing": "threshold", **terms})

    def test_template_hands_the_terms_on(self):
        template = self.env["cn285.contract.template"].create(
            {
                "name": "Prepaid by steps",
                "item_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.subscription.id,
                            "billing_type": "usage",
                            "timing": "arrears",
                            **self.EACH,
                        },
                    ),
                    (
                        0,
                        0,
                        {
                            "product_id": self.subscription.id,
                            "billing_type": "usage",
                            "timing": "arrears",
                            "usage_billing": "complete",
                            "usage_metric_ids": [(6, 0, self.calls.ids)],
                        },
                    ),
                ],
            }
        )
        contract = self.env["cn285.contract"].create(
            {"partner_id": self.customer.id, "template_id": template.id}
        )
        item, complete = contract.item_ids.sorted("id")
        self.assertEqual(
            (item.usage_billing, item.usage_threshold, item.usage_threshold_repeat),
            ("threshold", 200, "each"),
        )
        self.assertEqual(complete.usage_metric_ids, self.calls)
