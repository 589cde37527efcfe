"""Discounts on usage: the item's own, and those of a stretch of days."""

from datetime import date
from decimal import Decimal

import pytest
from cn285_house.cn285_contract.engine.pricing import DiscountWindow
from cn285_house.cn285_usage.engine.charge_models import PerUnit
from cn285_house.cn285_usage.engine.discount import discount_rating
from hypothesis import given
from hypothesis import strategies as st
from usage_strategies import check_rating

JUNE = date(2026, 6, 1), date(2026, 7, 1)


def window(first, last, percent="0", amount="0"):
    return DiscountWindow(
        date(2026, 6, first), date(2026, 6, last), Decimal(percent), Decimal(amount)
    )


@pytest.mark.parametrize(
    ("percent", "windows", "share", "expected"),
    [
        ("0", (), 1, "100.00"),
        ("10", (), 1, "90.00"),
        ("100", (), 1, "0.00"),
        # Half of the days at half the price.
        ("0", (window(1, 16, "50"),), 1, "75.00"),
        ("10", (window(1, 16, "50"),), 1, "67.50"),
        ("0", (window(16, 30, amount="30"),), 1, "86.00"),
        ("0", (window(1, 30, amount="400"),), 1, "0.00"),
        ("33.3333", (), 1, "66.67"),
    ],
)
def test_discounts(percent, windows, share, expected):
    rating = PerUnit(Decimal("0.5")).rate(Decimal(200))
    found = discount_rating(
        rating, percent=Decimal(percent), windows=windows, days=JUNE, share=share
    )
    check_rating(found)
    assert str(found.amount) == expected
    assert [line.code for line in found.lines][1:] == (["discount"] if expected != "100.00" else [])


@given(st.integers(0, 10**7), st.integers(0, 10000), st.integers(0, 10000))
def test_a_discount_never_makes_a_credit(units, percent, amount):
    rating = PerUnit(Decimal("0.0137")).rate(Decimal(units))
    windows = [window(3, 20, amount=str(Decimal(amount) / 100))] if amount else []
    found = discount_rating(rating, percent=Decimal(percent) / 100, windows=windows, days=JUNE)
    check_rating(found)
    assert Decimal(0) <= found.amount <= rating.amount
