"""How much of an amount is revenue in which month.

One rule for every method: what is recognised up to the end of a month is the amount times the share
of the service rendered by then, rounded once; a month gets the difference to the month before. So
no month is off by more than a rounding unit, the last one closes exactly, and an amount that was
adjusted in the middle still adds up.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Context, Decimal
from enum import Enum
from functools import lru_cache
from itertools import accumulate
from math import lcm

from ...cn285_contract.engine.calendar import add_days, add_months
from ...cn285_contract.engine.errors import AmountError
from ...cn285_contract.engine.money import CENT, allocate_running, running_totals
from .errors import RecognitionError

_WIDE = Context(prec=60)
# A common denominator of days in months of 28, 29, 30 and 31 days.
_MONTH_UNITS = lcm(28, 29, 30, 31)


class Method(str, Enum):
    """When revenue is earned, with the names that the database uses."""

    at_once = "at_once"
    at_date = "at_date"
    daily = "daily"
    monthly = "monthly"
    usage = "usage"


class Convention(str, Enum):
    """What an incomplete month counts in the method ``monthly``.

    ``exact``: its days over the month's days. ``full``: the month of the start counts in full, an
    incomplete one at the end not at all. ``half``: an incomplete month counts half.
    """

    exact = "exact"
    full = "full"
    half = "half"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A service rendered on ``[start, end)`` and the way its revenue is earned.

    ``at_once`` and ``at_date`` earn everything on ``start``. ``weights`` are pairs of a month's
    last day and the quantity used in it, for ``usage``; without any, usage is spread by day. Raises
    ``service_ends_before_start``, ``bad_weights`` and the like.
    """

    method: Method
    start: date
    end: date
    convention: Convention = Convention.exact
    weights: tuple[tuple[date, int], ...] = ()

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "method", Method(self.method))
        except ValueError:
            raise RecognitionError("unknown_method", method=self.method) from None
        try:
            object.__setattr__(self, "convention", Convention(self.convention))
        except ValueError:
            raise RecognitionError("unknown_convention", convention=self.convention) from None
        if self.end <= self.start:
            last = self.end - timedelta(days=1)
            raise RecognitionError("service_ends_before_start", start=self.start, end=last)
        if self.weights:
            quantities = [quantity for _day, quantity in self.weights]
            if min(quantities) < 0 or not sum(quantities):
                raise RecognitionError("bad_weights")
            for day, _quantity in self.weights:
                if day != month_end(day):
                    raise RecognitionError("weight_not_month_end", day=day)


@dataclass(frozen=True, slots=True)
class Part:
    """The revenue of the month that ends on ``period``."""

    period: date
    amount: Decimal


