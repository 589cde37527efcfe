from collections import defaultdict
from datetime import date

from freezegun import freeze_time
from odoo import Command
from odoo.tests import tagged

from ..trigger.usage_trigger_case import TriggerCase

MACRO = """\
lines.append({"label": "Basic", "amount": 20})
lines.append({"label": "Calls", "quantity": usage["calls"]["quantity"], "unit_price": 0.5})
"""

# What each item is billed of January: rows with their ratings.
FIRST = {
    "both": [
        "usage 01 43.00: own 30 20.00 included+unit; "
        "Anna 33 23.00 included+unit; Bert 4 0.00 included",
    ],
    "complete": [
        "usage 01 60.00: all 30 60.00 unit",
    ],
    "delivery": [
        "usage_delivery 01 187.20: all 30 187.20 tier+tier+tier+discount",
    ],
    "each": [
        "usage 01 20.70: Anna 33 20.70 included+unit+discount; Bert 4 0.00 included",
    ],
    "first": [
        "usage 01 9.00: all 5 9.00 included+package+discount",
    ],
    "macro each": [
        "usage 01 54.00: all 67 54.00 macro_amount+macro+minimum+discount",
    ],
    "of contract": [
        "usage 01 697.28: all 7 697.28 unit+minimum+discount",
    ],
    "of item": [
        "usage 01 90.00: all 30 60.00 unit; all 1 30.00 unit",
    ],
    "other": [
        "usage 01 0.00: all 40 0.00 included",
    ],
    "plain": [
        "usage 01 2.55: all 30 2.55 unit+discount",
    ],
    "pool": [
        "usage 01 63.00: all 180 63.00 included+unit+discount",
    ],
    "second": [
        "usage 01 -0.90: all 0 -0.90 percent",
    ],
    "threshold": [
        "usage 01 0.00: all 0 0.00 ",
        "usage_threshold 01 54.00: all 30 54.00 unit+discount",
    ],
}
# What the estimates of January say before.
SO_FAR = {
    "both": ["20.00", "23.00", "0.00"],
    "complete": ["60.00"],
    "each": ["20.70", "0.00"],
    "first": ["0.00"],
    "incomplete": ["0.00"],
    "macro each": ["54.00"],
    "of contract": ["790.88"],
    "of item": ["60.00", "30.00"],
    "other": ["0.00"],
    "plain": ["2.55"],
    "pool": ["63.00"],
    "second": ["0.00"],
    "threshold": ["54.00"],
}
# What the same usage, come late, adds.
LATE = {
    "both": [
        "usage_difference 01 63.00: own 30 30.00 unit; Anna 33 33.00 unit; Bert 4 0.00 included",
    ],
    "complete": [
        "usage_difference 01 60.00: all 30 60.00 unit",
    ],
    "delivery": [
        "usage_delivery 01 187.20: all 30 187.20 tier+tier+tier+discount",
    ],
    "each": [
        "usage_difference 01 29.70: Anna 33 29.70 unit+discount; Bert 4 0.00 included",
    ],
    "first": [
        "usage_difference 01 9.00: all 2 9.00 package+discount",
    ],
    "macro each": [
        "usage_difference 01 24.30: all 67 24.30 macro+minimum+discount",
    ],
    "of contract": [
        "usage_difference 01 -318.43: all 7 -318.43 unit+minimum+discount",
    ],
    "of item": [
        "usage_difference 01 10.00: all 30 -20.00 unit+maximum; all 1 30.00 unit",
    ],
    "other": [
        "usage_difference 01 0.00: all 40 0.00 included",
    ],
    "plain": [
        "usage_difference 01 2.55: all 30 2.55 unit+discount",
    ],
    "pool": [
        "usage_difference 01 198.00: all 180 198.00 included+unit+discount",
    ],
    "second": [
        "usage_difference 01 -0.90: all 0 -0.90 percent",
    ],
    "threshold": [
        "usage_difference 01 54.00: all 30 54.00 unit+discount",
    ],
}
# What is billed again after all of that was cancelled.
ANEW = {
    "both": [
        "usage 01 106.00: own 60 50.00 included+unit; "
        "Anna 66 56.00 included+unit; Bert 8 0.00 included",
    ],
    "complete": [
        "usage 01 120.00: all 60 120.00 unit",
    ],
    "delivery": [
        "usage_delivery 01 187.20: all 30 187.20 tier+tier+tier+discount",
        "usage_delivery 01 187.20: all 30 187.20 tier+tier+tier+discount",
    ],
    "each": [
        "usage 01 50.40: Anna 66 50.40 included+unit+discount; Bert 8 0.00 included",
    ],
    "first": [
        "usage 01 18.00: all 7 18.00 included+package+discount",
    ],
    "macro each": [
        "usage 01 78.30: all 134 78.30 macro_amount+macro+discount",
    ],
    "of contract": [
        "usage 01 382.90: all 14 382.90 unit+minimum+discount",
    ],
    "of item": [
        "usage 01 100.00: all 60 40.00 unit+maximum; all 2 60.00 unit",
    ],
    "other": [
        "usage 01 0.00: all 80 0.00 included",
    ],
    "plain": [
        "usage 01 5.10: all 60 5.10 unit+discount",
    ],
    "pool": [
        "usage 01 261.00: all 360 261.00 included+unit+discount",
    ],
    "second": [
        "usage 01 -1.80: all 0 -1.80 percent",
    ],
    "threshold": [
        "usage 01 0.00: all 0 0.00 ",
        "usage_difference 01 108.00: all 60 108.00 unit+discount",
    ],
}


