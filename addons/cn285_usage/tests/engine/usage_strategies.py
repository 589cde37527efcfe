"""Generators of rating values that the property tests share, and short ways to write figures."""

from decimal import Decimal
from fractions import Fraction

from cn285_house.cn285_usage.engine.tiers import Tier
from hypothesis import strategies as st

quantities = st.decimals(0, 10**6, places=3) | st.integers(0, 120).map(Decimal)
signed = st.decimals(-(10**6), 10**6, places=3) | st.integers(-120, 120).map(Decimal)
prices = st.decimals(0, 1000, places=5) | st.sampled_from([Decimal(0), Decimal("0.005")])
money = st.decimals(0, 10000, places=2)
roundings = st.sampled_from([Decimal("0.01"), Decimal("0.05"), Decimal(1), Decimal("0.001")])


@st.composite
def tiers(draw, packages=True, most=5):
    """Tiers with an open end, bounds low enough to be hit."""
    steps = draw(st.lists(st.decimals(Decimal("0.5"), 60, places=1), max_size=most - 1))
    bounds, running = [], Decimal(0)
    for step in steps:
        running += step
        bounds.append(running)
    sizes = st.none() | st.decimals(Decimal("0.5"), 20, places=1) if packages else st.none()
    return tuple(Tier(bound, draw(prices), draw(money), draw(sizes)) for bound in (*bounds, None))


def dec(value):
    """Read a figure; None stays None."""
    return None if value is None else Decimal(str(value))


def make_tiers(*rows):
    """Make tiers of rows (up to, unit price, flat, package), of which the last may be left out."""
    return tuple(Tier(*map(dec, row)) for row in rows)


def check_rating(rating, rounding=Decimal("0.01")):
    """Check what holds for the rating of any model: its lines make its amount."""
    # In fractions: sums of Decimal are cut to 28 digits by default.
    amounts = [Fraction(line.amount) for line in rating.lines]
    exacts = [Fraction(line.exact) for line in rating.lines]
    assert sum(amounts) == rating.amount
    assert sum(exacts) == rating.exact
    assert abs(rating.exact - Fraction(rating.amount)) * 2 <= rounding
    assert all(abs(one - two) < rounding for one, two in zip(exacts, amounts, strict=True))
    assert all((amount / Fraction(rounding)).denominator == 1 for amount in amounts)
    if rating.steps and "amount" in rating.steps[-1].values:
        assert rating.steps[-1].values["amount"] == rating.amount
    return rating
