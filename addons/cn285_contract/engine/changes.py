"""Changes: what was invoiced and is no longer due is credited, to the cent.

An item's history says which terms are in force on which days. What it owes for a stretch of days of
one period under one set of terms (a piece) is the price of these days, rounded once. Invoiced rows
are never rewritten: where the history has changed since, the days that are not due any more, or not
at these terms, are credited and set free to be planned anew. So invoiced less credited comes to
what the history owes if it were billed from scratch, whatever was changed and billed in between.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from .money import CENT, allocate_running
from .periods import Period
from .plan import ItemTerms, Stretch, end_of_terms, part_share, runs_of
from .pricing import Charge, DiscountWindow, price_charge
from .proration import PartialPolicy, count_days, full_days
from .spans import Span, count, intersect, normalise, subtract

ZERO = Decimal(0)
# A share is kept with ten decimals; a day is more, in the longest period.
SAME_SHARE = Fraction(1, 10**7)


@dataclass(frozen=True, slots=True)
class Price:
    """What a full period costs: quantity x unit price, less the discount in percent and windows."""

    quantity: Decimal
    price_unit: Decimal
    discount: Decimal = ZERO
    windows: tuple[DiscountWindow, ...] = ()


@dataclass(frozen=True, slots=True)
class Billed:
    """An invoiced row: the days ``[start, end)`` of the full period, and what became of them.

    ``terms_key`` is that of the terms it was billed under. ``net`` is what was invoiced,
    ``credited`` what changes have credited of it and ``waived`` what was credited for other
    reasons, both positive for a positive net. ``freed``: the days that changes have credited.
    ``share`` is the share of a full period's price that was billed. A one-shot has no full period.
    """

    key: object
    start: date
    end: date
    terms_key: object
    price: Price
    net: Decimal
    full_start: date | None = None
    full_end: date | None = None
    share: Fraction | None = None
    credited: Decimal = ZERO
    waived: Decimal = ZERO
    freed: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Credit:
    """What is credited of an invoiced row, for which days of it; ``amount`` has the net's sign.

    ``frees`` is False for a correction of a cent: it credits no day. The amount is then at most a
    rounding unit either way.
    """

    key: object
    start: date
    end: date
    amount: Decimal
    frees: bool = True


def creditable(potential: Decimal, invoiced: Decimal, credited: Decimal) -> Decimal:
    """Return what may be credited of a potential credit: never more than is still invoiced.

    >>> creditable(Decimal(300), Decimal(200), Decimal(50))
    Decimal('150')
    """
    sign = -1 if invoiced < 0 else 1
    left = max(sign * (invoiced - credited), ZERO)
    return sign * min(max(sign * potential, ZERO), left)


def part_amount(
    terms: ItemTerms,
    own: Period,
    piece_start: date,
    part: Span,
    price: Price,
    rounding: Decimal = CENT,
) -> Decimal:
    """Return what a part of a piece costs, so that the parts of the piece add up to the cent.

    ``own`` is the period as the item's life clips it, ``piece_start`` where the piece starts in it.
    """
    whole = _priced(terms, own, (piece_start, part[1]), price, rounding)
    if part[0] <= piece_start:
        return whole
    return whole - _priced(terms, own, (piece_start, part[0]), price, rounding)


def _priced(terms: ItemTerms, own: Period, part: Span, price: Price, rounding: Decimal) -> Decimal:
    period, share = part_share(terms, own, part)
    charge = Charge(
        quantity=price.quantity,
        price_unit=price.price_unit,
        discount=price.discount,
        period=period,
        proration=share,
        windows=price.windows,
        basis=share.basis,
        own=own,
    )
    return price_charge(charge, rounding).net


def settle(
    stretches: Sequence[Stretch], billed: Iterable[Billed], rounding: Decimal = CENT
) -> list[Credit]:
    """Return what has to be credited of an item's invoiced rows, given its history by now.

    ``stretches``: see :func:`plan.plan_stretches`; none where nothing of the item is owed.
    """
    credits: list[Credit] = []
    # Of many whole periods at one price, the first tells of all that nothing is credited.
    owed_in_full: set[object] = set()
    for row in billed:
        if row.full_start is None:
            credits += _settle_one_shot(stretches, row)
            continue
        alike = _whole_at(stretches, row)
        if alike is not None and alike in owed_in_full:
            continue
        found = _settle_row(stretches, row, rounding)
        if not found:
            owed_in_full.add(alike)
        credits += found
    return credits


def _whole_at(stretches: Sequence[Stretch], row: Billed) -> object:
    """Return what a row's settlement depends on where it is the same for any whole period.

    None where more does: of parts of periods, of days that are not owed at these terms any more,
    where something was credited, and under discount periods.
    """
    whole = (row.start, row.end) == (row.full_start, row.full_end) and row.share == 1
    if not whole or row.freed or row.credited or row.waived or row.price.windows:
        return None
    for number, stretch in enumerate(stretches):
        ends = (stretch.end, end_of_terms(stretch.terms))
        if (
            stretch.owed
            and stretch.key == row.terms_key
            and max(stretch.start, stretch.terms.start) <= row.start
            and all(end is None or row.end <= end for end in ends)
        ):
            return number, row.price, row.net
    return None


def _settle_one_shot(stretches: Sequence[Stretch], row: Billed) -> list[Credit]:
    """A fee is owed in full or not at all: not once the item ended before its day."""
    if row.freed:
        return []
    begun = [stretch for stretch in stretches if stretch.start <= row.start]
    stretch = begun[-1] if begun else stretches[0] if stretches else None
    if stretch and stretch.key == row.terms_key and _lives(stretch.terms, row.start):
        return []
    amount = creditable(row.net - row.credited, row.net, row.credited + row.waived)
    return [Credit(row.key, row.start, row.end, amount)]


def _lives(terms: ItemTerms, day: date) -> bool:
    return terms.end is None or day < terms.end


def _settle_row(stretches: Sequence[Stretch], row: Billed, rounding: Decimal) -> list[Credit]:
    live = subtract([(row.start, row.end)], row.freed)
    if not live:
        return []
    kept, owed = _still_owed(stretches, row, live, rounding)
    lost = subtract(live, normalise(kept))
    amount = row.net - row.credited - owed
    cents = rounding * max(len(kept), 1)
    sign = -1 if row.net < 0 else 1
    dearer = lost and sign * amount < -cents
    if not row.waived and (dearer or _cost_otherwise_by_now(stretches, row, lost, amount, cents)):
        # The days left cost more alone than they did among the others (a discount of some days
        # of a period that is billed in full): they are credited, too, and planned anew.
        kept, lost, amount = [], live, row.net - row.credited
    credits = []
    if lost:
        amount_lost = creditable(amount, row.net, row.credited + row.waived)
        parts = allocate_running(amount_lost, [count([span]) for span in lost], rounding)
        credits = [Credit(row.key, *span, part) for span, part in zip(lost, parts, strict=True)]
        amount -= sum(parts, start=ZERO)
    # A period that is cut anew may be off by a cent a part. What is further off was priced
    # otherwise when it was invoiced, or credited for other reasons, and stays.
    if amount and abs(amount) <= cents and not row.waived:
        credits.append(Credit(row.key, live[0][0], live[-1][1], amount, frees=False))
    return credits


def _cost_otherwise_by_now(
    stretches: Sequence[Stretch],
    row: Billed,
    lost: Sequence[Span],
    amount: Decimal,
    cents: Decimal,
) -> bool:
    """Tell whether another life makes the days left of a row cost otherwise, all of them due.

    Only where the basis depends on that life. Once days were freed, what stayed invoiced was the
    price of the days left; of a row that is whole, its share tells: see :func:`_still_owed`.
    """
    by_life = not stretches or not stretches[0].terms.basis.follows_dates
    return by_life and bool(row.freed) and not lost and abs(amount) > cents


def _still_owed(
    stretches: Sequence[Stretch], row: Billed, live: Sequence[Span], rounding: Decimal
) -> tuple[list[Span], Decimal]:
    """Return the row's days that are still due at its terms, a part a piece, and their price.

    Where a policy for partial periods makes the days cost another share than was billed, because
    the item starts or ends on another day by now, none is.
    """
    kept: list[Span] = []
    owed, share = ZERO, Fraction(0)
    life_end = end_of_terms(stretches[0].terms) if stretches else None
    own = terms = None
    for stretch, run in zip(stretches, runs_of(stretches), strict=True):
        span = _within(stretch, life_end, row)
        if not stretch.owed or stretch.key != row.terms_key or span is None:
            continue
        terms = stretch.terms
        own = run.own(_full_period(terms, row))
        piece_start = max(own.start, stretch.start)
        for part in intersect(live, [span]):
            kept.append(part)
            share += part_share(terms, own, part)[1].ratio
            owed += part_amount(terms, own, piece_start, part, row.price, rounding)
    if own is not None and terms is not None and row.share is not None:
        gone = subtract([(row.start, row.end)], normalise(kept))
        share += _share_of_days(terms, own, gone)
        comparable = not gone or _policies_matter(terms)
        if comparable and abs(share - row.share) > SAME_SHARE:
            return [], ZERO
    return kept, owed


def _policies_matter(terms: ItemTerms) -> bool:
    """Tell whether the shares of days left and days gone add up to the one that was billed.

    Where the basis depends on the item's life by itself they need not: the price of the days left
    says all there is.
    """
    plain = terms.first is terms.last is PartialPolicy.prorate
    return not plain or terms.basis.follows_dates


def _share_of_days(terms: ItemTerms, own: Period, spans: Sequence[Span]) -> Fraction:
    """Return the share of days that were billed, and lie within the item's life by now or not."""
    life = [(own.start, own.end)]
    within = intersect(spans, life)
    share = sum((part_share(terms, own, span)[1].ratio for span in within), start=Fraction(0))
    full = replace(own, start=own.full_start, end=own.full_end)
    days = sum(count_days(full, *span, terms.basis) for span in subtract(spans, life))
    return share + Fraction(days, full_days(own, terms.basis))


