from datetime import date

from freezegun import freeze_time
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .test_usage_rating import UsageCase


class SharingCase(UsageCase):
    """Contracts whose usage is shared, and readers of what became of it."""

    CALENDAR = {"alignment": "calendar"}

    def _net(self, contract, month=1):
        """What a contract was billed for the usage of a month, differences included."""
        rows = contract.schedule_ids.filtered(
            lambda row: row.period_start.month == month and row.state == "invoiced"
        )
        return self._cents(sum(rows.mapped("net")))

    def _partners(self, *names):
        return self.env["res.partner"].create([{"name": name} for name in names])


@tagged("post_install", "-at_install")
@freeze_time("2026-02-01 10:00:00")
class TestUsagePool(SharingCase):
    """Included units shared by the items of a contract, or by a fleet of contracts."""

    def _fleet(self, *allowances, pool=None, **calculator):
        pool = pool or self.env["cn285.usage.pool"].create({"name": "Fleet"})
        return pool, [
            self._usage_contract(
                {
                    "price_unit": 1.0,
                    "allowance_units": units,
                    "allowance_scope": "pool",
                    "pool_id": pool.id,
                    **calculator,
                },
                self.CALENDAR,
            )
            for units in allowances
        ]

    def test_what_is_left_of_a_pool(self):
        """In the running period, on the pool and to each member: of all units, after all usage."""
        pool, (one, two) = self._fleet(100, 100)
        pool.allowance_units = 50
        self._use(one, 130, "2026-02-01")
        self._use(two, 20, "2026-02-01")
        pool.invalidate_recordset()
        self.assertEqual((pool.running_start, pool.included_now), (date(2026, 2, 1), 250))
        self.assertEqual(pool.left_now, 100)
        for contract in (one, two):
            [estimate] = [
                one
                for one in contract._usage_estimates()[0]
                if one.row.period_start == date(2026, 2, 1)
            ]
            self.assertEqual((estimate.included, estimate.left, estimate.pooled), (250, 100, True))
            lines = [
                line
                for period in contract._portal_usage()["periods"]
                if period["start"] == date(2026, 2, 1)
                for line in period["lines"]
            ]
            self.assertEqual(
                [(line["included"], line["left"], line["pooled"]) for line in lines],
                [("250", "100", True)],
            )

    def test_nothing_is_left_of_a_pool_that_is_used_up(self):
        pool, (one, _two) = self._fleet(100, 100)
        self._use(one, 230, "2026-02-01")
        self.assertEqual((pool.included_now, pool.left_now), (200, 0))

    def test_fleet_shares_its_units(self):
        _pool, (one, two, three) = self._fleet(100, 100, 100)
        for contract, quantity in ((one, 250), (two, 150), (three, 20)):
            self._use(contract, quantity)
        run = self._bill(date(2026, 2, 1))
        # 420 used, 300 included: 120 over 150 and 50 above their own.
        self.assertMoney(run.amount_untaxed, "120.00")
        self.assertEqual(
            [self._net(one), self._net(two), self._net(three)], ["90.00", "30.00", "0.00"]
        )
        row = one.schedule_ids.sorted("period_start")[0]
        for figure in ("100", "300", "420", "120", "90"):
            self.assertIn(figure, row.explanation)

    def test_parts_of_a_fleet_add_up(self):
        pool, contracts = self._fleet(0, 0, 0)
        pool.allowance_units = 100
        for contract in contracts:
            self._use(contract, 67)
        self._bill(date(2026, 2, 1))
        quantities = [
            sum(
                float(line.quantity)
                for line in contract.schedule_ids.rating_ids._engine_rating().lines
                if line.code == "unit"
            )
            for contract in contracts
        ]
        self.assertEqual(quantities, [34.0, 34.0, 33.0], "101 over three, the first ones first")

    def test_late_usage_of_one_changes_all(self):
        _pool, (one, two) = self._fleet(100, 100)
        self._use(one, 150)
        self._use(two, 50)
        self.assertMoney(self._bill(date(2026, 2, 1)).amount_untaxed, "0.00")
        self._use(two, 100)
        run = self._bill(date(2026, 2, 1))
        # 300 used of 200: both are 50 above their own.
        self.assertMoney(run.amount_untaxed, "100.00")
        self.assertEqual([self._net(one), self._net(two)], ["50.00", "50.00"])
        self.assertEqual(self._bill(date(2026, 2, 1)).row_count, 0, "once")

    def test_one_member_billed_alone_counts_the_others(self):
        _pool, (one, two) = self._fleet(100, 100)
        self._use(one, 180)
        self._use(two, 90)
        run = self._bill(date(2026, 2, 1), contract_ids=[(6, 0, one.ids)])
        self.assertMoney(run.amount_untaxed, "70.00")
        self.assertMoney(self._bill(date(2026, 2, 1)).amount_untaxed, "0.00")

    def test_pool_that_rolls_over(self):
        pool, (one, two) = self._fleet(100, 100)
        pool.rollover = "once"
        self._use(one, 120)
        with freeze_time("2026-03-01 10:00:00"):
            self._use(one, 200, "2026-02-10")
            self._use(two, 100, "2026-02-10")
            self._bill(date(2026, 3, 1))
            # 80 carried into February: 300 used, 280 included.
            self.assertEqual([self._net(one, 2), self._net(two, 2)], ["20.00", "0.00"])
            self._use(two, 30, "2026-01-10")
            self._bill(date(2026, 3, 1))
            self.assertEqual([self._net(one, 2), self._net(two, 2)], ["50.00", "0.00"])

    def test_member_that_starts_within_the_period_brings_its_share(self):
        pool, (one,) = self._fleet(100)
        late = self._usage_contract(
            {
                "price_unit": 1.0,
                "allowance_units": 310,
                "allowance_scope": "pool",
                "pool_id": pool.id,
            },
            self.CALENDAR,
            date_start=date(2026, 1, 22),
        )
        self._use(one, 250)
        self._use(late, 10, "2026-01-25")
        self._bill(date(2026, 2, 1))
        # 310 × 10/31 and 100 are included in 260.
        self.assertEqual([self._net(one), self._net(late)], ["60.00", "0.00"])

    def test_items_of_a_contract_share(self):
        shared = {"metric_id": self.calls.id, "price_unit": 1.0, "allowance_scope": "contract"}
        item = self._item_vals(billing_type="usage", timing="arrears", price_unit=0)
        contract = self._create_contract(
            [
                {**item, "calculator_ids": [(0, 0, {**shared, "allowance_units": 100})]},
                {**item, "calculator_ids": [(0, 0, shared)]},
            ]
        )
        pool = contract.item_ids.calculator_ids.pool_id
        self.assertEqual(pool.contract_id, contract)
        self._use(contract, 30)
        self._use(contract, 90, item_id=contract.item_ids[1].id)
        run = self._bill(date(2026, 2, 1))
        self.assertMoney(run.amount_untaxed, "20.00")
        copy = contract.copy()
        self.assertEqual(len(copy.item_ids.calculator_ids.pool_id), 1)
        self.assertNotEqual(copy.item_ids.calculator_ids.pool_id, pool)

    def test_members_that_cannot_share_are_refused(self):
        pool, _contracts = self._fleet(100)
        other_metric = self.env["cn285.usage.metric"].create({"name": "SMS", "code": "sms"})
        values = [(0, 0, {"value": "FR", "price_unit": 1})]
        matrix = {"charge_model": "matrix", "property_name": "country", "value_ids": values}
        usd = self.env.ref("base.USD")
        usd.active = True
        foreign = self.env["cn285.usage.pool"].create({"name": "USD", "currency_id": usd.id})
        mine = self.env["cn285.usage.pool"].create(
            {"name": "Mine", "partner_id": self._partners("Other")[0].id}
        )
        company = self.env["res.company"].create({"name": "Elsewhere"})
        elsewhere = self.env["cn285.usage.pool"].create(
            {"name": "Elsewhere", "company_id": company.id}
        )
        cases = [
            ({"metric_id": other_metric.id}, {}, pool, "count something else"),
            (matrix, {}, pool, "rates no quantity"),
            ({}, {"recurring_unit": "quarter"}, pool, "billing periods"),
            ({}, {"alignment": "anniversary", "date_start": date(2026, 1, 5)}, pool, "periods"),
            ({}, {"usage_rated_by": "beneficiary"}, pool, "by beneficiary"),
            ({}, {}, foreign, "USD"),
            ({}, {}, mine, "for contracts of Other"),
        ]
        for calculator, item, where, reason in cases:
            values = {"allowance_scope": "pool", "pool_id": where.id, **calculator}
            with (
                self.subTest(reason),
                self.assertRaisesRegex(ValidationError, reason),
                self.env.cr.savepoint(),
            ):
                self._usage_contract(values, {**self.CALENDAR, **item})
        with self.assertRaises(UserError):
            self._usage_contract({"allowance_scope": "pool", "pool_id": elsewhere.id})
        with self.assertRaisesRegex(ValidationError, "choose the pool"):
            self._usage_contract({"allowance_scope": "pool"})


