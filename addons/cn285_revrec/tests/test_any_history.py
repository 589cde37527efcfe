import random
from datetime import date, timedelta
from decimal import Decimal

from freezegun import freeze_time
from odoo.tests import tagged

from ..engine.recognition import month_end
from .common import RevrecCase

# Each is a history of its own: prices, days and the order of things follow from it.
SEEDS = (1, 2, 3)


@tagged("post_install", "-at_install")
class TestAnyHistory(RevrecCase):
    """Whatever happens in whatever order: what is billed is recognised, and no closed month moves.

    Contracts in advance and in arrears begin in the middle of months, end or pause before their
    term, and are billed in time or after their months were closed.
    """

    def _begin(self, dice):
        start = date(2026, 1, 1) + timedelta(dice.randrange(60))
        with freeze_time(f"{start} 10:00:00"):
            return self._create_contract(
                [
                    {
                        "price_unit": dice.choice((10.01, 99.99, 500.0, 1234.56)),
                        "recurring_unit": dice.choice(("month", "quarter", "year")),
                        "timing": dice.choice(("advance", "arrears")),
                    }
                    for _number in range(2)
                ],
                date_start=start,
            )

    def _running(self, contract):
        return contract.item_ids.filtered(lambda one: one.state == "active" and not one.date_end)

    def _end(self, dice, contract, today):
        """End one item on a day that is past or is to come."""
        item = self._running(contract)[:1]
        if item:
            day = max(today + timedelta(dice.randrange(-40, 20)), item.date_start)
            self._end_item(item, day, today)

    def _end_item(self, item, day, today):
        with freeze_time(f"{today} 10:00:00"):
            self.env["cn285.contract.change"].create(
                {
                    "contract_id": item.contract_id.id,
                    "item_id": item.id,
                    "type": "end_item",
                    "date_effective": day,
                    "values": {},
                }
            ).action_schedule()

    def _bill_all(self, today):
        with freeze_time(f"{today} 10:00:00"):
            self._bill(today)

    def test_any_history(self):
        for seed in SEEDS:
            with self.subTest(seed=seed), self.env.cr.savepoint() as savepoint:
                self._play(random.Random(seed))
                savepoint.rollback()
                self.env.invalidate_all(flush=False)

    def _play(self, dice):
        contracts = [self._begin(dice) for _number in range(3)]
        closed, month = {}, date(2026, 1, 31)
        while month <= date(2026, 8, 31):
            today = month + timedelta(dice.randrange(-5, 12))
            steps = ["bill", "run", "end"] if dice.random() < 0.6 else ["run", "end", "bill"]
            for step in steps:
                if step == "bill" and dice.random() < 0.8:
                    self._bill_all(today)
                elif step == "end" and dice.random() < 0.4:
                    self._end(dice, dice.choice(contracts), today)
                elif step == "run":
                    self._run(f"{month:%Y-%m}")
                    closed[month] = self._balance("706", month)
                for day, balance in closed.items():
                    self.assertEqual(self._balance("706", day), balance, f"{day} moved by {step}")
            month = month_end(month + timedelta(1))
        for contract in contracts:
            for item in self._running(contract):
                self._end_item(item, date(2026, 9, 20), date(2026, 9, 10))
        self._bill_all(date(2027, 2, 1))
        for number in range(9, 15):
            self._run(f"{2026 + (number - 1) // 12}-{(number - 1) % 12 + 1:02}")
        for day, balance in closed.items():
            self.assertEqual(self._balance("706", day), balance)
            self.assertTiesOut(day)
        self._check_totals(contracts)

    def _check_totals(self, contracts):
        last = date(2027, 2, 28)
        self.assertTiesOut(last)
        for code in ("487", "4181", "4198", "44587"):
            self.assertEqual(self._balance(code, last), "0.00")
        items = [item for contract in contracts for item in contract.item_ids]
        moves = [move for contract in contracts for move in contract.invoice_ids]
        billed = sum(
            Decimal(self._cents(move.amount_untaxed_signed)) for move in dict.fromkeys(moves)
        )
        earned = {}
        lines = self.env["cn285.revrec.line"]
        for line in lines.search([("schedule_id.item_id", "in", [item.id for item in items])]):
            key = line.schedule_id.item_id, line.period
            earned[key] = earned.get(key, Decimal(0)) + Decimal(self._cents(line.amount))
        self.assertEqual(sum(earned.values()), billed)
        for (item, period), amount in earned.items():
            after = item.date_end and period > month_end(item.date_end)
            self.assertFalse(after and amount, f"{item.name}: {amount} in {period}")
