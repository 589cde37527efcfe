from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.tests import tagged

from ...models.rating.aspect_discount import DiscountAspect
from .test_usage_rating import UsageCase

UNTIL = date(2026, 2, 1)
ROW = ("state", "quantity", "net", "amount", "steps", "usage_discounts")
RATING = ("calculator_id", "beneficiary_id", "item_id", "company_id", "period_start", "quantity")
RATING += ("currency_id",)
RATING += ("amount", "data", "event_count", "last_seq", "seen_seq", "carried_out")


@tagged("post_install", "-at_install")
@freeze_time("2026-02-01 10:00:00")
class TestRatingPlain(UsageCase):
    """Plain rows are rated without a record: what comes out is the same, to the cent and beyond."""

    def _rated(self, contracts, plain):
        """What rows are rated with, and how many of them were plain."""
        rows = contracts.schedule_ids.filtered(lambda row: row.billing_date <= UNTIL).sorted("id")
        schedules, counts = type(rows), []
        find = schedules._find_plain

        def find_plain(these, batch):
            if plain:
                find(these, batch)
            counts.append(len(batch.plain))

        with patch.object(schedules, "_find_plain", find_plain):
            failed = rows._rate_waiting()
        self.env.flush_all()
        self.env.invalidate_all()
        ratings = [
            rating.read(RATING, load="")[0] | {"id": None}
            for row in rows
            for rating in row.rating_ids
        ]
        values = rows.read(ROW, load="")
        rows._unrate()
        self.assertEqual(set(rows.mapped("state")), {"waiting"})
        return values, ratings, failed, sum(counts)

    def _compare(self, contracts, plain):
        slow, fast = self._rated(contracts, False), self._rated(contracts, True)
        self.assertEqual(slow[:3], fast[:3])
        self.assertEqual((slow[3], fast[3]), (0, plain))
        return fast

    def test_common_calculators(self):
        tiers = {"charge_model": "graduated", "tier_ids": self.TIERS}
        minimum = {"price_unit": 0.013, "minimum_amount": 50, "maximum_amount": 60}
        calculators = (
            {"price_unit": 0.0035},
            tiers,
            {"charge_model": "volume", "tier_ids": self.TIERS},
            {"charge_model": "stairstep", "tier_ids": self.TIERS},
            {"charge_model": "package", "package_size": 7, "price_unit": 3},
            {"price_unit": 1.5, "allowance_units": 12.5},
            minimum,
        )
        contracts = self.env["cn285.contract"].union(
            *(
                self._usage_contract(one, {"alignment": "calendar"}, date_start=day)
                for one in calculators
                for day in ("2026-01-01", "2026-01-14")
            )
        )
        both = self._usage_contract(tiers)
        both.item_ids.calculator_ids.copy({"item_id": both.item_ids.id})
        contracts |= both
        for number, contract in enumerate(contracts):
            for quantity in (number, 0.5, 13.37):
                self._use(contract, quantity, "2026-01-20")
        # Of the contract, and less than nothing.
        self._use(contracts[0], 5, item_id=None, contract_id=contracts[0].id)
        self._use(contracts[2], -40, "2026-01-21")
        self._compare(contracts, len(contracts))

    def test_what_is_special_is_none_of_them(self):
        discounted = self._usage_contract({"price_unit": 1.0}, {"discount": 10})
        period = (0, 0, {"date_start": "2026-01-05", "date_end": "2026-01-10", "percent": 50})
        for_a_time = self._usage_contract({"price_unit": 1.0}, {"discount_ids": [period]})
        carried = self._usage_contract(
            {"price_unit": 1.0, "allowance_units": 5, "rollover": "always"}
        )
        each = self._usage_contract({"price_unit": 1.0}, {"usage_rated_by": "beneficiary"})
        plain = self._usage_contract({"price_unit": 1.0})
        contracts = discounted | for_a_time | carried | each | plain
        for contract in contracts:
            self._use(contract, 10)
        values, *_rest = self._compare(contracts, 1)
        self.assertEqual(
            [self._cents(one["amount"]) for one in values],
            ["9.00", "5.00", "5.00", "10.00", "10.00"],
        )

    def test_what_cannot_be_rated_is_told_the_same(self):
        closed = self._usage_contract(
            {"charge_model": "graduated", "tier_ids": [(0, 0, {"up_to": 10, "price_unit": 1})]}
        )
        dear = self._usage_contract({"price_unit": 10**9})
        self._use(closed, 11)
        self._use(dear, 10**6)
        _values, ratings, failed, _count = self._compare(closed | dear, 2)
        self.assertFalse(ratings)
        self.assertEqual(set(failed), {closed, dear})

    def test_plain_rows_beside_others(self):
        """What counts the whole contract asks for plain rows that are rated as they are stored."""
        calculators = [
            (0, 0, {"metric_id": self.calls.id, "charge_model": "per_unit", **values})
            for values in (
                {"price_unit": 1.25},
                {"price_unit": 0.5, "minimum_amount": 100, "bounds_count": "contract"},
            )
        ]
        item = {"billing_type": "usage", "timing": "arrears", "price_unit": 0}
        both = self._create_contract(
            [{**item, "calculator_ids": [calculator]} for calculator in calculators]
        )
        refused = self._create_contract(
            [{**item, "calculator_ids": [calculator]} for calculator in calculators]
        )
        refused.item_ids[0].calculator_ids.price_unit = 10**8
        for contract, quantity in ((both, 12), (refused, 10**8)):
            for one in contract.item_ids:
                self._use(contract, quantity, item_id=one.id)
        values, ratings, failed, _count = self._compare(both | refused, 2)
        self.assertEqual(
            [self._cents(one["net"]) for one in values[:2]],
            # 12 × 1.25; 12 × 0.50, and up to 100.00 with that.
            ["15.00", "85.00"],
        )
        self.assertEqual(set(failed), {refused})
        self.assertTrue(ratings)

    def test_included_taxes_are_taken_out(self):
        tax = self.env["account.tax"].create(
            {"name": "Included 20", "amount": 20, "price_include_override": "tax_included"}
        )
        contract = self._usage_contract({"price_unit": 0.6})
        contract.item_ids.product_id.taxes_id = tax
        plain = self._usage_contract(
            {"price_unit": 0.6}, {"product_id": contract.item_ids.product_id.copy().id}
        )
        plain.item_ids.product_id.taxes_id = False
        for one in contract | plain:
            self._use(one, 10)
        values, *_rest = self._compare(contract | plain, 2)
        self.assertEqual(
            [(self._cents(one["net"]), self._cents(one["amount"])) for one in values],
            [("6.00", "5.00"), ("6.00", "6.00")],
        )

    def test_text_that_people_wrote_is_stored_as_it_is(self):
        """Steps of an allowance, and of packages, have notes; nothing of COPY is special in it."""
        contract = self._usage_contract(
            {"charge_model": "package", "package_size": 3, "price_unit": 1, "allowance_units": 2}
        )
        self._use(contract, 11)
        _values, [rating], _failed, _count = self._compare(contract, 1)
        self.assertTrue(rating["data"]["notes"])

    def test_calculators_are_told_apart_by_all_of_their_figures(self):
        first, last = {"up_to": 10, "price_unit": 1}, {"price_unit": 2}
        variants = (
            ((first, last), {}),
            ((first, last), {"allowance_units": 3}),
            ((first, last), {"minimum_amount": 0.01}),
            ((first, last), {"zero_usage_owes_flat": False}),
            (({**first, "up_to": 11}, last), {}),
            (({**first, "flat": 1}, last), {}),
            ((first, {"price_unit": 2.01}), {}),
        )
        calculators = self.env["cn285.usage.calculator"].union(
            *(
                self._usage_contract(
                    {
                        "charge_model": "graduated",
                        "tier_ids": [(0, 0, tier) for tier in tiers],
                        **values,
                    }
                ).item_ids.calculator_ids
                for tiers, values in (*variants, variants[0])
            )
        )
        figures = [figures for *_ids, figures in calculators._figures(calculators.item_id.ids)]
        self.assertEqual(figures[0], figures[-1])
        self.assertEqual(len(set(figures)), len(variants))

    def test_values_of_a_matrix_keep_their_order(self):
        values = [(0, 0, {"value": name, "price_unit": 1}) for name in ("b", "a")]
        matrix = {"charge_model": "matrix", "property_name": "zone"}
        one, other = (
            self._usage_contract({**matrix, "value_ids": listed}).item_ids
            for listed in (values, values[::-1])
        )
        figures = {figures for *_ids, figures in one.calculator_ids._figures((one | other).ids)}
        self.assertEqual(len(figures), 2)

    def test_ratings_go_with_their_row_and_keep_its_item(self):
        contract = self._usage_contract({"price_unit": 1.0})
        self._use(contract, 10)
        rows = contract.schedule_ids.filtered(lambda row: row.billing_date <= UNTIL)
        rows._rate_waiting()
        self.env.flush_all()
        self.assertEqual(rows.rating_ids.item_id, contract.item_ids)
        self.assertEqual(rows.rating_ids.company_id, contract.company_id)
        self.env.cr.execute(
            """SELECT array_agg(a.attname::text) FROM pg_constraint c
                 JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey)
                WHERE c.conrelid = 'cn285_usage_rating'::regclass AND c.contype = 'f'"""
        )
        [[columns]] = self.env.cr.fetchall()
        self.assertIn("schedule_id", columns)
        self.assertFalse({"item_id", "company_id", "currency_id"} & set(columns))
        self.env.cr.execute("DELETE FROM cn285_billing_schedule WHERE id = ANY(%s)", (rows.ids,))
        self.env.cr.execute(
            "SELECT count(*) FROM cn285_usage_rating WHERE schedule_id = ANY(%s)", (rows.ids,)
        )
        self.assertEqual(self.env.cr.fetchall(), [(0,)])
        self.env.invalidate_all()

    def test_late_usage_and_thresholds_are_differences(self):
        contract = self._usage_contract({"price_unit": 2.0})
        self._use(contract, 10)
        self._bill(UNTIL)
        self._use(contract, 5, "2026-01-12")
        run = self._bill(UNTIL)
        self.assertMoney(run.amount_untaxed, "10.00")

    def test_an_aspect_that_does_not_say_so_is_asked_about_all(self):
        contract = self._usage_contract({"price_unit": 2.0})
        self._use(contract, 10)
        with patch.object(DiscountAspect, "_leaves_plain", False):
            *_rest, count = self._rated(contract, True)
        self.assertEqual(count, 0)

    def test_no_more_queries_for_more_rows(self):
        counts = []
        for number in (2, 12):
            contracts = self.env["cn285.contract"].union(
                *(self._usage_contract({"price_unit": 2.0}) for _number in range(number))
            )
            for contract in contracts:
                self._use(contract, 3)
            rows = contracts.schedule_ids.filtered(lambda row: row.billing_date <= UNTIL)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            rows._rate_waiting()
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