@tagged("post_install", "-at_install")
@freeze_time("2026-02-01 10:00:00")
class TestUsageBeneficiaries(SharingCase):
    """One item, several beneficiaries: rated together, each by itself, or both."""

    TIERS = [(0, 0, {"up_to": 100, "price_unit": 1}), (0, 0, {"price_unit": 0.5})]

    def _shared(self, mode, calculator=None, **item):
        self.anna, self.bruno = self._partners("Anna", "Bruno")
        contract = self._usage_contract(
            {"charge_model": "graduated", "tier_ids": self.TIERS, **(calculator or {})},
            {"usage_rated_by": mode, **item},
        )
        return contract

    def _use_of(self, contract, partner, quantity, day="2026-01-10"):
        return self._use(contract, quantity, day, beneficiary_id=partner.id)

    def test_together(self):
        contract = self._shared("pooled")
        self._use_of(contract, self.anna, 90)
        self._use_of(contract, self.bruno, 60)
        self.assertMoney(self._bill(date(2026, 2, 1)).amount_untaxed, "125.00")

    def test_each_by_itself(self):
        contract = self._shared("beneficiary", usage_lines="single")
        self._use_of(contract, self.anna, 120)
        self._use_of(contract, self.bruno, 60)
        self._use(contract, 5)
        run = self._bill(date(2026, 2, 1))
        self.assertMoney(run.amount_untaxed, "175.00")
        ratings = run.schedule_ids.rating_ids.sorted("id")
        self.assertEqual(
            {rating.beneficiary_id: self._cents(rating.amount) for rating in ratings},
            {self.anna: "110.00", self.bruno: "60.00", self.customer: "5.00"},
        )
        lines = run.invoice_ids.invoice_line_ids
        self.assertEqual(len(lines), 3, "a line for each")
        self.assertEqual(
            {self._cents(line.price_subtotal): line.name.split("For: ")[1] for line in lines},
            {"110.00": "Anna", "60.00": "Bruno", "5.00": "Boulangerie Martin"},
        )
        # Late usage of one is a difference for that one.
        self._use_of(contract, self.bruno, 50)
        late = self._bill(date(2026, 2, 1))
        self.assertMoney(late.amount_untaxed, "45.00")
        changed = late.schedule_ids.rating_ids.filtered("amount")
        self.assertEqual(changed.beneficiary_id, self.bruno)

    def test_own_allowance_of_each_rolls_over(self):
        contract = self._shared(
            "beneficiary",
            {
                "charge_model": "per_unit",
                "tier_ids": [],
                "price_unit": 1,
                "allowance_units": 100,
                "rollover": "once",
            },
        )
        self._use_of(contract, self.anna, 40)
        self._use_of(contract, self.bruno, 100)
        with freeze_time("2026-03-01 10:00:00"):
            self._use_of(contract, self.anna, 170, "2026-02-10")
            self._use_of(contract, self.bruno, 130, "2026-02-10")
            self._bill(date(2026, 3, 1))
        self.assertEqual(self._net(contract, 2), "40.00")
        ratings = contract.schedule_ids.rating_ids.filtered("amount")
        self.assertEqual(
            {rating.beneficiary_id: rating.amount for rating in ratings},
            {self.anna: 10.0, self.bruno: 30.0},
        )

    def test_own_allowance_then_together(self):
        contract = self._shared("both", {"allowance_units": 50})
        self._use_of(contract, self.anna, 170)
        self._use_of(contract, self.bruno, 80)
        carla = self._partners("Carla")
        self._use_of(contract, carla, 30)
        run = self._bill(date(2026, 2, 1))
        # 120 and 30 beyond their own: 150 together are 100 × 1 + 50 × 0.5, shared 4 to 1.
        self.assertMoney(run.amount_untaxed, "125.00")
        amounts = {
            rating.beneficiary_id.name: self._cents(rating.amount)
            for rating in run.schedule_ids.rating_ids
        }
        self.assertEqual(amounts, {"Anna": "100.00", "Bruno": "25.00", "Carla": "0.00"})

    def test_nobody_used_anything(self):
        self._shared("beneficiary", {"minimum_amount": 20})
        run = self._bill(date(2026, 2, 1))
        self.assertMoney(run.amount_untaxed, "20.00")
        self.assertEqual(run.schedule_ids.rating_ids.beneficiary_id, self.customer)

    def test_reversed_usage_of_one_is_taken_back(self):
        contract = self._shared("beneficiary")
        transaction = self._use_of(contract, self.anna, 40)
        self._use_of(contract, self.bruno, 10)
        self._bill(date(2026, 2, 1))
        self._use(contract, 0, kind="reversal", origin=transaction, beneficiary_id=self.anna.id)
        run = self._bill(date(2026, 2, 1))
        self.assertMoney(run.amount_untaxed, "-40.00")
        self.assertEqual(self._net(contract), "10.00")

    def test_single_events_cannot_be_rated_together(self):
        with self.assertRaisesRegex(ValidationError, "Percentage"):
            self._shared("both", {"charge_model": "percentage", "percent": 1, "tier_ids": []})


