"""Terms that change in the middle of a period: what is rated by which, and what it comes to.

A period is looked at in parts, each with the terms of its days and with what was used up to its
end. What does not change in between makes no difference: the parts add up to the rating of the
whole, to the last digit before rounding, and are rounded together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from itertools import pairwise

from ...cn285_contract.engine.money import CENT, round_money
from ...cn285_contract.engine.pricing import Step
from .allowance import Allowance, use_allowance
from .bounds import apply_bounds
from .charge_models import Stairstep, Stretch, Volume
from .difference import difference
from .exact import EXACT, ZERO, decimals_of
from .rating import RatedLine, Rating, close, draft
from .tariff import Feed, Tariff, Usage

# Decimals of usage that is spread over days.
SPREAD = Decimal("0.000001")


class Method(str, Enum):
    """How a change in the middle of a period counts.

    - ``split``: usage is rated by the terms of its days; tiers, packages and included units go on
    - ``windows``: each part is rated as a period of its own, with its share of the days
    - ``days``: as ``split``, but usage counts as spread evenly over the days
    """

    split = "split"
    windows = "windows"
    days = "days"


@dataclass(frozen=True, slots=True)
class Part:
    """Days ``[start, end)`` of a period, the terms of which are the same.

    ``terms`` tells the parts of other terms apart (any two of the same terms have the same
    ``tariff``), ``running`` is what was used from the period's start to the part's end.
    """

    start: date
    end: date
    terms: object
    tariff: Tariff
    running: Usage


@dataclass(frozen=True, slots=True)
class Parted:
    """A rating made of parts: ``exacts`` are their exact amounts, without what only the whole owes.

    ``carried_out`` are the units of the allowance that the period leaves to the next.
    """

    rating: Rating
    exacts: tuple[Decimal, ...]
    carried_out: Decimal = ZERO


def rate_parts(
    parts: Sequence[Part],
    *,
    method: Method = Method.split,
    share: Fraction | int = 1,
    rounding: Decimal = CENT,
    carried: Decimal = ZERO,
    bounded: bool = False,
) -> Parted:
    """Return the rating of a period in parts, before bounds.

    ``share`` is the part of a full period that is billed, ``carried`` what the period before has
    left of its allowance. Lines that are rated by other terms than those at the period's start say
    since when they hold.

    :param bounded: parts that are periods of their own are brought within bounds of their own
    """
    if method is Method.windows:
        return _rate_windows(parts, share, rounding, carried, bounded)
    tariff = parts[-1].tariff
    if tariff.feed is not Feed.quantity or not any(part.tariff.allowance for part in parts):
        return _rate_beyond(parts, ZERO, rounding)
    allowance = granted(parts, share)
    use = use_allowance(parts[-1].running.quantity, allowance, carried)
    names = ("granted", "carried_in", "consumed", "billable", "carried_out", "lapsed")
    note = Step("allowance", {name: getattr(use, name) for name in names})
    parted = _rate_beyond(parts, use.consumed, rounding)
    rating = parted.rating
    rating = replace(rating, notes=(note, *rating.notes))
    return Parted(rating, parted.exacts, use.carried_out)


def rate_beyond_parts(parts: Sequence[Part], included: Decimal, rounding: Decimal = CENT) -> Parted:
    """Return the rating of what lies beyond so many included units, used up in order of time."""
    return _rate_beyond(parts, included, rounding)


def bound_parts(
    rating: Rating,
    parts: Sequence[Part],
    exacts: Sequence[Decimal],
    *,
    share: Fraction | int = 1,
    rounding: Decimal = CENT,
    counted: Decimal = ZERO,
) -> Rating:
    """Return the rating within the bounds of a period whose terms change.

    The bounds of the parts count by their share of the days, together. A bound that only some of
    the parts have is compared with what these come to.
    """
    for name in ("maximum", "minimum"):
        bounds = [getattr(part.tariff, name) for part in parts]
        if all(bound is None for bound in bounds):
            continue
        shares = _shares(parts)
        bound = sum(
            Fraction(bound) * part for bound, part in zip(bounds, shares, strict=True) if bound
        )
        unbound = sum(
            (exact for bound, exact in zip(bounds, exacts, strict=True) if bound is None),
            start=ZERO,
        )
        other = EXACT.subtract(counted, round_money(unbound, rounding)) if unbound else counted
        bounded = apply_bounds(
            rating,
            **{name: round_money(bound * share, rounding)},
            counted=other,
            rounding=rounding,
        )
        if bounded is not rating:
            return bounded
    return rating


def spread_evenly(usage: Usage, days: Sequence[tuple[date, date]]) -> list[Usage]:
    """Return the running totals, at the end of each part, of usage that counts for all days alike.

    Where single events are priced, so many of them are over as days are.
    """
    whole = (days[-1][1] - days[0][0]).days
    result = []
    for _start, end in days[:-1]:
        share = Fraction((end - days[0][0]).days, whole)
        result.append(
            Usage(
                round_money(Fraction(usage.quantity) * share, SPREAD),
                {
                    value: round_money(Fraction(units) * share, SPREAD)
                    for value, units in usage.by_value.items()
                },
                usage.amounts[: round(len(usage.amounts) * share)],
            )
        )
    return [*result, usage]


def _rate_windows(parts, share, rounding, carried, bounded):
    """Each stretch of the same terms as a period of its own."""
    shares = _shares(parts)
    lines, notes, exacts, base = [], [], [], Usage()
    first = parts[0].terms
    for members in _of_same_terms(list(zip(parts, shares, strict=True))):
        terms = members[0][0].terms
        own = [replace(part, running=_less(part.running, base)) for part, _share in members]
        base = members[-1][0].running
        part_share = share * sum(one for _part, one in members)
        parted = rate_parts(own, share=part_share, rounding=rounding, carried=carried)
        carried = parted.carried_out
        rating = parted.rating
        if bounded:
            rating = own[-1].tariff.bound(rating, part_share, rounding)
        since = None if terms == first else own[0].start
        lines += [replace(line, since=since) for line in rating.lines]
        notes += rating.notes
        exacts += parted.exacts
    rating = close(parts[-1].running.quantity, lines, rounding, notes)
    return Parted(rating, tuple(exacts), carried)


def _of_same_terms(pairs):
    """Return neighbours of the same terms together: pairs of a part and its share."""
    result = []
    for pair in pairs:
        if result and result[-1][-1][0].terms == pair[0].terms:
            result[-1].append(pair)
        else:
            result.append([pair])
    return result


def granted(parts: Sequence[Part], share: Fraction | int) -> Allowance:
    """Return the included units of a period: those of each part by its share of the days."""
    allowances = [part.tariff.allowance for part in parts]
    if not any(allowances):
        return Allowance(ZERO)
    exact = sum(
        Fraction(one.units) * part
        for one, part in zip(allowances, _shares(parts), strict=True)
        if one
    )
    digits = max(decimals_of(one.units) for one in allowances if one)
    units = round_money(exact * share, Decimal(1).scaleb(-digits))
    last = allowances[-1]
    return Allowance(units, last.rollover, last.cap) if last else Allowance(units)


def _rate_beyond(parts: Sequence[Part], included: Decimal, rounding: Decimal) -> Parted:
    """Return the rating of parts one after the other, each from where the one before ended."""
    places: dict[tuple[object, ...], RatedLine] = {}
    exacts, before, rating = [], None, None
    whole = beyond(parts[-1].running.quantity, included)
    for part, (first, last) in zip(parts, _spans(parts), strict=True):
        now = replace(part.running, quantity=beyond(part.running.quantity, included))
        rating = _rate_part(part.tariff, before, now, (whole, first, last), rounding)
        since = None if part.terms == parts[0].terms else _start_of(parts, part.terms)
        for line in rating.lines:
            _add(places, replace(line, since=since))
        exacts.append(rating.unrounded)
        before = now
    lines = [line for line in places.values() if line.quantity or line.flat]
    if included:
        lines.insert(0, draft("included", included))
    total = parts[-1].running.quantity if parts[-1].tariff.feed is Feed.quantity else _units(parts)
    return Parted(close(total, lines, rounding, rating.notes), tuple(exacts))


def _rate_part(tariff, before, now, place, rounding) -> Rating:
    """Return what the usage between two running totals costs by a tariff."""
    model = tariff.model
    if isinstance(model, Volume | Stairstep):
        start = before.quantity if before else ZERO
        return model.rate_part(Stretch(start, now.quantity, *place), rounding)
    if tariff.feed is Feed.values:
        return model.rate(_less(now, before).by_value if before else now.by_value, rounding)
    fed = (lambda usage: usage.amounts) if tariff.feed is Feed.events else (lambda u: u.quantity)
    rating = model.rate(fed(now), rounding)
    return difference(rating, [model.rate(fed(before), rounding)]) if before else rating


def beyond(used: Decimal, included: Decimal) -> Decimal:
    """Return what of a running total lies beyond included units; below zero it is as it is."""
    return EXACT.subtract(used, min(max(used, ZERO), included))


def _less(usage: Usage, before: Usage) -> Usage:
    """Return what was used since a running total."""
    return Usage(
        EXACT.subtract(usage.quantity, before.quantity),
        {
            value: EXACT.subtract(units, before.by_value.get(value, ZERO))
            for value, units in usage.by_value.items()
        },
        usage.amounts[len(before.amounts) :],
    )


def _units(parts: Sequence[Part]) -> Decimal:
    """Return what a model of values or events counts as its quantity."""
    last = parts[-1]
    counted = last.running.by_value.values()
    if last.tariff.feed is Feed.events:
        counted = last.running.amounts
    total = ZERO
    for units in counted:
        total = EXACT.add(total, units)
    return total


def _add(places: dict[tuple[object, ...], RatedLine], line: RatedLine) -> None:
    known = places.get(line.place)
    if known:
        line = replace(
            line,
            quantity=EXACT.add(known.quantity, line.quantity),
            flat=EXACT.add(known.flat, line.flat),
        )
    places[line.place] = line


def _start_of(parts: Iterable[Part], terms: object) -> date:
    return next(part.start for part in parts if part.terms == terms)


def _spans(parts: Sequence[Part]) -> list[tuple[Fraction, Fraction]]:
    """Return the shares of the days that are over when each part begins and ends."""
    start, whole = parts[0].start, (parts[-1].end - parts[0].start).days
    days = [parts[0].start, *(part.end for part in parts)]
    return list(pairwise(Fraction((day - start).days, whole) for day in days))


def _shares(parts: Sequence[Part]) -> list[Fraction]:
    return [last - first for first, last in _spans(parts)]
