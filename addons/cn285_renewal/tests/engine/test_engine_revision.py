"""Price revision at a renewal."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from cn285_renewal_house.cn285_contract.engine.errors import EngineError
from cn285_renewal_house.cn285_renewal.engine.revision import (
    IndexValue,
    index_at,
    index_factor,
    percent_factor,
    revised_price,
)

ZERO = IndexValue(date(2025, 1, 1), Decimal(0))
VALUES = [
    IndexValue(date(2025, 1, 1), Decimal("312.4")),
    IndexValue(date(2026, 1, 1), Decimal("319.8")),
    IndexValue(date(2025, 7, 1), Decimal("315.0")),
]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2025, 1, 1), "312.4"),
        (date(2025, 6, 30), "312.4"),
        (date(2025, 7, 1), "315.0"),
        (date(2030, 1, 1), "319.8"),
    ],
)
def test_value_in_force(day, expected):
    assert index_at(VALUES, day).value == Decimal(expected)


@pytest.mark.parametrize(
    ("price", "factor", "digits", "expected"),
    [
        ("100", percent_factor(Decimal(2)), 2, "102.00"),
        ("49.99", percent_factor(Decimal("-1.5")), 2, "49.24"),
        ("100", index_factor(VALUES[0], VALUES[1]), 2, "102.37"),
        ("0.012345", index_factor(VALUES[0], VALUES[1]), 6, "0.012637"),
        ("100", index_factor(VALUES[0], VALUES[1], Decimal("1.5")), 2, "101.50"),
        # A cap is no floor: an index that falls lowers the price.
        ("100", index_factor(VALUES[1], VALUES[0], Decimal("1.5")), 2, "97.69"),
    ],
)
def test_revised_price(price, factor, digits, expected):
    assert revised_price(Decimal(price), factor, digits) == Decimal(expected)


def test_revisions_chain():
    """From the first to the last value at once is the same as step by step."""
    steps = index_factor(VALUES[0], VALUES[2]) * index_factor(VALUES[2], VALUES[1])
    assert steps == index_factor(VALUES[0], VALUES[1]) == Fraction(3198, 3124)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: index_at(VALUES, date(2024, 12, 31)), "no_index_value"),
        (lambda: index_factor(ZERO, VALUES[0]), "bad_index_value"),
        (lambda: percent_factor(Decimal(-100)), "bad_revision"),
    ],
)
def test_refusals(call, code):
    with pytest.raises(EngineError) as caught:
        call()
    assert caught.value.code == code
