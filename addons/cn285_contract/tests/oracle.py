"""What contracts owe, worked out day by day from the docs, with nothing of the program.

Plain calendar arithmetic and fractions, written from docs/billing.md, docs/changes.md and the help
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
    anchor = item.get("anchor") or item["billing_start"]
    if unit in ("week", "day"):
        length = every * (7 if unit == "week" else 1)
        start = anchor + (day - anchor).days // length * length * DAY
        return start, start + length * DAY
    months = months_of(item)
    if item["alignment"] == "calendar":
        # Periods start on the billing day; those of more than a month count from January.
        year, month, number = day.year, item.get("billing_month", 1), item["billing_day"]
    else:
        year, month, number = anchor.year, anchor.month, anchor.day
    step = (day.year - year) * 12 + day.month - month
    step -= step % months
    while in_month(year, month + step, number) > day:
        step -= months
    while in_month(year, month + step + months, number) <= day:
        step += months
    return in_month(year, month + step, number), in_month(year, month + step + months, number)


def months_of(item):
    """The months of a full period; 0 for days and weeks."""
    return item["every"] * {"month": 1, "quarter": 3, "year": 12}.get(item["unit"], 0)


# === WHAT A DAY OF A PERIOD COSTS OF IT === #


def day_shares(item, full, served):
    """``{day: its share of the full period}`` for the days served, first to day after last."""
    days = [served[0] + number * DAY for number in range((served[1] - served[0]).days)]
    months, basis = months_of(item), item.get("basis", "actual")
    if not months or basis == "actual":
        return dict.fromkeys(days, Fraction(1, (full[1] - full[0]).days))
    if basis == "30_360":
        numbers = [number_360(item, full, day) for day in (*days, served[1])]
        return {
            day: Fraction(numbers[place + 1] - numbers[place], 30 * months)
            for place, day in enumerate(days)
        }
    one = Fraction(1, 30 * months) if basis == "actual_30" else Fraction(12, 365 * months)
    shares, left = {}, Fraction(1)
    for day in days:
        # A full period costs its price, no part of it more, and the last part has the rest.
        last = served == full and day == days[-1]
        shares[day] = left if last else min(one, left)
        left -= shares[day]
    return shares


def number_360(item, full, day):
    """A day where each month has thirty; where a period begins or ends, the day it aims at."""
    number = day.day
    if day in full:
        anchor = item.get("anchor") or item["billing_start"]
        number = item["billing_day"] if item["alignment"] == "calendar" else anchor.day
    return 360 * day.year + 30 * day.month + min(number, 30)


def shares_in_life(item, full, served, policies):
    """The same by the rules for a partial first and last period (for None, days are taken off)."""
    missing = full[0] < served[0], served[1] < full[1]
    rules = [rule if absent else None for rule, absent in zip(policies, missing, strict=True)]
    if "free" in rules:
        return dict.fromkeys(day_shares(item, full, served), Fraction(0))
    charged = (
        full[0] if rules[0] == "full" else served[0],
        full[1] if rules[1] == "full" else served[1],
    )
    shares = day_shares(item, full, served)
    if charged == served:
        return shares
    # In full: so much for all, and each day that is served costs the same.
    whole, counted = sum(day_shares(item, full, charged).values()), sum(shares.values())
    if not counted:
        return dict.fromkeys(shares, whole / len(shares))
    return {day: whole * share / counted for day, share in shares.items()}


# === WHAT AN ITEM OWES === #

TERMS = ("price", "quantity", "discount")
RHYTHM = ("unit", "every", "alignment", "billing_day", "billing_month", "anchor")


def terms_on(item, history, day):
    """The terms of a day: what was set for the latest effective day up to it, field by field."""
    terms = {name: item[name] for name in (*TERMS, *RHYTHM) if name in item}
    for effective, _entry, values in sorted(history, key=lambda one: one[:2]):
        if effective <= day:
            terms.update(values)
    return terms


def same_cut(one, two, day):
    """Whether two rhythms have the same periods, from two years before a day to two after."""
    return all(
        period_of(one, day + number * DAY) == period_of(two, day + number * DAY)
        for number in range(-730, 731)
    ) and number_of(one) == number_of(two)


def number_of(item):
    """The day of the month on which periods begin."""
    anchor = item.get("anchor") or item["billing_start"]
    return item["billing_day"] if item["alignment"] == "calendar" else anchor.day


def cuts(item, history, last_day):
    """Days on which periods of another length, or on other days, begin: the life's first, too."""
    found, before = [item["billing_start"]], None
    for day in sorted({item["billing_start"], *(one[0] for one in history)}):
        if not item["billing_start"] <= day <= last_day:
            continue
        now = {**item, **terms_on(item, history, day)}
        rhythm = [now.get(name) for name in RHYTHM]
        changed = before and rhythm != [before.get(name) for name in RHYTHM]
        if changed and not same_cut(before, now, day):
            found.append(day)
        before = now
    return [*found, last_day + DAY]