@tagged("post_install", "-at_install")
@freeze_time("2026-01-02 10:00:00")
class TestRatingAspects(TriggerCase):
    """All that weighs on a rating at once: the order of the aspects, to the cent.

    One contract has an item for each aspect and for each two of them that meet; a second one is in
    its pool.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna, cls.bert = cls.env["res.partner"].create(
            [{"name": name, "ref": name} for name in ("Anna", "Bert")]
        )
        smartcode = cls.env["cn285.smartcode"].create(
            {"name": "Macro", "code": "macro", "version_ids": [Command.create({"body": MACRO})]}
        )
        smartcode.version_ids.action_activate()
        cls.pool = cls.env["cn285.usage.pool"].create({"name": "Fleet", "rollover": "once"})
        cls.mixed = cls._mixed_contract(smartcode)
        cls.other = cls._usage_contract(cls._in_pool(100), {"name": "other", **cls.MONTHS})

    MONTHS = {"alignment": "calendar"}

    @classmethod
    def _in_pool(cls, units):
        shared = {"allowance_scope": "pool", "pool_id": cls.pool.id, "allowance_units": units}
        return {"price_unit": 1.0, **shared}

    @classmethod
    def _mixed_contract(cls, smartcode):
        macro = {"charge_model": "smartcode", "smartcode_id": smartcode.id, "metric_id": False}
        each = {"usage_rated_by": "beneficiary"}
        both = {"usage_rated_by": "both"}
        units = {"price_unit": 1.0, "allowance_units": 10}
        items = {
            "plain": ({"price_unit": 0.1}, {"discount": 15}),
            "each": ({**units, "rollover": "once"}, {**each, "discount": 10}),
            "both": (units, both),
            "pool": (cls._in_pool(50), {"discount": 10}),
            "of contract": (
                {"price_unit": 1.0, "minimum_amount": 2000, "bounds_count": "contract"},
                {"discount": 50},
            ),
            "of item": ({"price_unit": 2.0, "maximum_amount": 100, "bounds_count": "item"}, {}),
            "macro each": ({**macro, "minimum_amount": 60}, {**each, "discount": 10}),
            "delivery": (
                {"charge_model": "graduated", "tier_ids": cls.TIERS},
                {"usage_billing": "delivery", "discount": 10},
            ),
            "threshold": (
                {"price_unit": 2.0},
                {"usage_billing": "threshold", "usage_threshold": 50, "discount": 10},
            ),
            "complete": ({"price_unit": 2.0}, {"usage_billing": "complete"}),
            "incomplete": (
                {"metric_id": cls.sms.id, "price_unit": 2},
                {"usage_billing": "complete"},
            ),
        }
        contract = cls._create_contract(
            [{"name": "fee", "price_unit": 31.0, "timing": "arrears", **cls.MONTHS}]
            + [
                cls._mixed_item(name, calculator, **values)
                for name, (calculator, values) in items.items()
            ]
        )
        of_item = contract.item_ids.filtered(lambda item: item.name == "of item")
        of_item.calculator_ids = [Command.create({"metric_id": cls.sms.id, "price_unit": 30.0})]
        by_name = {item.name: item for item in contract.item_ids}
        package = {"charge_model": "package", "package_size": 20, "price_unit": 5}
        share = {"charge_model": "percentage", "percent": 10, "source_measure": "amount"}
        for name, source, calculator, values in (
            ("first", "each", {**package, "allowance_units": 3}, {**each, "discount": 10}),
            ("second", "first", {**share, "is_payout": True}, {}),
        ):
            calculator = {**calculator, "metric_id": False, "source_item_id": by_name[source].id}
            by_name[name] = cls.env["cn285.contract.item"].create(
                {
                    **cls._item_vals(**cls._mixed_item(name, calculator, **values)),
                    "contract_id": contract.id,
                    "sequence": 1,
                }
            )
        return contract

    @classmethod
    def _mixed_item(cls, name, calculator, **values):
        return {
            "name": name,
            "billing_type": "usage",
            "timing": "arrears",
            "price_unit": 0,
            "calculator_ids": [
                Command.create(
                    {"charge_model": "per_unit", "metric_id": cls.calls.id, **calculator}
                )
            ],
            **cls.MONTHS,
            **values,
        }

    # === READERS === #

    def _item(self, name):
        items = self.mixed.item_ids | self.other.item_ids
        return items.filtered(lambda item: item.name == name)

    def _use_item(self, name, quantity, day="2026-01-10", **values):
        return self._use(self.mixed, quantity, day, item_id=self._item(name).id, **values)

    def _use_everything(self, day="2026-01-10"):
        for name in ("plain", "both", "of item", "macro each", "delivery", "threshold", "complete"):
            self._use_item(name, 30, day)
        for name, quantity in (("pool", 180), ("other", 40), ("of contract", 7)):
            self._use_item(name, quantity, day)
        for partner, quantity in ((self.anna, 33), (self.bert, 4)):
            for name in ("each", "both", "macro each"):
                self._use_item(name, quantity, day, beneficiary=partner.ref)
        self._use_item("of item", 1, day, metric="sms")

    def _rated(self, *states):
        """The rows in these states and what each rating has: a text a row, ratings after it."""
        rows = (self.mixed | self.other).schedule_ids.filtered(
            lambda row: row.state in states and row.rating_ids
        )
        found = defaultdict(list)
        for row in rows.sorted("id"):
            ratings = [
                f"{self._whose(one)} {one.quantity:g} {self._cents(one.amount)} "
                + "+".join(line.code for line in one._engine_rating().lines)
                for one in row.rating_ids.sorted("id")
            ]
            found[row.item_id.name].append(
                f"{row.kind} {row.period_start:%m} {self._cents(row.net)}: {'; '.join(ratings)}"
            )
        return dict(sorted(found.items()))

    def _whose(self, rating):
        return (rating.beneficiary_id.ref or "own") if rating.beneficiary_id else "all"

    def _estimated(self):
        """What the running period comes to so far, by item and beneficiary."""
        estimates, failed = (self.mixed | self.other)._usage_estimates()
        self.assertFalse(failed)
        found = defaultdict(list)
        for one in estimates:
            found[one.row.item_id.name].append(self._cents(float(one.amount)))
        return dict(sorted(found.items()))

    def _bill_all(self):
        run = self._bill(date(2026, 2, 1))
        self.assertFalse(run.issue_ids, run.issue_ids.mapped("reason"))
        return run

    # === ALL AT ONCE === #

    def test_mixed_batch(self):
        self.maxDiff = None
        with freeze_time("2026-01-20 12:00:00"):
            self._use_everything()
            self.assertEqual(self._estimated(), SO_FAR)
            self._look()
        with freeze_time("2026-02-01 06:00:00"):
            self._bill_all()
            self.assertEqual(self._rated("invoiced", "nothing_to_invoice"), FIRST)
            self._use_everything("2026-01-11")
            self._bill_all()
            both = self._rated("invoiced", "nothing_to_invoice")
            self.assertEqual({name: rows[len(FIRST[name]) :] for name, rows in both.items()}, LATE)
            self.assertEqual(self._bill_all().row_count, 0)
            self._cancel_invoices()
            self._bill_all()
            self.assertEqual(self._rated("invoiced", "nothing_to_invoice"), ANEW)

    def _cancel_invoices(self):
        """Cancel all invoices; what was billed without one, or beside one, is owed again."""
        rows = (self.mixed | self.other).schedule_ids
        for move in rows.move_id.sorted("id"):
            move.button_draft()
            move.button_cancel()
        owed = rows.filtered("usage_stale") | rows.filtered("delivery_id.pending")
        self.assertEqual(set(owed.item_id.mapped("name")), {"threshold", "delivery"})

    def test_deliveries_and_periods_of_one_metric_are_measured_together(self):
        with freeze_time("2026-01-20 12:00:00"):
            self._use_everything()
            self._look()
        rows = self.mixed.schedule_ids.filtered(
            lambda row: row.item_id.name in ("plain", "delivery") and row.period_start.month == 1
        )
        self.assertEqual(len(rows), 2)
        measured = self.calls._measure([row._window(row.id) for row in rows])
        self.assertEqual([measured[row.id].quantity for row in rows], [30, 30])