def month_end(day: date) -> date:
    """Return the last day of the day's month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def months_between(first: date, last: date) -> list[date]:
    """Return the last days of the months from that of ``first`` to that of ``last``."""
    ends = []
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        ends.append(date(year, month, monthrange(year, month)[1]))
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return ends


def service_end(start: date, length: int, unit: str) -> date:
    """Return the day after a service of ``length`` days, months or years (clamped as billing is).

    >>> service_end(date(2026, 1, 31), 1, "month")
    datetime.date(2026, 2, 28)
    """
    if length < 1:
        raise RecognitionError("length_not_positive", unit=unit, length=length)
    if unit == "day":
        return add_days(start, length)
    return add_months(start, length * (12 if unit == "year" else 1))


@lru_cache(maxsize=4096)
def shares(pattern: Pattern) -> tuple[tuple[tuple[date, int], ...], int]:
    """Return what is rendered by the end of each month, and what all of it is, in whole units.

    The first value holds ``(last day of the month, units until then)``, ascending; the last of them
    has reached all units.
    """
    weights = _weights(pattern)
    running = list(accumulate(weight for _day, weight in weights))
    steps = tuple(zip((day for day, _weight in weights), running, strict=True))
    return steps, running[-1]


def _weights(pattern: Pattern) -> list[tuple[date, int]]:
    if pattern.method in (Method.at_once, Method.at_date):
        return [(month_end(pattern.start), 1)]
    if pattern.method is Method.usage and pattern.weights:
        return sorted(pattern.weights)
    last = pattern.end - timedelta(days=1)
    covered = [
        (day, (min(last, day) - max(pattern.start, day.replace(day=1))).days + 1)
        for day in months_between(pattern.start, last)
    ]
    if pattern.method is not Method.monthly:
        return covered
    if pattern.convention is Convention.exact:
        return [(day, days * _MONTH_UNITS // day.day) for day, days in covered]
    if pattern.convention is Convention.half:
        return [(day, 2 if days == day.day else 1) for day, days in covered]
    return [(day, int(index == 0 or days == day.day)) for index, (day, days) in enumerate(covered)]


def spread(total: Decimal, pattern: Pattern, rounding: Decimal = CENT) -> list[Part]:
    """Return the revenue of each month in which the service is rendered; the parts add up.

    Months that earn nothing are left out; an amount of zero has no parts. ``total`` must be a
    multiple of ``rounding``, or the last part is not: it closes to ``total`` exactly.
    """
    return respread(total, pattern, Decimal(0), date.min, rounding)


def from_month(total: Decimal, pattern: Pattern, first: date, rounding: Decimal = CENT) -> Decimal:
    """Return what of an amount is earned in the month of ``first`` and later.

    >>> from_month(Decimal(365), Pattern(Method.daily, date(2025, 7, 1), date(2026, 7, 1)),
    ...            date(2026, 1, 1))
    Decimal('181.00')
    """
    parts = spread(total, pattern, rounding)
    return sum((part.amount for part in parts if part.period >= first), Decimal(0))


def respread(
    total: Decimal,
    pattern: Pattern,
    done: Decimal,
    first_open: date,
    rounding: Decimal = CENT,
) -> list[Part]:
    """Return what is still to be recognised of an amount whose closed months are not touched.

    :param done: what was recognised already, by whatever amount and pattern held then
    :param first_open: last day of the first month that is open; what belongs to closed months and
        was not recognised in them, or too much, falls there
    :returns: parts that add up to ``total - done``
    """
    if isinstance(total, float) or isinstance(done, float):
        raise TypeError("money is Decimal, not float")
    if not total.is_finite() or not done.is_finite():
        raise AmountError("not_a_number", value=total)
    parts: dict[date, Decimal] = {}
    before = done
    for day, until in _running(total, pattern, rounding):
        if day < first_open:
            continue
        parts[day] = until - before
        before = until
    if before != total:
        # Every month of the service is closed.
        parts[first_open] = parts.get(first_open, Decimal(0)) + total - before
    return [Part(day, amount) for day, amount in sorted(parts.items()) if amount]


def _running(total: Decimal, pattern: Pattern, rounding: Decimal) -> list[tuple[date, Decimal]]:
    """Return what is recognised by the end of each month; the last is the whole amount."""
    steps, whole = shares(pattern)
    totals = running_totals(total, [units for _day, units in steps], whole, rounding)
    return list(zip((day for day, _units in steps), [*totals[:-1], total], strict=True))


def take_back(
    credit: Decimal, planned: Sequence[Part], first_open: date, rounding: Decimal = CENT
) -> list[Part]:
    """Spread a credit over what is not recognised yet of what it credits, in proportion.

    :param credit: the amount taken back; its sign is the opposite of ``planned``'s
    :param planned: what is still to be recognised, by month
    :param first_open: last day of the month that takes what goes beyond that: it was recognised
    :returns: parts that add up to ``credit``
    """
    rest = sum((part.amount for part in planned), Decimal(0))
    covered = Decimal(0)
    if rest * credit < 0:
        covered = max(credit, -rest) if credit < 0 else min(credit, -rest)
    parts: dict[date, Decimal] = {}
    if covered:
        shares_of = split(covered, [abs(part.amount) for part in planned], rounding)
        for part, amount in zip(planned, shares_of, strict=True):
            parts[part.period] = parts.get(part.period, Decimal(0)) + amount
    if covered != credit:
        parts[first_open] = parts.get(first_open, Decimal(0)) + credit - covered
    return [Part(day, amount) for day, amount in sorted(parts.items()) if amount]


def give_back(
    credit: Decimal,
    earned: Sequence[Part],
    service: tuple[date, date],
    days: tuple[date, date],
    rounding: Decimal = CENT,
) -> list[Part]:
    """Spread a credit of whole days: a month of which no day is left earns nothing, to the cent.

    What such a month was to earn is taken back exactly, however both amounts were rounded. All the
    rest, cents too, falls into the months of which days are left; where there are none, into the
    last month of the service before these days.

    :param earned: revenue by month of what is credited, recognised or not, earlier credits deducted
    :param service: ``[start, end)`` of what is credited
    :param days: ``[start, end)`` of the days that are given back
    :returns: parts that add up to ``credit``
    """
    whole: dict[date, Decimal] = {}
    cut: list[tuple[date, Decimal]] = []
    for part in earned:
        first = max(service[0], part.period.replace(day=1))
        end = min(service[1], part.period + timedelta(days=1))
        given = (min(end, days[1]) - max(first, days[0])).days
        if given <= 0:
            continue
        if given == (end - first).days:
            whole[part.period] = -part.amount
        else:
            cut.append((part.period, abs(part.amount) * given / (end - first).days))
    rest = credit - sum(whole.values(), Decimal(0))
    if not cut:
        before = [part.period for part in earned if part.period < days[0]]
        # Months that earn nothing have no part, yet may have days left.
        if not before and service[0] < days[0]:
            before = [month_end(days[0] - timedelta(days=1))]
        cut = [(max(before, default=min(whole, default=month_end(days[0]))), Decimal(1))]
    parts = dict(whole)
    amounts = split(rest, [weight for _day, weight in cut], rounding)
    for (day, _weight), amount in zip(cut, amounts, strict=True):
        parts[day] = parts.get(day, Decimal(0)) + amount
    return [Part(day, amount) for day, amount in sorted(parts.items()) if amount]


def split(total: Decimal, weights: Sequence[Decimal], rounding: Decimal = CENT) -> list[Decimal]:
    """Split an invoice line over the rows that it sums up; the parts add up to ``total``.

    Each part is the difference of two rounded running totals. Weights that add up to zero (rows
    that cancel out) put everything on the last one.
    """
    if not sum(weights):
        return [*(Decimal(0) for _weight in weights[1:]), total] if weights else []
    parts = allocate_running(total, weights, rounding)
    parts[-1] += total - sum(parts)
    return parts
