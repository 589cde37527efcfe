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
        """What the three months come to, in cents: each is rounded once."""
        total = 0
        for first, after in pairwise(MONTHS):
            used = sum(
                (
                    Fraction(quantity)
                    for day, _arrives, quantity in self.events
                    if first <= day < after
                ),
                start=Fraction(0),
            )
            amount = price(self.model, max(used - Fraction(self.included), Fraction(0)))
            amount = max(amount, Fraction(self.minimum))
            if Fraction(self.maximum):
                amount = min(amount, Fraction(self.maximum))
            total += cents(amount)
        return total

    def __repr__(self):
        return f"{vars(self)}"


def usages(seed, number):
    chance = random.Random(seed)
    return [Usage(chance) for _number in range(number)]
