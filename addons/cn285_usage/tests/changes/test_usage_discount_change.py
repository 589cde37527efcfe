"""Discounts of usage that change: what was used before keeps the discount of its days."""

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import ValidationError
from odoo.tests import new_test_user, tagged

from ..rating.test_usage_rating import UsageCase
from ..trigger.usage_trigger_case import TriggerCase


class HistoryCase(UsageCase):
    """What a billing manager does to contracts of usage, day by day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "usage-history",
            "cn285_contract.group_billing_manager",
        )
        cls.env.company.tax_calculation_rounding_method = "round_globally"

    def _on(self, day):
        return freeze_time(f"{day} 10:00:00")

    def _bill_on(self, day, contract):
        """Bill the contract as the manager on a day; what its invoices come to, without taxes."""
        with self._on(day):
            return self._bill_now(contract)

    def _bill_now(self, contract):
        today = self.company._cn285_today()
        runs = self.env["cn285.billing.run"].with_user(self.manager)
        run = runs.create({"date": today, "contract_ids": [(6, 0, contract.ids)]})
        with trap_jobs():
            run.action_run()
        self.assertFalse(run.issue_ids, run.issue_ids.mapped("reason"))
        return self._cents(sum(run.sudo().invoice_ids.mapped("amount_untaxed_signed")))

    def _change(self, contract, name, day, **values):
        change = (
            self.env["cn285.contract.change"]
            .with_user(self.manager)
            .create(
                {
                    "contract_id": contract.id,
                    "item_id": contract.item_ids[0].id,
                    "type": name,
                    "date_effective": day,
                    "values": values,
                }
            )
        )
        change.action_schedule()
        return change

    def _april(self, calculator=None, item=None):
        """A contract from April on: a unit costs 1.00 in arrears, 100 are used in April."""
        contract = self._usage_contract(
            {"price_unit": 1.0, **(calculator or {})}, item, date_start="2026-04-01"
        )
        self._use(contract, 60, "2026-04-10")
        self._use(contract, 40, "2026-04-20")
        return contract


@tagged("post_install", "-at_install")
@freeze_time("2026-04-30 10:00:00")
class TestUsageDiscountChange(HistoryCase):
    def test_a_discount_from_the_next_month_leaves_this_one(self):
        contract = self._april()
        with self._on("2026-05-01"):
            change = self._change(contract, "price", "2026-05-01", discount=50)
            self.assertEqual(change.state, "applied")
            self.assertEqual(self._bill_now(contract), "100.00")
            self._use(contract, 1, "2026-04-30")
            self._use(contract, 10, "2026-05-01")
        self.assertEqual(self._bill_on("2026-05-02", contract), "1.00")
        self.assertEqual(self._bill_on("2026-06-01", contract), "5.00")

    def test_a_discount_that_ends_leaves_what_it_was_off(self):
        contract = self._april(item={"discount": 50})
        with self._on("2026-05-01"):
            self._change(contract, "price", "2026-05-01", discount=0)
            self.assertEqual(self._bill_now(contract), "50.00")
            self._use(contract, 2, "2026-04-30")
            self._use(contract, 10, "2026-05-01")
        self.assertEqual(self._bill_on("2026-05-02", contract), "1.00")
        self.assertEqual(self._bill_on("2026-06-01", contract), "10.00")

    def test_in_the_middle_of_a_period_each_day_has_its_discount(self):
        contract = self._april()
        with self._on("2026-04-16"):
            self._change(contract, "price", "2026-04-16", discount=50)
        self.assertEqual(self._bill_on("2026-05-01", contract), "80.00")
        self._use(contract, 1, "2026-04-15")
        self._use(contract, 1, "2026-04-16")
        self.assertEqual(self._bill_on("2026-05-02", contract), "1.50")

    def test_edited_by_hand_it_holds_from_that_day(self):
        contract = self._april()
        with self._on("2026-05-01"):
            contract.item_ids.with_user(self.manager).discount = 50
            self.assertEqual(self._bill_now(contract), "100.00")
            self._use(contract, 1, "2026-04-30")
            self._use(contract, 10, "2026-05-01")
        self.assertEqual(self._bill_on("2026-05-02", contract), "1.00")
        self.assertEqual(self._bill_on("2026-06-01", contract), "5.00")

    def test_edited_by_hand_again_after_a_change(self):
        contract = self._april()
        with self._on("2026-04-16"):
            self._change(contract, "price", "2026-04-16", discount=50)
        with self._on("2026-05-01"):
            contract.item_ids.with_user(self.manager).discount = 0
            self._use(contract, 10, "2026-05-01")
        self.assertEqual(self._bill_on("2026-05-01", contract), "80.00")
        self.assertEqual(self._bill_on("2026-06-01", contract), "10.00")

    def test_a_discount_period_added_later_does_not_reach_what_was_billed(self):
        for reverse in (False, True):
            with self.subTest(reverse=reverse):
                contract = self._april()
                half = {"date_start": "2026-04-01", "date_end": "2026-04-30", "percent": 50}
                item = contract.item_ids
                if reverse:
                    item.discount_ids = [(0, 0, half)]
                billed = "50.00" if reverse else "100.00"
                self.assertEqual(self._bill_on("2026-05-01", contract), billed)
                item.discount_ids = [(5, 0, 0)] if reverse else [(0, 0, half)]
                self._use(contract, 2, "2026-04-30")
                late = "1.00" if reverse else "2.00"
                self.assertEqual(self._bill_on("2026-05-02", contract), late)

    def test_an_amount_is_off_the_full_period(self):
        off = {"date_start": "2026-04-16", "date_end": "2026-05-31", "amount": 30}
        contract = self._april(item={"discount_ids": [(0, 0, off)]})
        self.assertEqual(self._bill_on("2026-05-01", contract), "85.00")
        contract.item_ids.discount_ids.amount = 60
        self._use(contract, 1, "2026-04-30")
        self.assertEqual(self._bill_on("2026-05-02", contract), "1.00")

    def test_months_of_a_template_count_by_their_days(self):
        template = self.env["cn285.contract.template"].create(
            {
                "name": "Calls",
                "item_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.subscription.id,
                            "name": "Calls",
                            "billing_type": "usage",
                            "timing": "arrears",
                            "alignment": "calendar",
                            "calculator_ids": [
                                (0, 0, {"metric_id": self.calls.id, "price_unit": 1.0})
                            ],
                            "discount_ids": [
                                (0, 0, {"month_from": 1, "month_count": 1, "percent": 50})
                            ],
                        },
                    )
                ],
            }
        )
        contract = self.env["cn285.contract"].create(
            {
                "partner_id": self.customer.id,
                "template_id": template.id,
                "date_start": "2026-03-16",
            }
        )
        contract.action_confirm()
        # Half price until 15 April.
        self._use(contract, 60, "2026-04-10")
        self._use(contract, 40, "2026-04-20")
        self.assertEqual(self._bill_on("2026-05-01", contract), "70.00")

    def test_dated_back_it_bills_the_difference(self):
        contract = self._april()
        self.assertEqual(self._bill_on("2026-05-01", contract), "100.00")
        with self._on("2026-05-02"):
            self._change(contract, "price", "2026-04-16", discount=50)
        self.assertEqual(self._bill_on("2026-05-03", contract), "-20.00")
        self._use(contract, 1, "2026-04-16")
        self.assertEqual(self._bill_on("2026-05-04", contract), "0.50")

    def test_minimum_has_each_discount_for_its_days(self):
        contract = self._april({"minimum_amount": 160})
        with self._on("2026-04-16"):
            self._change(contract, "price", "2026-04-16", discount=50)
        # 60 + 20, and 60 more to the minimum, of which a quarter is off.
        self.assertEqual(self._bill_on("2026-05-01", contract), "125.00")

    def test_included_units_and_tiers_go_on(self):
        tiers = [(0, 0, {"up_to": 50, "price_unit": 2}), (0, 0, {"up_to": 0, "price_unit": 1})]
        calculator = {"charge_model": "graduated", "tier_ids": tiers, "allowance_units": 20}
        contract = self._april({**calculator, "price_unit": 0})
        with self._on("2026-04-16"):
            self._change(contract, "price", "2026-04-16", discount=50)
        # 60 - 20 at 2.00; then 10 at 2.00 and 30 at 1.00, half off.
        self.assertEqual(self._bill_on("2026-05-01", contract), "105.00")
        [line] = contract.schedule_ids.filtered("move_id").rating_ids
        self.assertEqual(
            [one.code for one in line._engine_rating().lines],
            ["included", "tier", "tier", "discount"],
        )

    def test_quantity_and_price_of_usage_are_refused_with_the_right_type(self):
        contract = self._april()
        for name, values in (
            ("quantity", {"quantity": 5}),
            ("price", {"price_unit": 5}),
            ("price", {"price_unit": 5, "discount": 10}),
        ):
            with (
                self.subTest(name, **values),
                self.assertRaisesRegex(ValidationError, "Usage Terms"),
            ):
                self._change(contract, name, "2026-05-01", **values)


@tagged("post_install", "-at_install")
@freeze_time("2026-04-30 10:00:00")
class TestUsageDiscountTriggered(HistoryCase, TriggerCase):
    """The same of what is billed before its period ends, or without any."""

    def test_deliveries_have_the_discount_of_their_days(self):
        contract = self._usage_contract(
            {"price_unit": 1.0}, {"usage_billing": "delivery"}, date_start="2026-04-01"
        )
        self._use(contract, 100, "2026-04-20")
        with self._on("2026-05-01"):
            self._change(contract, "price", "2026-05-01", discount=50)
            self._use(contract, 10, "2026-05-01")
            self.assertEqual(self._bill_now(contract), "105.00")
        with self._on("2026-05-02"):
            contract.item_ids.with_user(self.manager).discount = 0
            self._use(contract, 10, "2026-04-30")
            self._use(contract, 10, "2026-05-01")
        self.assertEqual(self._bill_on("2026-05-02", contract), "15.00")

    def test_a_delivery_is_rated_anew_with_what_it_was_billed_by(self):
        terms = {
            "usage_billing": "delivery",
            "usage_set_property": "order",
            "usage_set_completion": "count",
            "usage_set_count": 1,
        }
        contract = self._usage_contract({"price_unit": 1.0}, terms, date_start="2026-04-01")
        self._use(contract, 100, "2026-04-20", properties={"order": "A"})
        self.assertEqual(self._bill_on("2026-04-30", contract), "100.00")
        half = {"date_start": "2026-04-01", "date_end": "2026-04-30", "percent": 50}
        contract.item_ids.discount_ids = [(0, 0, half)]
        self._use(contract, 1, "2026-04-20", properties={"order": "A"})
        self.assertEqual(self._bill_on("2026-05-01", contract), "1.00")

    def test_thresholds_have_the_discount_of_their_days(self):
        terms = {"usage_billing": "threshold", "usage_threshold": 50}
        contract = self._usage_contract({"price_unit": 1.0}, terms, date_start="2026-04-01")
        self._use(contract, 60, "2026-04-10")
        with self._on("2026-04-11"):
            self.assertEqual(self._bill_now(contract), "60.00")
        with self._on("2026-04-16"):
            self._change(contract, "price", "2026-04-16", discount=50)
        self._use(contract, 40, "2026-04-20")
        self.assertEqual(self._bill_on("2026-05-01", contract), "20.00")
        self._use(contract, 2, "2026-04-12")
        self.assertEqual(self._bill_on("2026-05-02", contract), "2.00")