@tagged("post_install", "-at_install")
class TestUsageBounds(SharingCase):
    """Minimum and maximum amounts of a period that count more than one calculator."""

    def test_golden_minimum_of_the_contract_counts_its_fee(self):
        # golden case 20: 10,000 a month from 28 February 2024 (2/29), fee 100, usage 30
        with freeze_time("2024-03-01 10:00:00"):
            contract = self._create_contract(
                [
                    self._item_vals(timing="arrears", **self.CALENDAR),
                    self._item_vals(
                        billing_type="usage",
                        timing="arrears",
                        price_unit=0,
                        calculator_ids=[
                            (
                                0,
                                0,
                                {
                                    "metric_id": self.calls.id,
                                    "price_unit": 1,
                                    "minimum_amount": 10000,
                                    "bounds_count": "contract",
                                },
                            )
                        ],
                        **self.CALENDAR,
                    ),
                ],
                date_start=date(2024, 2, 28),
            )
            usage = contract.item_ids[1]
            self._use(contract, 30, "2024-02-28", item_id=usage.id)
            run = self._bill(date(2024, 3, 1))
            self.assertMoney(run.amount_untaxed, "689.66")
            lines = run.schedule_ids.rating_ids._engine_rating().lines
            self.assertEqual(
                [(line.code, str(line.amount)) for line in lines],
                [("unit", "30.00"), ("minimum", "652.76")],
            )
            self.assertIn(
                "652.76",
                [self._cents(x) for x in run.invoice_ids.invoice_line_ids.mapped("price_subtotal")],
            )
            # What is used later counts into the minimum that was billed already.
            self._use(contract, 100, "2024-02-29", item_id=usage.id)
            self.assertMoney(self._bill(date(2024, 3, 1)).amount_untaxed, "0.00")
            self._use(contract, 600, "2024-02-29", item_id=usage.id)
            self.assertMoney(self._bill(date(2024, 3, 1)).amount_untaxed, "47.24")

    @freeze_time("2026-02-01 10:00:00")
    def test_maximum_over_all_usage_of_the_contract(self):
        def usage(price, **bounds):
            return self._item_vals(
                billing_type="usage",
                timing="arrears",
                price_unit=0,
                calculator_ids=[
                    (0, 0, {"metric_id": self.calls.id, "price_unit": price, **bounds})
                ],
            )

        contract = self._create_contract(
            [usage(1, maximum_amount=100, bounds_count="contract"), usage(2)]
        )
        one, two = contract.item_ids
        self._use(contract, 70, item_id=one.id)
        self._use(contract, 20, item_id=two.id)
        run = self._bill(date(2026, 2, 1))
        self.assertEqual(
            [self._cents(row.net) for row in run.schedule_ids.sorted("item_id")],
            ["60.00", "40.00"],
        )
        # More usage of the other item leaves less of the maximum.
        self._use(contract, 10, item_id=two.id)
        run = self._bill(date(2026, 2, 1))
        self.assertEqual(
            [self._cents(row.net) for row in run.schedule_ids.sorted("item_id")],
            ["-20.00", "20.00"],
        )

    @freeze_time("2026-02-01 10:00:00")
    def test_minimum_over_the_calculators_of_an_item(self):
        sms = self.env["cn285.usage.metric"].create({"name": "SMS", "code": "sms"})
        contract = self._usage_contract(
            {"price_unit": 1, "minimum_amount": 50, "bounds_count": "item"}, confirm=False
        )
        contract.item_ids.calculator_ids = [(0, 0, {"metric_id": sms.id, "price_unit": 2})]
        contract.action_confirm()
        self._use(contract, 10)
        self._use(contract, 15, metric="sms")
        self.assertMoney(self._bill(date(2026, 2, 1)).amount_untaxed, "50.00")
