"""Shared units of pools over time: what was billed of them stays."""

from datetime import date

from freezegun import freeze_time
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .test_usage_discount_change import HistoryCase


@tagged("post_install", "-at_install")
@freeze_time("2026-05-01 10:00:00")
class TestUsagePoolHistory(HistoryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pool = cls.env["cn285.usage.pool"].create({"name": "Fleet", "allowance_units": 50})

    def _member(self, **calculator):
        shared = {"allowance_scope": "pool", "pool_id": self.pool.id, "price_unit": 1.0}
        return self._usage_contract(
            {**shared, **calculator}, {"alignment": "calendar"}, date_start="2026-04-01"
        )

    def test_units_edited_twice_hold_from_the_next_period(self):
        contract, pool = self._member(), self.pool.with_user(self.manager)
        pool.allowance_units = 60
        self.assertFalse(pool.version_ids, "nothing was billed")
        self._use(contract, 100, "2026-04-10")
        self.assertEqual(self._bill_now(contract), "40.00")
        pool.allowance_units = 10
        pool.allowance_units = 20
        self.assertEqual(
            pool.version_ids.mapped(lambda one: (one.date_from, one.allowance_units)),
            [(False, 60.0), (date(2026, 5, 1), 20.0)],
        )
        self._use(contract, 1, "2026-04-11")
        self.assertEqual(self._bill_on("2026-05-02", contract), "1.00")
        with self._on("2026-05-31"):
            self._use(contract, 100, "2026-05-10")
        self.assertEqual(self._bill_on("2026-06-01", contract), "80.00")

    def test_what_was_billed_is_refused_or_billed_anew(self):
        contract, pool = self._member(), self.pool.with_user(self.manager)
        self._use(contract, 100, "2026-04-10")
        self.assertEqual(self._bill_now(contract), "50.00")
        refused = self.assertRaisesRegex(ValidationError, "billed up to")
        with refused, self.env.cr.savepoint():
            pool.write({"allowance_units": 70, "terms_from": "2026-04-01"})
        pool.invalidate_recordset()
        pool.write({"allowance_units": 70, "terms_from": "2026-04-01", "terms_correct": True})
        self.assertEqual(self._bill_on("2026-05-02", contract), "-20.00")

    def test_bounds_of_parts_hold_for_members_too(self):
        contract = self._member(change_method="windows", minimum_amount=200.0)
        calculator = contract.item_ids.calculator_ids.with_user(self.manager)
        with self._on("2026-04-10"):
            calculator.write({"price_unit": 2.0, "terms_from": "2026-04-16"})
        self._use(contract, 60, "2026-04-10")
        self._use(contract, 10, "2026-04-20")
        self.assertEqual(self._bill_now(contract), "200.00")
