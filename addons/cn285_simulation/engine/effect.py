"""What other prices change: after credits, in percent, and in which band of percentages."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from ...cn285_contract.engine.money import CENT, round_money

HUNDRED = Decimal(100)
# Bands of the change in percent, from the largest fall to the largest rise: (code, above, up to).
# Those of a fall are mirrored: from ``above``, which is in it, up to the next.
BANDS: tuple[tuple[str, int | None, int | None], ...] = (
    ("less_20", None, -20),
    ("less_10", -20, -10),
    ("less_5", -10, -5),
    ("less_0", -5, 0),
    ("same", 0, 0),
    ("more_0", 0, 5),
    ("more_5", 5, 10),
    ("more_10", 10, 20),
    ("more_20", 20, None),
    ("new", None, None),
)


def after_credit(
    found: Decimal, billed: Decimal, credited: Decimal, unit: Decimal = CENT
) -> Decimal:
    """Return what is left of a new amount when as much of it is credited as of what was billed.

    ``credited`` of ``billed`` was taken back; of ``found`` the same share is, rounded. Of what was
    billed at nothing nothing was credited.

    >>> after_credit(Decimal("120.00"), Decimal("100.00"), Decimal("25.00"))
    Decimal('90.00')
    """
    if not credited or found == billed:
        return found - credited
    if not billed:
        return found
    share = Fraction(credited) / Fraction(billed)
    return found - round_money(Fraction(found) * share, unit)


def percent_of(billed: Decimal, difference: Decimal) -> Decimal | None:
    """Return the change in percent of what was billed, to two digits; None of nothing.

    >>> percent_of(Decimal("80.00"), Decimal("10.00"))
    Decimal('12.50')
    """
    if not billed:
        return None
    return round_money(Fraction(difference) / abs(Fraction(billed)) * 100)


def band_of(billed: Decimal, difference: Decimal) -> str:
    """Return the code of the band in :data:`BANDS` that a change lies in.

    A rise of 5 % and no more is in the band up to 5 %, a fall of 5 % in that down to 5 %.

    >>> band_of(Decimal(100), Decimal(5)), band_of(Decimal(100), Decimal(-20))
    ('more_0', 'less_10')
    """
    if not difference:
        return "same"
    if not billed:
        return "new"
    change = Fraction(difference) / abs(Fraction(billed)) * 100
    size = abs(change)
    edge = next((edge for edge in (20, 10, 5) if size > edge), 0)
    return f"{'more' if change > 0 else 'less'}_{edge}"


def raised(
    terms: Mapping[str, object], names: frozenset[str], percent: Decimal
) -> dict[str, object]:
    """Return a calculator's terms with its prices raised by so much percent.

    ``terms``: as ``cn285.usage.calculator._terms`` gives them; ``names``: its figures that are
    prices. Prices of tiers and of values follow; units, allowances and packages stay.
    """
    factor = 1 + percent / HUNDRED

    def times(value: object) -> object:
        return float(Decimal(repr(value)) * factor) if value else value

    result = {name: times(value) if name in names else value for name, value in terms.items()}
    result["tier_ids"] = [
        [up_to, times(price), times(flat)] for up_to, price, flat in _rows(terms, "tier_ids")
    ]
    result["value_ids"] = [[value, times(price)] for value, price in _rows(terms, "value_ids")]
    return result


def _rows(terms: Mapping[str, object], name: str) -> list[list[object]]:
    rows = terms.get(name)
    return rows if isinstance(rows, list) else []
