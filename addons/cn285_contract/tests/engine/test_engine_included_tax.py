"""Taxes inside prices, parted over lines."""

from decimal import Decimal
from fractions import Fraction

from cn285_engine.included_tax import PricedLine, part_included
from cn285_engine.money import CENT, round_money
from hypothesis import given
from hypothesis import strategies as st

cents = st.integers(-100_000, 1_000_000).map(lambda count: count * CENT)
rates = st.lists(st.sampled_from(["5.5", "10", "20", "7.7"]), min_size=1, max_size=3, unique=True)


def within(price, rates):
    """Each tax in a price, exactly enough."""
    whole = 1 + sum(Fraction(rate) for rate in rates) / 100
    exact = {rate: Fraction(price) / whole * Fraction(rate) / 100 for rate in rates}
    return {rate: Decimal(float(tax)) for rate, tax in exact.items()}


@given(st.lists(cents, min_size=1, max_size=30), rates)
def test_lines_taxes_and_total_agree(prices, rates):
    lines = [PricedLine(price, within(price, rates)) for price in prices]
    totals = {rate: round_money(sum(line.taxes[rate] for line in lines)) for rate in rates}
    parted = part_included(lines, totals)
    for line, part in zip(lines, parted, strict=True):
        assert part.base + sum(part.taxes.values()) == line.price
        assert round_money(part.base) == part.base
        for rate, tax in part.taxes.items():
            assert abs(tax - line.taxes[rate]) <= CENT
    for rate, total in totals.items():
        assert sum(part.taxes[rate] for part in parted) == total


def test_a_thousand_lines():
    """Rounded line by line the tax would be 1,660.00."""
    lines = [PricedLine(Decimal("9.99"), {"VAT": Decimal("1.665")})] * 1000
    parted = part_included(lines, {"VAT": Decimal("1665.00")})
    assert sum(part.base for part in parted) == Decimal("8325.00")
    assert {part.base for part in parted} == {Decimal("8.32"), Decimal("8.33")}


def test_a_tax_is_in_no_line_that_does_not_have_it():
    lines = [
        PricedLine(Decimal("9.99"), {"VAT": Decimal("1.665")}),
        PricedLine(Decimal("9.99"), {"OTHER": Decimal("0.515")}),
    ]
    parted = part_included(lines, {"VAT": Decimal("1.66"), "OTHER": Decimal("0.52")})
    assert [part.taxes for part in parted] == [
        {"VAT": Decimal("1.66")},
        {"OTHER": Decimal("0.52")},
    ]
