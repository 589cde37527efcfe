"""What contracts owe, worked out day by day from the docs, with nothing of the program.

Plain calendar arithmetic and fractions, written from docs/changes.md, docs/glossary.md and the help
of the fields: nothing here may import from an ``engine`` or a model. An item is a dict of what a
clerk enters; its history is a list of ``(effective day, order of entry, {field: value})``.
"""

import calendar
import random
from datetime import date, timedelta
from fractions import Fraction

DAY = timedelta(days=1)
SEEDS = (1, 7, 42)


def seeds():
    """The fixed seeds, and one of the day, which a failure prints."""
    return (*SEEDS, date.today().toordinal())


# === ARITHMETIC === #


def cents(amount):
    """An amount in whole cents, half a cent away from zero."""
    hundred = abs(Fraction(amount)) * 100
    whole = (2 * hundred.numerator + hundred.denominator) // (2 * hundred.denominator)
    return whole if amount >= 0 else -whole


def in_month(year, month, day):
    """The day of a month, or its last one; months may run over the year."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def period_of(item, day):
    """The full period that a day lies in: its first day, and the day after its last."""
    unit, every = item["unit"], item["every"]
    anchor = item["billing_start"]
    if unit in ("week", "day"):
        length = every * (7 if unit == "week" else 1)
        start = anchor + (day - anchor).days // length * length * DAY
        return start, start + length * DAY
    months = every * {"month": 1, "quarter": 3, "year": 12}[unit]
    if item["alignment"] == "calendar":
        # Periods start on the billing day; those of more than a month count from January.
        year, month, number = day.year, 1, item["billing_day"]
    else:
        year, month, number = anchor.year, anchor.month, anchor.day
    step = (day.year - year) * 12 + day.month - month
    step -= step % months
    while in_month(year, month + step, number) > day:
        step -= months
    while in_month(year, month + step + months, number) <= day:
        step += months
    return in_month(year, month + step, number), in_month(year, month + step + months, number)


# === WHAT AN ITEM OWES === #


def terms_on(item, history, day):
    """The terms of a day: what was set for the latest effective day up to it, field by field."""
    terms = {name: item[name] for name in ("price", "quantity", "discount")}
    for effective, _entry, values in sorted(history, key=lambda one: one[:2]):
        if effective <= day:
            terms.update(values)
    return terms


def owed_cents(item, history, pauses, last_day):
    """What an item owes from its first billed day to its last, in cents.

    The days of one period under one set of terms that follow one another are a row, rounded once.
    """
    total, row, key = 0, Fraction(0), None
    day = item["billing_start"]
    while day <= last_day:
        paused = any(start <= day <= end for start, end in pauses)
        period = period_of(item, day)
        terms = terms_on(item, history, day)
        now = None if paused else (period, tuple(terms.values()))
        if now != key:
            total, row, key = total + cents(row), Fraction(0), now
        if now:
            row += price_of_day(item, terms, period, day)
        day += DAY
    return total + cents(row)


def price_of_day(item, terms, period, day):
    """The price of the period over its days, less discounts: of the item, then of the day."""
    days = (period[1] - period[0]).days
    price = Fraction(terms["price"]) * Fraction(terms["quantity"])
    price *= 1 - Fraction(terms["discount"]) / 100
    for start, end, percent in item["windows"]:
        if start <= day <= end:
            price *= 1 - Fraction(percent) / 100
    return price / days


# === RANDOM HISTORIES === #


class History:
    """One item's life, made up from a random generator."""

    def __init__(self, chance):
        self.start = date(2026, 1, 1) + chance.randrange(45) * DAY
        self.last_day = date(2026, 5, 1) + chance.randrange(50) * DAY
        self.end_entered = self.last_day - chance.choice((0, 0, 3, 25)) * DAY
        self.item = self._item(chance)
        self.changes, self.pauses = [], []  # (effective, entered, type, values)
        for _number in range(chance.randrange(4)):
            self._change(chance)
        if chance.random() < 0.4:
            self._pause(chance)

    def _item(self, chance):
        unit, every, alignment, number = chance.choice(
            [
                ("month", 1, "anniversary", 1),
                ("month", 1, "calendar", 1),
                ("month", 1, "calendar", 15),
                ("month", 1, "calendar", 31),
                ("month", 2, "anniversary", 1),
                ("quarter", 1, "anniversary", 1),
                ("quarter", 1, "calendar", 1),
                ("year", 1, "anniversary", 1),
                ("week", 1, "anniversary", 1),
                ("week", 2, "anniversary", 1),
                ("day", 10, "anniversary", 1),
            ]
        )
        trial = chance.choice((0, 0, 0, 7, 14))
        windows = []
        if chance.random() < 0.4:
            first = self.start + chance.randrange(60) * DAY
            last = first + chance.randrange(5, 70) * DAY
            windows.append((first, last, chance.choice(("100", "33.3333", "8"))))
        return {
            "unit": unit,
            "every": every,
            "alignment": alignment,
            "billing_day": number,
            "billing_start": self.start + trial * DAY,
            "trial": trial,
            "price": chance.choice(("31", "10.33", "99.99", "7.777", "1200", "0.05")),
            "quantity": chance.choice(("1", "3", "2.5")),
            "discount": chance.choice(("0", "0", "10", "12.5")),
            "timing": chance.choice(("advance", "arrears")),
            "windows": windows,
        }

    def _days(self, chance, first):
        """An effective day from a day on, and when it was entered: on it, before, or after."""
        span = (self.last_day - first).days - 2
        effective = first + chance.randrange(max(span, 1)) * DAY
        entered = effective + chance.choice((0, 0, -10, 5, 20)) * DAY
        return effective, min(max(entered, self.start), self.end_entered - DAY)

    def _change(self, chance):
        effective, entered = self._days(chance, self.item["billing_start"] + DAY)
        if entered < self.start:
            return
        name, kind, choices = chance.choice(
            [
                ("quantity", "quantity", ("1", "2", "4", "1.25")),
                ("price", "price", ("30", "12.34", "0", "149.9")),
                ("discount", "price", ("0", "5", "50")),
            ]
        )
        if any(effective == other[0] for other in self.changes):
            return
        self.changes.append((effective, entered, kind, {name: chance.choice(choices)}))

    def _pause(self, chance):
        first, entered = self._days(chance, self.item["billing_start"] + 5 * DAY)
        last = first + chance.randrange(3, 25) * DAY
        if last < self.last_day - DAY and entered <= first:
            self.pauses.append((first, last, entered))

    def owed(self):
        """What the whole life comes to, in cents."""
        history = [
            (effective, number, values)
            for number, (effective, _entered, _kind, values) in enumerate(
                sorted(self.changes, key=lambda change: change[1])
            )
        ]
        pauses = [(first, last) for first, last, _entered in self.pauses]
        return owed_cents(self.item, history, pauses, self.last_day)

    def __repr__(self):
        return (
            f"{self.start} to {self.last_day} (entered {self.end_entered}), {self.item}, "
            f"changes {self.changes}, pauses {self.pauses}"
        )


def histories(seed, number):
    chance = random.Random(seed)
    return [History(chance) for _number in range(number)]
