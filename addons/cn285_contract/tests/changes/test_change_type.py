# The hooks of a change type return nothing: pylint: disable=missing-return
from unittest.mock import patch

from freezegun import freeze_time
from lxml import etree
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.changes.types import CHANGE_TYPES, ChangeType, ChangeTypeExtension
from ...models.changes.types.quantity import Quantity
from ...models.common import STATE_DOOR
from .test_contract_change import ChangeCase

TODAY = "2026-01-20"


class Rounded(ChangeTypeExtension):
    """Another addon's say in changes of quantity: whole units, and a note of what happened."""

    for_customers = False

    def __init__(self, base, notes):
        super().__init__(base)
        self.notes = notes

    def check(self, change):
        super().check(change)
        if change._parsed()["quantity"] % 1:
            raise change._refusal("whole units only.")

    def apply(self, changes):
        self.notes.append("before")
        super().apply(changes)
        self.notes.append("after")


@tagged("post_install", "-at_install")
@freeze_time("2026-01-20 10:00:00")
class TestChangeType(ChangeCase):
    """The table of types: in order, complete, extended by other addons, asked in order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._create_contract([{"price_unit": 31.0}], name="CTR/TYPES")
        cls.item = cls.contract.item_ids

    def _with_types(self, types):
        """The types as another addon leaves them, until the end of the ``with``."""
        model = type(self.env["cn285.contract.change"])
        return patch.object(model, "_change_types", lambda _self: {**CHANGE_TYPES, **types})

    # === THE TABLE === #

    def test_types_are_offered_in_order(self):
        names = [
            name
            for name, _label in self.env["cn285.contract.change"]
            ._fields["type"]
            .get_description(self.env)["selection"]
        ]
        self.assertEqual(
            [name for name in names if name in CHANGE_TYPES],
            [
                *("end_item", "terminate"),
                *(
                    "quantity",
                    "price",
                    "discount_period",
                    "pricelist",
                    "billing_period",
                    "billing_day",
                ),
                *("add_item", "upsell", "downsell", "cross_sell"),
                *("service_period", "extend_trial", "beneficiary", "transfer_item"),
                *("holder", "payment_terms", "contract_end", "contract_terms"),
                *("pause", "resume", "deactivate", "activate"),
            ],
        )
        self.assertEqual(names[: len(CHANGE_TYPES)], list(CHANGE_TYPES))

    def test_each_type_is_complete(self):
        for name, change_type in self.env["cn285.contract.change"]._change_types().items():
            with self.subTest(type=name):
                self.assertEqual(change_type.name, name)
                self.assertIn(change_type.on, ("item", "contract", "either"))
                self.assertTrue(self.env._(change_type.label))
                self.assertTrue(type(change_type).__doc__, "says what it does")
                self.assertIsNot(type(change_type).apply, ChangeType.apply)

    def test_the_dialog_shows_what_each_type_asks_for(self):
        wizards = self.env["cn285.contract.change.wizard"]
        arch = etree.fromstring(wizards.get_view()["arch"])
        shown = {node.get("name") for node in arch.iter("field")}
        for change_type in self.env["cn285.contract.change"]._change_types().values():
            for name, value in change_type.values.items():
                if value.in_dialog:
                    with self.subTest(type=change_type.name, value=name):
                        self.assertIn(name, wizards._fields)
                        self.assertIn(name, shown)
            for name in change_type.start_values(self.item):
                self.assertIn(name, wizards._fields)

    def test_a_type_that_is_gone_stays_in_the_log(self):
        change = self._change(self.contract, "quantity", "2026-03-01", item=self.item, quantity=2.0)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE cn285_contract_change SET type = 'gone' WHERE id = %s", [change.id]
        )
        self.env.invalidate_all()
        self.assertIn("gone", change.display_name)
        self.assertIn("2.0", change.description)
        with freeze_time("2026-03-02 03:00:00"), mute_logger("odoo.addons.cn285_contract"):
            change._apply_due(self.contract)
        self.assertEqual(change.state, "scheduled")
        self.assertIn("CTR/TYPES, gone", change.error)
        self.assertIn("this type of change is not installed any more", change.error)
        change.action_cancel()

    # === EXTENSIONS === #

    def test_an_extension_hands_on_all_that_a_type_has(self):
        own = {name for name in vars(ChangeType) if not name.startswith("_")}
        own |= set(ChangeType.__annotations__)
        self.assertEqual(own - vars(ChangeTypeExtension).keys(), set())

    def test_an_extension_stands_in_the_place_of_the_type(self):
        notes = []
        inner = Rounded(Quantity(), notes)
        outer = ChangeTypeExtension(inner)
        self.assertEqual((outer.name, outer.on, outer.for_customers), ("quantity", "item", False))
        with self._with_types({"quantity": outer}):
            with self.assertRaisesRegex(ValidationError, "whole units only"):
                self._change(self.contract, "quantity", TODAY, item=self.item, quantity=1.5)
            change = self._change(self.contract, "quantity", TODAY, item=self.item, quantity=2.0)
        self.assertEqual(notes, ["before", "after"])
        self.assertEqual((change.state, self.item.quantity), ("applied", 2.0))

    def test_a_type_of_another_addon(self):
        class Rename(ChangeType):
            """The item has another text from now on."""

            name = "rename"
            label = "Another Text"
            on = "item"
            done = 0

            def apply(self, changes):
                type(self).done += len(changes)

        with self._with_types({"rename": Rename()}):
            wizard = self.env["cn285.contract.change.wizard"].new({"type": "rename"})
            self.assertEqual((wizard.on, wizard.value_names), ("item", ",,"))
            self.assertIn(("rename", "Another Text"), wizard._type_selection())
            self._change(self.contract, "rename", TODAY, item=self.item)
        self.assertEqual(Rename.done, 1)

    # === ORDER === #

    def test_checks_in_order(self):
        """The contract, the values, the item, what may be asked, the dates, the type's own."""
        template = self.env["cn285.contract.template"].create(
            {"name": "Later", "downgrade_when": "next_billing"}
        )
        contract = self._create_contract([{}], name="CTR/ORDER")
        contract.template_id = template
        item = contract.item_ids
        change = self._change(contract, "quantity", "2025-01-01", schedule=False, item=item)
        self.env.flush_all()

        def refused(reason):
            with self.assertRaisesRegex(ValidationError, reason):
                change.action_schedule()

        contract._update_state(("active",), "cancelled")
        refused("only a running contract changes")
        contract._update_state(("cancelled",), "draft")
        contract.action_confirm()
        item = contract.item_ids
        item.with_context(cn285_keep_contract_state=STATE_DOOR)._update_state(
            (item.state,), "cancelled"
        )
        refused("“quantity” is missing")
        change.values = {"quantity": -1.0}
        refused("item .* is “Cancelled”")
        item._update_state(("cancelled",), "active")
        refused("dated back by 90 days")
        change.date_effective = TODAY
        refused("from 02/01/2026 on")
        template.downgrade_when = "now"
        refused("cannot be negative")

    def test_customers_ask_for_what_they_may(self):
        change = self._change(
            self.contract, "price", TODAY, schedule=False, item=self.item, price_unit=1.0
        )
        change.origin = "customer"
        with self.assertRaisesRegex(ValidationError, "customers cannot ask for it"):
            change.action_schedule()
        change.origin = "staff"
        change.action_schedule()
        self.assertEqual(change.state, "applied")
