from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..rating.test_usage_rating import UsageCase

NONSENSE = (float("nan"), float("inf"), 1e30, -1e30)


@tagged("post_install", "-at_install")
class TestUsageBounds(UsageCase):
    """Figures of calculators, tiers, values, pools and thresholds that are a slip."""

    def _refused(self, step):
        with self.assertRaisesRegex(ValidationError, "must"), self.env.cr.savepoint():
            step()
        self.env.invalidate_all()

    def test_figures(self):
        contract = self._usage_contract({"charge_model": "graduated", "tier_ids": self.TIERS})
        item, calculator = contract.item_ids, contract.item_ids.calculator_ids
        pool = self.env["cn285.usage.pool"].create({"name": "Fleet"})
        places = {
            calculator: ("price_unit", "allowance_units", "minimum_amount", "percent"),
            calculator.tier_ids[0]: ("up_to", "price_unit", "flat"),
            pool: ("allowance_units",),
            item: ("usage_threshold", "usage_threshold_step"),
        }
        for record, names in places.items():
            for name in names:
                for value in NONSENSE:
                    with self.subTest(record=record, field=name, value=value):
                        self._refused(lambda r=record, n=name, v=value: r.write({n: v}))

    def test_when_they_are_made(self):
        for value in NONSENSE:
            for vals in (
                {"price_unit": value},
                {"price_unit": 1, "allowance_units": value},
                {"charge_model": "volume", "tier_ids": [(0, 0, {"up_to": 0, "price_unit": value})]},
            ):
                with self.subTest(vals=vals):
                    self._refused(lambda v=vals: self._usage_contract(v))