def owed_cents(item, history, pauses, last_day):
    """What an item owes from its first billed day to its last, in cents.

    The days of one period under one set of terms that follow one another are a row, rounded once.
    """
    total, row, key = 0, Fraction(0), None
    bounds = cuts(item, history, last_day)
    known = {}
    day = item["billing_start"]
    while day <= last_day:
        paused = any(start <= day <= end for start, end in pauses)
        terms = terms_on(item, history, day)
        cut = {**item, **terms}
        place = max(place for place, bound in enumerate(bounds) if bound <= day)
        full = period_of(cut, day)
        served = max(full[0], bounds[place]), min(full[1], bounds[place + 1])
        now = None if paused else (served, tuple(terms.items()))
        if now != key:
            total, row, key = total + cents(row), Fraction(0), now
        if now:
            if served not in known:
                # Where periods of another length meet these, nothing is first or last.
                first = item.get("first", "prorate") if place == 0 else None
                last = item.get("last", "prorate") if place == len(bounds) - 2 else None
                known[served] = shares_in_life(cut, full, served, (first, last))
            row += price_of_day(item, terms, known[served][day], day)
        day += DAY
    return total + cents(row)


def price_of_day(item, terms, share, day):
    """The day's share of the price, less discounts: of the item, then of the day."""
    price = Fraction(terms["price"]) * Fraction(terms["quantity"])
    price *= 1 - Fraction(terms["discount"]) / 100
    for start, end, field, value in item["windows"]:
        if start <= day <= end and field == "percent":
            price *= 1 - Fraction(value) / 100
        elif start <= day <= end:
            # Never more than the day costs; of a credit it takes as much.
            price -= (1 if price > 0 else -1) * min(Fraction(value), abs(price))
    return price * share


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
            self._change_rhythm(chance)
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
            percents, amounts = ("100", "33.3333", "8"), ("3.5", "15", "200")
            field = chance.choice(("percent", "percent", "amount"))
            value = chance.choice(percents if field == "percent" else amounts)
            windows.append((first, last, field, value))
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
            "basis": chance.choice(("actual", "30_360", "actual_30", "actual_365")),
            "first": chance.choice(("prorate", "prorate", "full", "free")),
            "last": chance.choice(("prorate", "prorate", "full", "free")),
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

    def _change_rhythm(self, chance):
        """Periods of another length, at a price of their own, or that begin on another day."""
        effective, entered = self._days(chance, self.item["billing_start"] + DAY)
        if entered < self.start or any(effective == other[0] for other in self.changes):
            return
        number = chance.choice((1, 10, 31))
        if self.item["unit"] not in ("week", "day") and chance.random() < 0.4:
            values = {"alignment": "calendar", "billing_day": number}
            if self.item["alignment"] == "anniversary":
                # They stay in the months in which they began.
                values["billing_month"] = self.item["billing_start"].month
            self.changes.append((effective, entered, "billing_day", values))
            return
        unit, every, alignment = chance.choice(
            [
                ("month", 1, "calendar"),
                ("month", 1, "anniversary"),
                ("month", 2, "calendar"),
                ("month", 2, "anniversary"),
                ("quarter", 1, "calendar"),
                ("week", 1, "anniversary"),
                ("year", 1, "anniversary"),
            ]
        )
        values = {
            "unit": unit,
            "every": every,
            "alignment": alignment,
            "billing_day": number,
            "price": chance.choice(("45", "12.34", "310.5")),
            # Date to date they count from the day of the change.
            "anchor": effective,
        }
        self.changes.append((effective, entered, "billing_period", values))

    def _pause(self, chance):
        first, entered = self._days(chance, self.item["billing_start"] + 5 * DAY)
        last = first + chance.randrange(3, 25) * DAY
        if last < self.last_day - DAY and entered <= first:
            self.pauses.append((first, last, entered))

    def history(self):
        """The changes as :func:`terms_on` wants them."""
        return [
            (effective, number, values)
            for number, (effective, _entered, _kind, values) in enumerate(
                sorted(self.changes, key=lambda change: change[1])
            )
        ]

    def pause_days(self):
        """First and last day of each pause."""
        return [(first, last) for first, last, _entered in self.pauses]

    def owed(self):
        """What the whole life comes to, in cents."""
        return owed_cents(self.item, self.history(), self.pause_days(), self.last_day)

    def __repr__(self):
        return (
            f"{self.start} to {self.last_day} (entered {self.end_entered}), {self.item}, "
            f"changes {self.changes}, pauses {self.pauses}"
        )


def histories(seed, number):
    chance = random.Random(seed)
    return [History(chance) for _number in range(number)]
