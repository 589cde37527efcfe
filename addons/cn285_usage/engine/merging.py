"""Several ratings as one: of two beneficiaries who turn out to be the same."""

from collections.abc import Iterable

from .difference import net_lines
from .exact import EXACT, ZERO
from .rating import Rating


def merged(ratings: Iterable[Rating]) -> Rating:
    """Return one rating that says what these say together: nothing more, nothing less.

    Quantities and amounts are added; lines of the same place (code, tier, key, price) are one.
    Nothing is rated again: what was billed stays what was billed.
    """
    ratings = list(ratings)
    quantity = unrounded = amount = ZERO
    for rating in ratings:
        quantity = EXACT.add(quantity, rating.quantity)
        unrounded = EXACT.add(unrounded, rating.unrounded)
        amount = EXACT.add(amount, rating.amount)
    lines = net_lines((line, 1) for rating in ratings for line in rating.lines)
    notes = tuple(note for rating in ratings for note in rating.notes)
    return Rating(quantity, unrounded, amount, lines, notes)
