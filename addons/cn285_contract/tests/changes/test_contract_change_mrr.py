from datetime import date

from freezegun import freeze_time
from odoo.tests import tagged

from .test_contract_change_money import MoneyCase

TODAY = "2026-01-15"


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestChangeMrr(MoneyCase):
    """Monthly recurring revenue in previews of changes, and once they have taken effect."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.small = cls._create_product("Small", 30.0)
        cls.env["cn285.tier.path"].create(
            {
                "product_from_id": cls.subscription.id,
                "product_to_id": cls.small.id,
                "kind": "downsell",
            }
        )

    def _preview(self, contract, kind, day, item=None, **values):
        change = self._change(contract, kind, day, schedule=False, item=item, **values)
        preview = change.preview()
        return change, (preview["mrr_before"], preview["mrr_after"])

    def _downsell(self, contract, day):
        values = {"product_id": self.small.id, "price_unit": 30.0}
        return self._preview(contract, "downsell", day, contract.item_ids[-1], **values)

    def test_the_preview_of_a_downgrade(self):
        contract = self._monthly(60.0)
        for rule in ("old", "new"):
            self.company.cn285_change_day = rule
            for day in ("2026-01-05", TODAY, "2026-02-10"):
                with self.subTest(rule=rule, day=day):
                    self.assertEqual(self._downsell(contract, day)[1], (60.0, 30.0))

    def test_the_days_around_a_downgrade_count_once(self):
        contract = self._monthly(60.0)
        self._bill(TODAY)
        change, _shown = self._downsell(contract, TODAY)
        change.action_schedule()
        self.assertEqual(change.state, "applied")
        # The old item still has open rows, and is not marked as ended.
        for day in (TODAY, "2026-01-16", "2026-02-01"):
            with self._travel(day):
                self.env.invalidate_all()
                self.assertMoney(contract.mrr, "30.00")
        self.assertMoney(contract.mrr_company, "30.00")

    def test_the_preview_of_a_quantity_on_a_day_to_come(self):
        contract = self._monthly(10.0)
        _change, shown = self._preview(
            contract, "quantity", "2026-03-01", contract.item_ids, quantity=4.0
        )
        self.assertEqual(shown, (10.0, 40.0))

    def test_the_preview_of_an_end(self):
        contract = self._monthly(10.0, 7.0)
        _change, shown = self._preview(contract, "end_item", "2026-03-31", contract.item_ids[0])
        self.assertEqual(shown, (17.0, 7.0))

    def test_the_preview_of_a_price_while_a_discount_runs(self):
        contract = self._monthly(10.0)
        contract.item_ids.discount_ids = [
            (0, 0, {"date_start": date(2026, 1, 1), "percent": 50.0}),
        ]
        _change, shown = self._preview(
            contract, "price", "2026-02-01", contract.item_ids, price_unit=20.0
        )
        self.assertEqual(shown, (5.0, 10.0))

    def test_a_pause_and_its_end(self):
        contract = self._monthly(100.0)
        change, shown = self._preview(contract, "pause", TODAY, date_end="2026-02-10")
        self.assertEqual(shown, (100.0, 0.0))
        change.action_schedule()
        for day, expected in ((TODAY, "0.00"), ("2026-02-10", "0.00"), ("2026-02-11", "100.00")):
            with self._travel(day):
                self.env.invalidate_all()
                self.assertMoney(contract.mrr, expected)

    def test_a_pause_that_is_billed_as_before(self):
        contract = self._monthly(100.0)
        self._change(contract, "pause", TODAY, date_end="2026-02-10", billing="billed")
        self.assertEqual(contract.state, "paused")
        self.assertMoney(contract.mrr, "100.00")

    def test_a_dated_back_quantity(self):
        contract = self._monthly(100.0)
        self._change(contract, "quantity", "2026-01-05", item=contract.item_ids, quantity=2.0)
        self.assertMoney(contract.mrr, "200.00")
        self.assertMoney(contract.mrr_company, "200.00")

    def test_another_holder(self):
        contract = self._monthly(100.0)
        other = self.env["res.partner"].create({"name": "Café Durand"})
        _change, shown = self._preview(contract, "holder", "2026-02-01", partner_id=other.id)
        self.assertEqual(shown, (100.0, 100.0))
