"""Loads of contracts by a billing manager: tried, loaded in batches, undone."""

from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.addons.cn285_import.models import batches
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .test_take_over import TakeOverCase

CONTRACTS = "id,partner,date_start,state\n" + "".join(
    f"L-{n},TO-CUST,2026-02-0{n},{'closed' if n == 4 else 'active'}\n" for n in range(1, 6)
)
ITEMS = "id,contract,product,price_unit,recurring_unit\n" + "".join(
    f"L-{n}-{place},L-{n},TO-SUB,{10 * n},month\n" for place in (1, 2) for n in range(1, 6)
)
DISCOUNTS = "item,date_start,percent\n" + "".join(
    f"L-{n}-2,2026-02-01,{'x' if n == 5 else 50}\n" for n in range(1, 6)
)


@tagged("post_install", "-at_install")
@freeze_time("2026-02-20 10:00:00")
class TestImportLoad(TakeOverCase):
    def _make(self, user=None, **values):
        loads = self.env["cn285.import.load"].with_user(user or self.manager)
        texts = {"contracts": CONTRACTS, "items": ITEMS, "discounts": DISCOUNTS}
        return loads._make(
            [(f"{name}.csv", text.encode()) for name, text in texts.items()],
            namespace="cn285_test",
            **values,
        )

    def _contract(self, number):
        return self.env.ref(f"cn285_test.L-{number}")

    def test_trial_tells_of_the_first_bills(self):
        load = self._make(is_trial=True)
        load._run(commit=False)
        self.assertEqual((load.state, load.error_count), ("tried", 1))
        self.assertFalse(self.env.ref("cn285_test.L-1", raise_if_not_found=False))
        first = load.notes.splitlines()[0]
        # Contract 1: 10.00 and 10.00 less half, from the first of the month.
        self.assertIn("1 contracts", first)
        self.assertIn("15.00", first.replace(",", "."))
        self.assertEqual(len(load.notes.splitlines()), 4)

    def test_no_contract_is_parted_by_a_batch(self):
        """Batches of fewer rows than a contract has: each contract with all that belongs to it."""
        with patch.object(batches, "BATCH", 3):
            load = self._make()
            load._run(commit=False)
        self.assertEqual((load.batch_count, load.error_count), (5, 1))
        self.assertEqual(
            [self._contract(n).state for n in range(1, 6)],
            ["active", "active", "active", "closed", "draft"],
        )
        self.assertIn("stays a draft", load.error_ids.reason)
        self.assertEqual(load.error_ids.column, "percent")
        counts = {one.kind: (one.created, one.refused) for one in load.count_ids}
        self.assertEqual(counts, {"contracts": (5, 0), "items": (10, 0), "discounts": (4, 1)})
        again = self._make()
        again._run(commit=False)
        counts = {one.kind: (one.created, one.updated, one.skipped) for one in again.count_ids}
        self.assertEqual(
            counts, {"contracts": (0, 0, 5), "items": (0, 0, 10), "discounts": (0, 0, 4)}
        )

    def test_undo_leaves_what_was_billed(self):
        load = self._make()
        load._run(commit=False)
        with self.assertRaises(AccessError):
            load.with_user(self.clerk).action_undo()
        billed = self._contract(1)
        run = self.env["cn285.billing.run"].create(
            {"date": date(2026, 2, 28), "partner_ids": [(6, 0, self.customer.ids)]}
        )
        # Only the first of them: the others are held.
        for number in (2, 3, 4, 5):
            self._contract(number).billing_hold = True
        run.action_run()
        self.assertTrue(billed.invoice_ids)
        load.action_undo()
        self.assertEqual(load.state, "undone")
        self.assertEqual(len(load.undone.splitlines()), 1 + 2 + 1)
        self.assertEqual(load.undone.count("was billed here"), 1 + 2 + 1)
        self.assertEqual(len(billed.item_ids.discount_ids), 1)
        for number in (2, 3, 4, 5):
            name = f"cn285_test.L-{number}"
            self.assertFalse(self.env.ref(name, raise_if_not_found=False), name)
        self.assertEqual(load.made_count, 1 + 2 + 1)
        self.assertFalse(
            self.env["cn285.contract.item"].search(
                [("contract_id.partner_id", "=", self.customer.id)]
            )
            - billed.item_ids
        )