def _within(stretch: Stretch, life_end: date | None, row: Billed) -> Span | None:
    """Return the row's days that lie in the stretch and in the item's life."""
    start = max(row.start, stretch.start, stretch.terms.start)
    ends = [row.end] + [day for day in (stretch.end, life_end) if day is not None]
    end = min(ends)
    return (start, end) if start < end else None


def _full_period(terms: ItemTerms, row: Billed) -> Period:
    """Return the full period of the row."""
    assert row.full_start is not None and row.full_end is not None
    nominal = terms.rhythm.nominal_day if terms.rhythm else 0
    return Period(0, row.full_start, row.full_end, row.full_start, row.full_end, False, nominal)


def merge_stretches(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Return the same history with neighbours of equal terms made one."""
    result: list[Stretch] = []
    for stretch in stretches:
        last = result[-1] if result else None
        if last and (last.end, last.key, last.owed) == (stretch.start, stretch.key, stretch.owed):
            result[-1] = Stretch(
                last.start,
                stretch.end,
                last.terms,
                last.key,
                last.owed,
                max(filter(None, (last.not_before, stretch.not_before)), default=None),
                last.at_once,
                last.beside,
            )
        else:
            result.append(stretch)
    return result


def cut_out(stretches: Iterable[Stretch], unowed: Iterable[Span]) -> list[Stretch]:
    """Return the history with stretches of days in which nothing is owed: pauses."""
    unowed = normalise(unowed)
    result: list[Stretch] = []
    for stretch in stretches:
        end = stretch.end or date.max
        for start, after in subtract([(stretch.start, end)], unowed):
            result.append(_clip(stretch, start, after, True))
        for start, after in intersect([(stretch.start, end)], unowed):
            result.append(_clip(stretch, start, after, False))
    return sorted(result, key=lambda stretch: stretch.start)


def _clip(stretch: Stretch, start: date, end: date, owed: bool) -> Stretch:
    return Stretch(
        start,
        None if end == date.max else end,
        stretch.terms,
        stretch.key,
        stretch.owed and owed,
        stretch.not_before,
        stretch.at_once,
        stretch.beside,
    )
