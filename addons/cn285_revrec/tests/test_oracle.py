"""Random services against arithmetic from docs/revrec.md that knows no program."""

import calendar
import random
from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction

from odoo.addons.cn285_contract.tests.oracle import cents, seeds
from odoo.tests import tagged

from .common import RevrecCase

LINES = 12
DAY = timedelta(days=1)


def month_of(day):
    return f"{day:%Y-%m}"


def weights(method, start, end):
    """What each month counts: its days, or, straight line by month, its share of itself."""
    found = defaultdict(Fraction)
    day = start
    while day <= end:
        days = calendar.monthrange(day.year, day.month)[1]
        found[month_of(day)] += Fraction(1) if method == "daily" else Fraction(1, days)
        day += DAY
    return dict(found)


def earned(method, start, end, amount):
    """``{month: cents}``: what is earned by the end of a month, less what was earned before."""
    shares = weights(method, start, end)
    whole, passed, before, months = sum(shares.values()), Fraction(0), 0, {}
    for month, share in shares.items():
        passed += share
        until = cents(Fraction(amount) * passed / whole)
        months[month], before = until - before, until
    return months


@tagged("post_install", "-at_install")
class TestRevrecOracle(RevrecCase):
    """Each line by month, and what the ledger of deferred revenue shows in the end."""

    def _services(self, chance):
        for _number in range(LINES):
            start = date(2026, 1, 5) + chance.randrange(60) * DAY
            end = start + chance.randrange(1, 420) * DAY
            amount = chance.choice(("1200", "99.99", "0.07", "365", "-31.4", "1000.01"))
            yield chance.choice(("daily", "monthly")), start, end, amount

    def test_the_oracle_itself(self):
        """France's example A: 1,200.00 for a year from 15 March 2025."""
        months = list(earned("daily", date(2025, 3, 15), date(2026, 3, 14), "1200").values())
        self.assertEqual(months[:6], [5589, 9863, 10192, 9863, 10192, 10191])
        months = earned("monthly", date(2025, 3, 15), date(2026, 3, 14), "1200")
        self.assertEqual((months["2025-03"], months["2025-04"]), (5484, 10000))

    def test_services_are_earned_as_the_oracle_says(self):
        rules = {
            "daily": self.daily,
            "monthly": self._create_rule("By month", method="monthly", convention="exact"),
        }
        for seed in seeds():
            services = list(self._services(random.Random(seed)))
            moves = self.env["account.move"]
            for method, start, end, amount in services:
                values = {
                    "account_id": self.accounts["487"].id,
                    "cn285_revrec_rule_id": rules[method].id,
                    "tax_ids": [(6, 0, [])],
                }
                price, kind = float(amount), "out_invoice"
                if price < 0:
                    price, kind = -price, "out_refund"
                moves |= self._create_invoice("2026-01-05", [(price, start, end, values)], kind)
            self.env["cn285.revrec.source"]._sync(self.company, date(2026, 1, 31))
            schedules = self.env["cn285.revrec.schedule"].search([("move_id", "in", moves.ids)])
            by_move = {schedule.move_id: schedule for schedule in schedules}
            for move, service in zip(moves, services, strict=True):
                with self.subTest(seed=seed, service=service):
                    found = {
                        month_of(line.period): round(line.amount * 100)
                        for line in by_move[move].line_ids
                    }
                    expected = {month: own for month, own in earned(*service).items() if own}
                    found = {month: own for month, own in found.items() if own}
                    self.assertEqual(found, expected)
        self._run_months("2026-01", "2026-03")
        open_at_end = sum(
            own
            for seed in seeds()
            for service in self._services(random.Random(seed))
            for month, own in earned(*service).items()
            if month > "2026-03"
        )
        self.assertEqual(round(float(self._balance("487", "2026-03-31")) * -100), open_at_end)
        self.assertTiesOut("2026-03-31")
