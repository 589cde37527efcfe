"""Terms that change, with all that weighs on usage at once: worked by hand, to the cent."""

from freezegun import freeze_time
from odoo.tests import tagged

from ..trigger.usage_trigger_case import TriggerCase
from .test_usage_discount_change import HistoryCase

# 0.35 up to 100, 0.20 up to 300, 0.11 beyond; from the change on 0.40, 0.25, 0.12.
OLD = [
    (0, 0, {"up_to": 100, "price_unit": 0.35}),
    (0, 0, {"up_to": 300, "price_unit": 0.20, "flat": 1.5}),
    (0, 0, {"up_to": 0, "price_unit": 0.11}),
]
NEW = [
    {"up_to": 100, "price_unit": 0.40},
    {"up_to": 300, "price_unit": 0.25, "flat": 2},
    {"up_to": None, "price_unit": 0.12},
]


@tagged("post_install", "-at_install")
@freeze_time("2026-05-01 10:00:00")
class TestUsageGoldenHistory(HistoryCase, TriggerCase):
    """April and May of a fleet; a billing manager changes prices, discounts and units in April."""

    def _tiered(self, **item):
        return self._usage_contract(
            {"charge_model": "graduated", "tier_ids": OLD}, item, date_start="2026-04-01"
        )

    def test_h1_tiers_discount_and_late_usage(self):
        contract = self._tiered()
        self._use(contract, 180, "2026-04-08")
        self._use(contract, 170, "2026-04-22")
        with self._on("2026-04-16"):
            self._change(contract, "usage_terms", "2026-04-16", tiers=NEW)
        with self._on("2026-04-21"):
            self._change(contract, "price", "2026-04-21", discount=12.5)
        # 100 × 0.35 + 80 × 0.20 + 1.50 = 52.50; 120 × 0.25 + 50 × 0.12 = 36.00, 12.5 % off: 31.50.
        self.assertEqual(self._bill_now(contract), "84.00")
        # 7 units on the 8th: 7 × 0.20 = 1.40 more, and 7 of the later ones are beyond 300:
        # 113 × 0.25 + 57 × 0.12 = 35.09, less 12.5 % = 30.70: −0.80.
        self._use(contract, 7, "2026-04-08")
        self.assertEqual(self._bill_on("2026-05-02", contract), "0.60")

    def test_h2_on_delivery(self):
        contract = self._tiered(usage_billing="delivery")
        self._use(contract, 120, "2026-04-15")
        self._use(contract, 120, "2026-04-16")
        with self._on("2026-04-16"):
            self._change(contract, "usage_terms", "2026-04-16", tiers=NEW)
        # 100 × 0.35 + 20 × 0.20 + 1.50 = 40.50; 100 × 0.40 + 20 × 0.25 + 2 = 47.00.
        self.assertEqual(self._bill_now(contract), "87.50")

    def test_h3_a_set_of_events_over_the_day(self):
        contract = self._tiered(
            usage_billing="delivery",
            usage_set_property="order",
            usage_set_completion="count",
            usage_set_count=2,
        )
        with self._on("2026-04-16"):
            self._change(contract, "usage_terms", "2026-04-16", tiers=NEW)
        self._use(contract, 80, "2026-04-15", properties={"order": "A"})
        self._use(contract, 60, "2026-04-16", properties={"order": "A"})
        # 80 × 0.35 = 28.00; 20 × 0.40 + 40 × 0.25 + 2 = 20.00.
        self.assertEqual(self._bill_now(contract), "48.00")

    def test_h4_threshold(self):
        contract = self._tiered(usage_billing="threshold", usage_threshold=40)
        with self._on("2026-04-10"):
            self._use(contract, 120, "2026-04-10")
            # 35.00 + 20 × 0.20 + 1.50.
            self.assertEqual(self._bill_now(contract), "40.50")
        with self._on("2026-04-16"):
            self._change(contract, "usage_terms", "2026-04-16", tiers=NEW)
        self._use(contract, 100, "2026-04-22")
        self.assertEqual(self._bill_now(contract), "25.00")
        self._use(contract, 1, "2026-04-11")
        # 1 × 0.20 now before the change.
        self.assertEqual(self._bill_on("2026-05-02", contract), "0.20")

    def test_h5_pooled(self):
        pool = self.env["cn285.usage.pool"].create({"name": "Fleet"})
        shared = {"allowance_scope": "pool", "pool_id": pool.id, "price_unit": 0.10}
        months = {"alignment": "calendar"}
        one, two = (
            self._usage_contract(
                {**shared, "allowance_units": 300}, months, date_start="2026-04-01"
            )
            for _number in range(2)
        )
        with self._on("2026-04-16"):
            # Half of the month 300, half of it 500: 400.
            self._change(one, "usage_terms", "2026-04-16", allowance_units=500, price_unit=0.12)
        self._use(one, 500, "2026-04-08")
        self._use(one, 100, "2026-04-20")
        self._use(two, 350, "2026-04-20")
        # 950 used, 700 included: 250 billed to 200 and 50 above their own. Of the first contract's
        # 200 beyond 400, 100 were used before the change: 10.00 + 12.00; of the second 50 × 0.10.
        self.assertEqual(self._bill_now(one | two), "27.00")
        self._use(two, 10, "2026-04-21")
        self.assertEqual(self._bill_on("2026-05-02", one | two), "1.00")

    def test_h6_leaving_a_pool(self):
        pool = self.env["cn285.usage.pool"].create({"name": "Fleet", "allowance_units": 100})
        shared = {"allowance_scope": "pool", "pool_id": pool.id, "price_unit": 1.0}
        months = {"alignment": "calendar"}
        one, two = (
            self._usage_contract(shared, months, date_start="2026-04-01") for _number in range(2)
        )
        self._use(one, 90, "2026-04-08")
        self._use(two, 30, "2026-04-08")
        # 120 used, 100 included: 15 and 5.
        self.assertEqual(self._bill_now(one | two), "20.00")
        one.item_ids.calculator_ids.with_user(self.manager).write(
            {"allowance_scope": "own", "pool_id": False}
        )
        pool.with_user(self.manager).allowance_units = 40
        self._use(two, 12, "2026-04-09")
        # 132 used of April, 100 included as they were: 32, not a member alone with 40.
        self.assertEqual(self._bill_on("2026-05-02", one | two), "12.00")
        with self._on("2026-05-31"):
            self._use(one, 10, "2026-05-10")
            self._use(two, 50, "2026-05-10")
        self.assertEqual(self._bill_on("2026-06-01", one | two), "20.00")

    def test_h7_cascaded(self):
        contract = self._tiered()
        source = contract.item_ids
        royalty = self.env["cn285.contract.item"].create(
            {
                **self._item_vals(
                    name="Royalty",
                    billing_type="usage",
                    timing="arrears",
                    price_unit=0,
                    calculator_ids=[
                        (
                            0,
                            0,
                            {
                                "charge_model": "percentage",
                                "percent": 10,
                                "source_item_id": source.id,
                                "source_measure": "amount",
                            },
                        )
                    ],
                ),
                "contract_id": contract.id,
            }
        )
        self._use(contract, 180, "2026-04-08")
        # 52.50 and 10 % of it.
        self.assertEqual(self._bill_now(contract), "57.75")
        royalty.calculator_ids.with_user(self.manager).percent = 20
        source.calculator_ids.with_user(self.manager).tier_ids[0].price_unit = 0.5
        self._use(contract, 10, "2026-04-09")
        # 10 × 0.20, and 10 % of it.
        self.assertEqual(self._bill_on("2026-05-02", contract), "2.20")
        with self._on("2026-05-31"):
            self._use(contract, 50, "2026-05-10")
        # 50 × 0.50, and 20 %.
        self.assertEqual(self._bill_on("2026-06-01", contract), "30.00")
