"""What a contract would be billed here against what another system has billed: why they differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)
# Rounding, rather than a cause.
CENTS = Decimal("0.05")


@dataclass(frozen=True, slots=True)
class Due:
    """A row that would be billed: its text, its amount excluding tax, whether it is due for long.

    ``late``: its day lies before the stretch of days that is compared.
    """

    text: str
    amount: Decimal
    late: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """The difference, here less there, and a code for its likely reason.

    ``agrees``; ``nothing_here``, ``nothing_there``; ``cents``; ``with_tax`` (there the amount
    includes tax); ``late`` (what is due for long makes it); ``row`` (a single row makes it: see
    ``texts``); ``other``.
    """

    difference: Decimal
    code: str
    texts: tuple[str, ...] = ()


def compare(
    there: Decimal | None, rows: Sequence[Due], total: Decimal, tolerance: Decimal = ZERO
) -> Verdict:
    """Compare what was billed there, None where nothing was, with the rows due here.

    ``total``: what the rows come to with tax.

    >>> compare(Decimal(100), [Due("fee", Decimal(100))], Decimal(120)).code
    'agrees'
    >>> compare(Decimal(120), [Due("fee", Decimal(100))], Decimal(120)).code
    'with_tax'
    """
    here = sum((row.amount for row in rows), start=ZERO)
    difference = here - (there or ZERO)
    late = [row for row in rows if row.late]
    single = [row.text for row in rows if row.amount == difference]
    if abs(difference) <= tolerance:
        return Verdict(difference, "agrees")
    if late and difference == sum((row.amount for row in late), start=ZERO):
        return Verdict(difference, "late", tuple(row.text for row in late))
    if not there:
        return Verdict(difference, "nothing_there")
    if not rows:
        return Verdict(difference, "nothing_here")
    if abs(difference) <= CENTS:
        return Verdict(difference, "cents")
    if there == total:
        return Verdict(difference, "with_tax")
    if single:
        return Verdict(difference, "row", (single[0],))
    return Verdict(difference, "other")
