from freezegun import freeze_time
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .test_contract_change_money import MoneyCase

TODAY = "2026-01-20"
LATER = "2026-02-10"


@tagged("post_install", "-at_install")
@freeze_time("2026-01-20 10:00:00")
class TestChangeTwice(MoneyCase):
    """Whatever is asked twice is done once, and stops nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.better = cls._create_product("Better", 50.0)
        cls.env["cn285.tier.path"].create(
            [
                {
                    "kind": kind,
                    "product_from_id": cls.subscription.id,
                    "product_to_id": cls.better.id,
                }
                for kind in ("upsell", "downsell")
            ]
        )
        cls.other = cls.env["res.partner"].create({"name": "Other"})

    def _cases(self, contract):
        """``(type, item, values)`` of all types that may be planned for a running contract."""
        item = contract.item_ids[:1]
        target = self._create_contract([{"price_unit": 5.0}])
        pricelist = self.env["product.pricelist"].create({"name": "Special"})
        term = self.env.ref("account.account_payment_term_30days")
        return [
            ("end_item", item, {}),
            ("terminate", None, {}),
            ("quantity", item, {"quantity": 3.0}),
            ("price", item, {"price_unit": 62.0}),
            ("pricelist", None, {"pricelist_id": pricelist.id}),
            ("billing_period", item, {"recurring_interval": 1, "recurring_unit": "year"}),
            ("billing_day", item, {"billing_day": 15}),
            ("upsell", item, {"product_id": self.better.id}),
            ("downsell", item, {"product_id": self.better.id}),
            ("service_period", item, {"date_end": "2026-06-30"}),
            ("beneficiary", item, {"beneficiary_id": self.other.id}),
            ("transfer_item", item, {"to_contract_id": target.id}),
            ("holder", None, {"partner_id": self.other.id}),
            ("payment_terms", None, {"payment_term_id": term.id}),
            ("pause", item, {"date_end": "2026-02-28"}),
            ("deactivate", item, {"cause": "debt"}),
        ]

    def test_the_same_is_not_planned_twice(self):
        for number in range(len(self._cases(self._monthly(31.0)))):
            contract = self._monthly(31.0, 10.0)
            kind, item, values = self._cases(contract)[number]
            with self.subTest(kind):
                self._change(contract, kind, LATER, item=item, **values)
                with self.assertRaisesRegex(ValidationError, "already"):
                    self._change(contract, kind, LATER, item=item, **values)

    def test_what_got_in_twice_is_cancelled_and_holds_nothing_back(self):
        """Planned twice by what came before this rule, or by two processes at once."""
        for number in range(len(self._cases(self._monthly(31.0)))):
            contract = self._monthly(31.0, 10.0)
            kind, item, values = self._cases(contract)[number]
            with self.subTest(kind):
                changes = self.env["cn285.contract.change"]
                for _time in range(2):
                    changes |= self._change(
                        contract, kind, LATER, schedule=False, item=item, **values
                    )
                changes._to_schedule(("draft",))
                later = self._later(contract, kind)
                with self._travel("2026-03-01"):
                    changes._apply_due(contract | later.contract_id)
                    changes._apply_due(changes.contract_id)  # where it went to
                self.assertEqual(changes[0].state, "applied", changes[0].error)
                self.assertIn(changes[1].state, ("applied", "cancelled"), changes[1].error)
                self.assertFalse(changes[1].error)
                self.assertEqual(later.state, "applied", later.error)

    def _later(self, contract, kind):
        """A change of the contract's other item that comes after."""
        if kind in ("terminate", "holder"):
            other = self._monthly(7.0)
            return self._change(other, "quantity", "2026-02-20", item=other.item_ids, quantity=2.0)
        other = contract.item_ids[1]
        return self._change(contract, "quantity", "2026-02-20", item=other, quantity=2.0)

    def test_an_end_is_not_planned_for_after_one(self):
        contract = self._monthly(31.0, 10.0)
        item = contract.item_ids[0]
        for kind, on in (("end_item", item), ("terminate", None)):
            with self.subTest(kind):
                first = self._change(contract, kind, LATER, item=on)
                with self.assertRaisesRegex(ValidationError, "is planned already"):
                    self._change(contract, kind, "2026-03-31", item=on)
                # An earlier one comes first.
                earlier = self._change(contract, kind, "2026-02-05", item=on)
                (first | earlier).action_cancel()

    def test_the_later_of_two_ends_is_cancelled(self):
        contract = self._monthly(31.0, 10.0)
        item = contract.item_ids[0]
        late = self._change(contract, "end_item", "2026-02-28", item=item)
        self._change(contract, "end_item", LATER, item=item)
        with self._travel("2026-03-02"):
            late._apply_due(contract)
        self.assertEqual(late.state, "cancelled")
        self.assertEqual(item.date_end.isoformat(), LATER)
        self.assertTrue(
            contract.message_ids.filtered(lambda note: "nothing is left of it" in note.body)
        )

    def test_a_new_item_asked_twice_is_two(self):
        contract = self._monthly(31.0)
        for _time in range(2):
            self._change(contract, "add_item", LATER, product_id=self.setup_fee.id)
        with self._travel(LATER):
            self.env["cn285.contract.change"]._apply_due(contract)
        self.assertEqual(len(contract.item_ids), 3)

    def test_ends_of_pauses_and_trials_twice(self):
        contract = self._monthly(31.0)
        item = contract.item_ids
        self._change(contract, "pause", TODAY, item=item)
        changes = self.env["cn285.contract.change"]
        for day in (LATER, "2026-02-15"):
            changes |= self._change(contract, "resume", day, item=item)
        with self._travel("2026-03-01"):
            changes._apply_due(contract)
        self.assertEqual(changes.mapped("state"), ["applied", "cancelled"])

        trial = self._create_contract([{"trial_days": 60}])
        item, changes = trial.item_ids, changes.browse()
        for days in (5, 6):
            changes |= self._change(trial, "extend_trial", LATER, item=item, trial_days=days)
        with self._travel("2026-03-01"):
            changes._apply_due(trial)
        self.assertEqual(changes.mapped("state"), ["applied", "cancelled"])
        self.assertEqual(item.trial_days, 65)

    def test_the_same_again_once_it_was_given_up(self):
        contract = self._monthly(31.0)
        change = self._change(contract, "terminate", LATER)
        change.action_cancel()
        self.assertEqual(self._change(contract, "terminate", LATER).state, "scheduled")

    def test_moved_to_where_it_is_planned_already(self):
        contract = self._monthly(31.0)
        item = contract.item_ids
        self._change(contract, "quantity", LATER, item=item, quantity=2.0)
        change = self._change(contract, "quantity", "2026-02-11", item=item, quantity=2.0)
        with self.assertRaisesRegex(ValidationError, "is planned already"):
            change.action_reschedule(LATER)
