"""Legal interest: each day at the rate of its half-year."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from cn285_renewal_house.cn285_contract.engine.errors import EngineError
from cn285_renewal_house.cn285_renewal.engine.interest import (
    LegalRate,
    interest_parts,
    late_interest,
)
from hypothesis import given
from hypothesis import strategies as st

RATES = [
    LegalRate(date(2025, 1, 1), Decimal("7.21")),
    LegalRate(date(2025, 7, 1), Decimal("6.65")),
    LegalRate(date(2026, 1, 1), Decimal("6.67")),
    LegalRate(date(2026, 7, 1), Decimal("7.00")),
]
DUE = date(2026, 7, 15)


@pytest.mark.parametrize(
    ("principal", "due", "paid", "expected"),
    [
        ("273.00", DUE, DUE, "0.00"),
        ("273.00", DUE, date(2026, 7, 1), "0.00"),
        # 273 × 7 % × 31/365
        ("273.00", DUE, date(2026, 8, 15), "1.62"),
        ("273.00", DUE, date(2026, 7, 16), "0.05"),
        # 1000 × (6.65 % × 31 + 6.67 % × 31) / 365: December and January
        ("1000", date(2025, 11, 30), date(2026, 1, 31), "11.31"),
        # A whole year over three half-years: (7.21 % × 29 + 6.65 % × 184 + 6.67 % × 151) / 365
        ("10000", date(2025, 6, 1), date(2026, 5, 31), "668.45"),
    ],
)
def test_late_interest(principal, due, paid, expected):
    assert late_interest(Decimal(principal), due, paid, RATES) == Decimal(expected)


def test_parts_explain_the_sum():
    parts = interest_parts(Decimal(1000), date(2025, 12, 30), date(2026, 1, 10), RATES)
    assert [(part.start, part.days, part.percent) for part in parts] == [
        (date(2025, 12, 31), 1, Decimal("6.65")),
        (date(2026, 1, 1), 10, Decimal("6.67")),
    ]


@pytest.mark.parametrize("paid", [date(2027, 1, 2), date(2030, 1, 1)])
def test_missing_rate_is_named(paid):
    with pytest.raises(EngineError) as caught:
        late_interest(Decimal(100), date(2026, 12, 20), paid, RATES)
    assert caught.value.code == "no_legal_rate"
    assert caught.value.values["day"] == date(2027, 1, 1)


def test_principal_is_not_negative():
    with pytest.raises(EngineError) as caught:
        late_interest(Decimal(-1), DUE, DUE, RATES)
    assert caught.value.code == "bad_principal"


@given(
    st.decimals(0, 100000, places=2),
    st.dates(date(2025, 1, 1), date(2026, 6, 30)),
    st.integers(0, 80),
    st.integers(0, 80),
)
def test_days_add_up(principal, due, first, second):
    """Interest of a stretch is the sum of the interest of its two halves."""
    middle, paid = due + timedelta(days=first), due + timedelta(days=first + second)
    whole = sum(part.amount for part in interest_parts(principal, due, paid, RATES))
    halves = interest_parts(principal, due, middle, RATES)
    halves += interest_parts(principal, middle, paid, RATES)
    assert whole == sum(part.amount for part in halves)
