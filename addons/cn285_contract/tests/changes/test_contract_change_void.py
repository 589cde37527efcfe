from freezegun import freeze_time
from odoo.tests import new_test_user, tagged

from .test_contract_change_money import MoneyCase

TODAY = "2026-01-20"


@tagged("post_install", "-at_install")
@freeze_time("2026-01-20 10:00:00")
class TestVoidPlans(MoneyCase):
    """What is planned, and becomes void, is cancelled and told; nothing else waits for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.premium = cls._create_product("Premium", 99.0)
        cls.env["cn285.tier.path"].create(
            {"product_from_id": cls.subscription.id, "product_to_id": cls.premium.id}
        )
        cls.manager = new_test_user(
            cls.env, "void_manager", "cn285_contract.group_billing_manager", name="Manager"
        )

    def _run_on(self, day):
        """A day's billing run, as the billing manager."""
        with self._travel(day):
            run = self.env["cn285.billing.run"].with_user(self.manager).create({"date": day})
            run.action_run()

    def _states(self, *changes):
        return [change.state for change in changes]

    # === ENDS === #

    def test_a_plan_of_an_item_that_ends_holds_nothing_back(self):
        contract = self._monthly(31.0, 62.0)
        one, two = contract.item_ids
        void = self._change(contract, "quantity", "2026-03-01", item=one, quantity=2.0)
        early = self._change(contract, "quantity", "2026-02-01", item=one, quantity=3.0)
        other = self._change(contract, "quantity", "2026-03-01", item=two, quantity=2.0)
        end = self._change(contract, "terminate", "2026-03-31")
        ending = self._change(contract, "end_item", "2026-02-28", item=one, schedule=False)
        told = ending.with_user(self.manager).preview()["cancelled"]
        self.assertEqual([plan["change_id"] for plan in told], [void.id])
        ending.action_schedule()
        self.assertEqual(void.state, "scheduled", "the end may still be given up")
        self._run_on("2026-04-01")
        self.assertEqual(
            self._states(early, ending, void, other, end),
            ["applied", "applied", "cancelled", "applied", "applied"],
        )
        self.assertFalse(void.error)
        self.assertIn(ending.display_name, void.message_ids[0].body)
        # 31.00 and 93.00; 62.00, 62.00 and 124.00.
        self.assertEqual(self._billed(contract), "372.00")
        with self._travel("2026-04-02"):
            self.env["cn285.contract"]._cron_extend_schedules()
        self.assertEqual(contract.state, "closed")

    def test_an_end_of_the_contract_cancels_plans_of_all_its_items(self):
        contract = self._monthly(31.0, 62.0)
        one, two = contract.item_ids
        void = self._change(contract, "pause", "2026-03-10", date_end="2026-03-20")
        void |= self._change(contract, "quantity", "2026-03-01", item=one, quantity=2.0)
        void |= self._change(contract, "upsell", "2026-03-01", item=two, product_id=self.premium.id)
        void |= self._change(
            contract, "add_item", "2026-03-01", product_id=self.premium.id, price_unit=1.0
        )
        kept = self._change(contract, "price", "2026-02-28", item=one, price_unit=28.0)
        ending = self._change(contract, "terminate", "2026-02-28", schedule=False)
        told = ending.with_user(self.manager).preview()["cancelled"]
        self.assertEqual({plan["change_id"] for plan in told}, set(void.ids))
        ending.action_schedule()
        self._run_on("2026-03-15")
        self.assertEqual(set(void.mapped("state")), {"cancelled"})
        self.assertEqual(kept.state, "applied")
        # 31.00, 27 days of 28 at 31.00 and one at 28.00; 62.00 twice.
        self.assertEqual(self._billed(contract), "185.89")

    def test_ends_wait_for_nothing(self):
        """An item's plan fails for a reason of its own: the other ones, and the end, go on."""
        contract = self._monthly(31.0, 62.0)
        one, two = contract.item_ids
        bad = self._change(contract, "quantity", "2026-02-15", item=one, quantity=2.0)
        one.date_end = "2026-02-10"
        late = self._change(contract, "price", "2026-02-20", item=two, price_unit=31.0)
        self._change(contract, "terminate", "2026-02-28")
        self._run_on("2026-03-02")
        self.assertEqual((bad.state, late.state), ("scheduled", "applied"))
        self.assertIn("ends on", bad.error)
        self.assertEqual(contract.date_end.isoformat(), "2026-02-28")
        # 31.00 and 10/28 of it; 62.00, 19 days of 28, and 9 at 31.00.
        self.assertEqual(self._billed(contract), "156.10")

    def test_ended_by_hand(self):
        ended, closed, given_up = (self._monthly(31.0) for _number in range(3))
        plans = [
            self._change(contract, "quantity", "2026-03-01", item=contract.item_ids, quantity=2.0)
            for contract in (ended, closed, given_up)
        ]
        ended.item_ids.with_user(self.manager).action_end(TODAY)
        closed.with_user(self.manager).action_close("2026-02-10")
        given_up.with_user(self.manager).action_cancel()
        self.assertEqual(self._states(*plans), ["cancelled"] * 3)
        for plan in plans:
            self.assertIn("nothing is left", plan.message_ids[0].body)

    def test_closed_by_hand_credits_what_was_billed_beyond(self):
        """365.00 for 2026, closed on 20 January: 20.00 stay, by either rule for the day."""
        for rule in ("billed", "free"):
            self.company.cn285_end_day = rule
            contract = self._create_contract(
                [
                    {"price_unit": 365.0, "recurring_unit": "year", "alignment": "calendar"},
                    {"price_unit": 31.0, "alignment": "calendar", "timing": "arrears"},
                ]
            )
            with self._travel("2026-01-20"):
                self._bill("2026-01-20")
                contract.with_user(self.manager).action_close()
                self.assertEqual(contract.state, "closed")
                self.assertEqual(contract.change_ids.mapped("type"), ["terminate"])
            with self._travel("2026-02-02"):
                self._bill("2026-02-02")
            self.assertEqual(self._billed(contract), "40.00")

    def test_a_service_that_is_served_longer_again(self):
        """The end of a service cancels what comes after it, but not that it goes on after all."""
        contract = self._monthly(31.0)
        item = contract.item_ids
        void = self._change(contract, "quantity", "2026-03-10", item=item, quantity=2.0)
        longer = self._change(
            contract, "service_period", "2026-03-02", item=item, date_end="2026-03-31"
        )
        self._change(contract, "service_period", TODAY, item=item, date_end="2026-02-28")
        self.assertEqual(self._states(void, longer), ["cancelled", "scheduled"])
        self._run_on("2026-04-01")
        self.assertEqual(self._billed(contract), "93.00")

    def test_a_new_holder(self):
        """A pause of the whole contract was agreed with the old one; the items' own go over."""
        contract = self._monthly(31.0)
        other = self.env["res.partner"].create({"name": "Café Durand"})
        void = self._change(contract, "pause", "2026-03-10", date_end="2026-03-20")
        own = self._change(contract, "quantity", "2026-03-01", item=contract.item_ids, quantity=2.0)
        change = self._change(contract, "holder", "2026-02-01", partner_id=other.id, schedule=False)
        self.assertEqual([plan["change_id"] for plan in change.preview()["cancelled"]], void.ids)
        change.action_schedule()
        self._run_on("2026-02-01")
        self._run_on("2026-03-01")
        self.assertEqual(self._states(void, own), ["cancelled", "applied"])
        self.assertEqual(self._billed(change.result_contract_id), "93.00")

    # === UPGRADES === #

    def _upgrade(self, day, contract, **values):
        return self._change(
            contract, "upsell", day, item=contract.item_ids, product_id=self.premium.id, **values
        )

    def test_an_upgrade_leaves_planned_prices_behind(self):
        contract = self._monthly(31.0)
        item = contract.item_ids
        price = self._change(contract, "price", "2026-03-01", item=item, price_unit=35.0)
        quantity = self._change(contract, "quantity", "2026-03-01", item=item, quantity=2.0)
        upgrade = self._upgrade("2026-02-01", contract)
        told = upgrade.preview()["cancelled"]
        self.assertEqual([plan["change_id"] for plan in told], price.ids)
        self._run_on("2026-02-01")
        self._run_on("2026-03-01")
        self.assertEqual(self._states(price, quantity, upgrade), ["cancelled", *["applied"] * 2])
        # 31.00, 99.00 and twice 99.00.
        self.assertEqual(self._billed(contract), "328.00")

    def test_an_upgrade_dated_back_leaves_later_prices_behind(self):
        contract = self._monthly(31.0)
        item = contract.item_ids
        self._bill(TODAY)
        for day, kind, values in (
            ("2026-02-01", "price", {"price_unit": 35.0}),
            ("2026-02-01", "quantity", {"quantity": 2.0}),
            ("2026-03-01", "price", {"discount": 50.0}),
            ("2026-03-10", "pause", {"date_end": "2026-03-19"}),
        ):
            with self._travel(day):
                self._change(contract, kind, day, item=item, **values)
        with self._travel("2026-03-25"):
            self._bill("2026-03-25")
            # 31.00; 70.00; 21 of 31 days of 35.00
            self.assertEqual(self._billed(contract), "124.71")
            self._upgrade("2026-01-16", contract, price_unit=99.0)
            self._bill("2026-03-25")
        # 15.00 and 16/31 of 99.00; 198.00; 21 of 31 days of 198.00.
        self.assertEqual(self._billed(contract), "398.23")

    def test_an_upgrade_has_its_own_price_for_other_periods(self):
        """Yearly from March on: twelve times the new product's price."""
        for planned in (True, False):
            contract = self._monthly(31.0)
            yearly = {"recurring_interval": 1, "recurring_unit": "year", "price_unit": 300.0}
            if planned:
                self._change(
                    contract, "billing_period", "2026-03-01", item=contract.item_ids, **yearly
                )
                self._upgrade("2026-02-01", contract, price_unit=99.0)
                self._run_on("2026-03-01")
            else:
                with self._travel("2026-03-01"):
                    self._change(
                        contract, "billing_period", "2026-03-01", item=contract.item_ids, **yearly
                    )
                    self._upgrade("2026-02-01", contract, price_unit=99.0)
            successor = contract.item_ids.filtered(lambda item: item.product_id == self.premium)
            self.assertEqual(
                (successor.recurring_unit, self._cents(successor.price_unit)), ("year", "1188.00")
            )

    def test_a_transfer_keeps_planned_prices(self):
        contract, target = self._monthly(31.0), self._monthly(10.0)
        (contract | target).invoice_separately = True
        item = contract.item_ids
        self._change(contract, "price", "2026-03-01", item=item, price_unit=35.0)
        self._change(contract, "transfer_item", "2026-02-01", item=item, to_contract_id=target.id)
        self._run_on("2026-02-01")
        self._run_on("2026-03-01")
        self.assertEqual(self._billed(target), "96.00")
