"""The days on which an item's monthly recurring revenue changes, and why."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from functools import lru_cache

from ...cn285_contract.engine.calendar import Unit
from ...cn285_contract.engine.changes import Price
from ...cn285_contract.engine.mrr import full_price, per_month, stretch_on
from ...cn285_contract.engine.periods import period_at
from ...cn285_contract.engine.plan import Stretch, end_of_terms
from ...cn285_contract.engine.pricing import DiscountWindow

# What the ledger keeps: six digits, exact sums of what was rounded once.
DIGITS = Decimal("0.000001")
ZERO = Decimal("0.000000")


@dataclass(frozen=True, slots=True)
class Step:
    """From ``day`` on an item is worth ``net`` a month, ``full`` before discount periods.

    Both in the contract's currency, excluding taxes, with six digits. ``cause`` is one of start,
    end, pause, resume, terms, discount_start, discount_end, pricelist.
    """

    day: date
    net: Decimal
    full: Decimal
    cause: str


@dataclass(frozen=True, slots=True)
class Delta:
    """What a step adds to the values of the day before."""

    day: date
    net: Decimal
    full: Decimal
    cause: str


def six_digits(value: Fraction) -> Decimal:
    """Return an exact value as the ledger keeps it.

    >>> six_digits(Fraction(500, 3))
    Decimal('166.666667')
    """
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(DIGITS, ROUND_HALF_EVEN)


def value_days(
    stretches: Sequence[Stretch],
    windows: Iterable[DiscountWindow],
    asked: Iterable[date] = (),
) -> list[date]:
    """Return the days, in order, on which the value may change.

    ``asked``: further days of which a pricelist is asked anew.
    """
    if not stretches or stretches[0].terms.rhythm is None:
        return []
    days: set[date | None] = set(asked)
    for stretch in stretches:
        terms = stretch.terms
        days |= {stretch.start, stretch.end, terms.start, end_of_terms(terms)}
    for window in windows:
        days |= {window.start, window.end}
    first = max(stretches[0].start, stretches[0].terms.start)
    return sorted(day for day in days if day is not None and day >= first)


def price_day(stretch: Stretch, day: date) -> date:
    """Return the day of which a pricelist is asked for the price on ``day``: its period's first.

    Where the terms changed within the period, the first day of the new ones.
    """
    terms = stretch.terms
    assert terms.rhythm is not None
    period = period_at(terms.rhythm, day, terms.start, end_of_terms(terms))
    return max(period.start, stretch.start)


def period_days(
    stretches: Sequence[Stretch], since: date | None, until: date, most: int = 240
) -> list[date]:
    """Return the first days of an item's owed periods from ``since`` on, before ``until``.

    At most ``most`` of them: prices that nobody has invoiced are asked for no longer.
    """
    days: list[date] = []
    for stretch in stretches:
        terms, rhythm = stretch.terms, stretch.terms.rhythm
        if not stretch.owed or rhythm is None:
            continue
        life_end = end_of_terms(terms)
        day = max(stretch.start, terms.start, since or date.min)
        ends = [end for end in (stretch.end, life_end, until) if end is not None]
        while day < min(ends) and len(days) < most:
            period = period_at(rhythm, day, terms.start, life_end)
            days.append(max(period.start, stretch.start))
            if period.end <= day:
                break
            day = period.end
    return days


def steps(
    stretches: Sequence[Stretch],
    windows: Sequence[DiscountWindow],
    price_on: Callable[[Stretch, date], Price],
    asked: Iterable[date] = (),
    untaxed: Callable[[Fraction], Fraction] | None = None,
) -> list[Step]:
    """Return the steps of an item's value, in order.

    ``price_on`` gives the price terms in force on a day of a stretch, without discount periods;
    ``untaxed`` takes out taxes that the price contains, if it does.
    """
    result: list[Step] = []
    before: Stretch | None = None
    for day in value_days(stretches, windows, asked):
        now = stretch_on(stretches, day)
        net, full = _values(now, price_on, windows, day, untaxed)
        last = result[-1] if result else None
        if (net, full) != ((last.net, last.full) if last else (ZERO, ZERO)):
            result.append(Step(day, net, full, _cause(stretches, windows, before, now, day, last)))
        before = now
    return result


@lru_cache(maxsize=1 << 16)
def _plain(
    quantity: Decimal, price_unit: Decimal, discount: Decimal, interval: int, unit: Unit | str
) -> Decimal:
    """The monthly value of terms without discount periods: many items cost the same."""
    value = full_price(Price(quantity, price_unit, discount), date.min)
    return six_digits(per_month(value, interval, unit))


def _values(
    stretch: Stretch | None,
    price_on: Callable[[Stretch, date], Price],
    windows: Sequence[DiscountWindow],
    day: date,
    untaxed: Callable[[Fraction], Fraction] | None,
) -> tuple[Decimal, Decimal]:
    if stretch is None:
        return ZERO, ZERO
    rhythm = stretch.terms.rhythm
    assert rhythm is not None
    price = price_on(stretch, day)

    def monthly(own: Price) -> Decimal:
        value = full_price(own, day)
        if untaxed is not None and value:
            value = untaxed(value)
        return six_digits(per_month(value, rhythm.interval, rhythm.unit))

    if untaxed is None:
        full = _plain(
            price.quantity, price.price_unit, price.discount, rhythm.interval, rhythm.unit
        )
    else:
        full = monthly(replace(price, windows=()))
    if not windows:
        return full, full
    return monthly(replace(price, windows=tuple(windows))), full


def _cause(
    stretches: Sequence[Stretch],
    windows: Sequence[DiscountWindow],
    before: Stretch | None,
    now: Stretch | None,
    day: date,
    last: Step | None,
) -> str:
    if now is None:
        life_end = end_of_terms(stretches[0].terms)
        ends = [life_end, stretches[-1].end]
        return "end" if any(end is not None and day >= end for end in ends) else "pause"
    if last is None:
        return "start"
    if before is None:
        return "resume"
    if now is not before:
        return "terms"
    for window in windows:
        if window.start == day:
            return "discount_start"
        if window.end == day:
            return "discount_end"
    return "pricelist"


def deltas(found: Iterable[Step]) -> list[Delta]:
    """Return what each step adds; the sums up to any day are the values of that day, exactly."""
    result: list[Delta] = []
    net = full = ZERO
    for step in found:
        result.append(Delta(step.day, step.net - net, step.full - full, step.cause))
        net, full = step.net, step.full
    return result


def cut(found: Sequence[Step], day: date, cause: str) -> list[Step]:
    """Return the steps before ``day``, and an end on it: what is over, whatever was agreed.

    >>> one = Step(date(2026, 1, 1), Decimal(5), Decimal(5), "start")
    >>> [step.net for step in cut([one], date(2026, 2, 1), "withdrawal")]
    [Decimal('5'), Decimal('0.000000')]
    """
    kept = [step for step in found if step.day < day]
    if kept and (kept[-1].net or kept[-1].full):
        kept.append(Step(day, ZERO, ZERO, cause))
    return kept
