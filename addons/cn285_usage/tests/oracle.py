"""What usage costs, by plain arithmetic from docs/usage.md; nothing of the program is used here."""

import random
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from odoo.addons.cn285_contract.tests.oracle import cents

MONTHS = (date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1))
TIERS = [(Fraction(100), "0.5", "2"), (Fraction(250), "0.3333", "0"), (None, "0.1", "3")]


def price(model, quantity):
    """What a quantity costs by a charge model, exactly."""
    if model == "per_unit":
        return quantity * Fraction("0.0377")
    if model == "package":
        billable = max(quantity - 30, 0)
        return -(-billable // 25) * Fraction("9.99")
    if model == "volume":
        unit, flat = next(
            (unit, flat) for up_to, unit, flat in TIERS if up_to is None or quantity <= up_to
        )
        return quantity * Fraction(unit) + Fraction(flat)
    total = before = Fraction(0)
    for number, (up_to, unit, flat) in enumerate(TIERS):
        if number and quantity <= before:
            break
        inside = (quantity if up_to is None else min(quantity, up_to)) - before
        total += inside * Fraction(unit) + Fraction(flat)
        before = up_to
    return total


def used_by_month(events):
    """What events come to in each of the months, whenever they arrived."""
    return [
        sum(
            (Fraction(quantity) for day, _arrives, quantity in events if first <= day < after),
            start=Fraction(0),
        )
        for first, after in pairwise(MONTHS)
    ]


class Usage:
    """Three months of one item: its calculator, and events with the day on which they arrive."""

    def __init__(self, chance):
        self.model = chance.choice(("per_unit", "package", "volume", "graduated"))
        self.included = chance.choice(("0", "0", "40", "100"))
        self.minimum = chance.choice(("0", "0", "25"))
        self.maximum = chance.choice(("0", "0", "60"))
        self.events = []
        for _number in range(chance.randrange(2, 9)):
            day = MONTHS[0] + timedelta(days=chance.randrange(90))
            arrives = min(day + timedelta(days=chance.choice((0, 0, 0, 12, 33))), date(2026, 4, 30))
            quantity = chance.choice(("1", "12.5", "40", "77.77", "160", "300"))
            self.events.append((day, arrives, quantity))

    def owed(self):
        """What the three months come to, in cents."""
        return sum(self.by_month())

    def by_month(self):
        """What each month comes to, in cents: each is rounded once."""
        return [self._month(used) for used in used_by_month(self.events)]

    def _month(self, used):
        amount = price(self.model, max(used - Fraction(self.included), Fraction(0)))
        amount = max(amount, Fraction(self.minimum))
        if Fraction(self.maximum):
            amount = min(amount, Fraction(self.maximum))
        return cents(amount)

    def __repr__(self):
        return f"{vars(self)}"


class Royalty(Usage):
    """Usage of which a second item bills a share: of what each month came to, or the quarter."""

    def __init__(self, chance):
        super().__init__(chance)
        self.percent = chance.choice(("10", "12.5", "33.3333"))
        self.months = chance.choice((1, 3))

    def royalties(self):
        """The share, in cents: of the amounts that were billed, each period rounded once."""
        billed = self.by_month()
        periods = billed if self.months == 1 else [sum(billed)]
        return sum(cents(Fraction(self.percent) * amount / 10000) for amount in periods)


class Fleet:
    """Members of a pool, which count in whole units: their included units and their events."""

    PRICE = "0.37"

    def __init__(self, chance):
        self.shared = chance.choice((0, 0, 50, 130))
        self.members = []
        for _number in range(chance.randrange(2, 5)):
            member = Usage(chance)
            events = [(*days, str(chance.randrange(1, 200))) for *days, _used in member.events]
            self.members.append((chance.choice((0, 60, 100, 250)), events))

    def owed(self):
        """What the months come to for each member, in cents."""
        used = [used_by_month(events) for _included, events in self.members]
        totals = [0] * len(self.members)
        for month in zip(*used, strict=True):
            for number, units in enumerate(self._billed(month)):
                totals[number] += cents(units * Fraction(self.PRICE))
        return totals

    def _billed(self, used):
        """The units above what all share, by how far each is above its own; whole ones."""
        above = [
            max(units - included, 0)
            for units, (included, _events) in zip(used, self.members, strict=True)
        ]
        included = self.shared + sum(included for included, _events in self.members)
        over = max(sum(used) - included, 0)
        if not over:
            return [0] * len(used)
        parts = [over * one / sum(above) for one in above]
        whole = [part.numerator // part.denominator for part in parts]
        # What is left of whole units goes to the largest remainders, the first ones first.
        order = sorted(range(len(parts)), key=lambda place: whole[place] - parts[place])
        for place in order[: int(over - sum(whole))]:
            whole[place] += 1
        return whole

    def __repr__(self):
        return f"{vars(self)}"


def fleets(seed, number):
    chance = random.Random(seed)
    return [Fleet(chance) for _number in range(number)]


def royalties(seed, number):
    chance = random.Random(seed)
    return [Royalty(chance) for _number in range(number)]


def usages(seed, number):
    chance = random.Random(seed)
    return [Usage(chance) for _number in range(number)]
