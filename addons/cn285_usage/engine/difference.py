"""Difference billing: what late usage and reversals change after an invoice."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from .exact import EXACT, ZERO
from .rating import RatedLine, Rating

WAIVED = "waived"


def difference(now: Rating, invoiced: Iterable[Rating]) -> Rating:
    """Return what is still owed (or to be credited) when a period is rated again as a whole.

    ``now`` rates all that is known of the period by today, ``invoiced`` are the ratings that were
    billed for it before, differences among them. The invoiced ones are not touched: lines of the
    same place (code, tier, key, price) are netted, lines that no longer hold are taken back, lines
    that come to nothing are left out. All differences and the first rating add up to ``now``, in
    amount and in exact amount; so ``amount`` can be a cent off the rounded ``exact``, never off
    the sum. Prices may have changed in between.
    """
    signed: list[tuple[RatedLine, int]] = []
    quantity, exact, amount = now.quantity, now.unrounded, now.amount
    for rating in invoiced:
        quantity = EXACT.subtract(quantity, rating.quantity)
        exact = EXACT.subtract(exact, rating.unrounded)
        amount = EXACT.subtract(amount, rating.amount)
        signed += [(line, -1) for line in rating.lines]
    signed += [(line, 1) for line in now.lines]
    return Rating(quantity, exact, amount, net_lines(signed), now.notes)


def net_lines(signed: Iterable[tuple[RatedLine, int]]) -> tuple[RatedLine, ...]:
    """Return lines added up by their place, each times its sign; those that are nothing are not."""
    places: dict[tuple[object, ...], RatedLine] = {}
    for line, sign in signed:
        _net(places, line, sign)
    return tuple(line for line in places.values() if line.quantity or line.flat or line.amount)


def keep_waived(changes: Sequence[Rating], billed: Decimal, waived: Decimal) -> list[Rating]:
    """Return differences that credit no more than is still invoiced.

    ``billed`` is what was billed before, of which credit notes took back ``waived`` for reasons of
    their own. What the changes would take back beyond that comes on a line ``waived`` of the last
    of them. So all that is billed of a period is the greater of what is owed and what was waived,
    whatever came first.
    """
    total = sum((one.amount for one in changes), ZERO)
    missing = EXACT.subtract(min(waived, billed), EXACT.add(billed, total))
    if missing <= 0 or waived <= 0 or not changes:
        return list(changes)
    *others, last = changes
    line = RatedLine(WAIVED, ZERO, ZERO, missing, missing)
    places = {one.place: one for one in last.lines}
    _net(places, line, 1)
    lines = tuple(one for one in places.values() if one.quantity or one.flat or one.amount)
    unrounded = EXACT.add(last.unrounded, missing)
    amount = EXACT.add(last.amount, missing)
    return [*others, Rating(last.quantity, unrounded, amount, lines, last.notes)]


def _net(places: dict[tuple[object, ...], RatedLine], line: RatedLine, sign: int) -> None:
    known = places.get(line.place)
    figures = (known.quantity, known.flat, known.amount) if known else (ZERO, ZERO, ZERO)
    quantity, flat, amount = (
        EXACT.fma(sign, new, old)
        for new, old in zip((line.quantity, line.flat, line.amount), figures, strict=True)
    )
    places[line.place] = replace(line, quantity=quantity, flat=flat, amount=amount)
