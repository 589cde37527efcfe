from collections import defaultdict
from datetime import date

from freezegun import freeze_time
from odoo.tests import new_test_user, tagged

from ..oracle import histories, owed_cents, period_of, seeds
from .test_contract_change_money import MoneyCase

# The breadth is played without Odoo: see ../engine/test_engine_oracle.py.
CONTRACTS = 5
NUMBERS = ("price", "quantity", "discount")
# What a clerk enters; the anchor, the month of periods, and a billing day's calendar follow.
FIELDS = {
    "price": "price_unit",
    "quantity": "quantity",
    "discount": "discount",
    "unit": "recurring_unit",
    "every": "recurring_interval",
    "alignment": "alignment",
    "billing_day": "billing_day",
}


@tagged("post_install", "-at_install")
@freeze_time("2026-01-01 10:00:00")
class TestOracle(MoneyCase):
    """Random lives of contracts, played day by day, against arithmetic that knows no program."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, "oracle_manager", groups="cn285_contract.group_billing_manager"
        )

    def test_the_oracle_itself(self):
        """By hand: 29.00 a month becomes 99.00 on 16 January; a pause of ten days of February."""
        item = {
            "unit": "month",
            "every": 1,
            "alignment": "calendar",
            "billing_day": 1,
            "billing_start": date(2026, 1, 1),
            "price": "29",
            "quantity": "1",
            "discount": "0",
            "windows": [],
        }
        history = [(date(2026, 1, 16), 0, {"price": "99"})]
        # 29 × 15/31 = 14.03, 99 × 16/31 = 51.10
        self.assertEqual(owed_cents(item, history, [], date(2026, 1, 31)), 6513)
        pause = [(date(2026, 2, 5), date(2026, 2, 14))]
        # and 99 × 4/28 = 14.14, 99 × 14/28 = 49.50
        self.assertEqual(owed_cents(item, history, pause, date(2026, 2, 28)), 6513 + 1414 + 4950)
        ends = {**item, "alignment": "anniversary", "billing_start": date(2026, 1, 31)}
        for day, expected in (
            (date(2026, 2, 1), (date(2026, 1, 31), date(2026, 2, 28))),
            (date(2026, 2, 28), (date(2026, 2, 28), date(2026, 3, 31))),
            (date(2026, 3, 31), (date(2026, 3, 31), date(2026, 4, 30))),
        ):
            self.assertEqual(period_of(ends, day), expected)

    def _signed(self, life, number):
        item = life.item
        contract = self._create_contract(
            [
                {
                    "price_unit": float(item["price"]),
                    "quantity": float(item["quantity"]),
                    "discount": float(item["discount"]),
                    "recurring_interval": item["every"],
                    "recurring_unit": item["unit"],
                    "alignment": item["alignment"],
                    "billing_day": item["billing_day"],
                    "timing": item["timing"],
                    "trial_days": item["trial"],
                    "proration_basis": item["basis"],
                    "first_period": item["first"],
                    "last_period": item["last"],
                    "discount_ids": [
                        (0, 0, {"date_start": first, "date_end": last, field: float(value)})
                        for first, last, field, value in item["windows"]
                    ],
                }
            ],
            date_start=life.start,
            client_ref=f"life {number}",
        )
        return contract

    def _play(self, lives, rhythm):
        """Enter everything on its day, and bill every so many days; returns the contracts."""
        agenda = defaultdict(list)
        contracts = [self._signed(life, number) for number, life in enumerate(lives)]
        for contract, life in zip(contracts, lives, strict=True):
            for effective, entered, kind, values in life.changes:
                values = {
                    FIELDS[name]: float(value) if name in NUMBERS else value
                    for name, value in values.items()
                    if name in FIELDS and (kind, name) != ("billing_day", "alignment")
                }
                agenda[entered].append((contract, kind, effective, True, values))
            for first, last, entered in life.pauses:
                values = {"date_end": last.isoformat()}
                agenda[entered].append((contract, "pause", first, True, values))
            agenda[life.end_entered].append((contract, "terminate", life.last_day, False, {}))
        last = date(2026, 7, 1).toordinal()
        for ordinal in range(date(2026, 1, 1).toordinal(), last + 1):
            day = date.fromordinal(ordinal)
            bills = ordinal % rhythm == 0 or ordinal == last
            if day not in agenda and not bills:
                continue
            with freeze_time(f"{day} 10:00:00"):
                self.env["cn285.contract.change"]._apply_all_due(self.company)
                for contract, kind, effective, of_item, values in agenda[day]:
                    self._enter(contract, kind, effective, of_item, values)
                if bills:
                    run = self._bill(day)
                    self.assertFalse(run.issue_ids.mapped("reason"))
        return contracts

    def _enter(self, contract, kind, effective, of_item, values):
        change = (
            self.env["cn285.contract.change"]
            .with_user(self.manager)
            .create(
                {
                    "contract_id": contract.id,
                    "item_id": contract.item_ids.id if of_item else False,
                    "type": kind,
                    "date_effective": effective,
                    "values": values,
                }
            )
        )
        change.action_schedule()

    def test_lives_come_to_what_the_oracle_says(self):
        for place, seed in enumerate(seeds()):
            lives = histories(seed, CONTRACTS)
            contracts = self._play(lives, rhythm=(13, 31, 19, 27)[place])
            for life, contract in zip(lives, contracts, strict=True):
                with self.subTest(seed=seed, contract=contract.client_ref):
                    rows = contract.schedule_ids.filtered(lambda row: row.state == "invoiced")
                    billed = round(sum(rows.mapped("amount")) * 100)
                    self.assertEqual(billed, life.owed(), f"seed {seed}: {life}")
                    open_rows = contract.schedule_ids.filtered(
                        lambda row: row.state in ("planned", "waiting")
                    )
                    self.assertFalse(open_rows, f"seed {seed}: {life}")
            self.env["cn285.contract"].union(*contracts).invalidate_recordset()
