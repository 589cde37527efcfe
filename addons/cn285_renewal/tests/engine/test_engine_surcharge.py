"""Late refunds: the scale of L242-4, that of L242-19, and legal rates that are not known."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from cn285_renewal_house.cn285_renewal.engine.interest import LegalRate
from cn285_renewal_house.cn285_renewal.engine.surcharge import Band, late_surcharge

WITHDRAWAL = [
    Band(10, legal=True),
    Band(20, Decimal(5)),
    Band(30, Decimal(10)),
    Band(60, Decimal(20)),
    Band(90, Decimal(50)),
    Band(0, Decimal(50), by_month=Decimal(5)),
]
RATES = [
    LegalRate(date(2025, 1, 1), Decimal("7.21")),
    LegalRate(date(2025, 7, 1), Decimal("6.65")),
    LegalRate(date(2026, 1, 1), Decimal("6.67")),
]
DUE = date(2025, 1, 15)


def owed(days, refund="438.00", price=None, due=DUE, bands=WITHDRAWAL):
    paid = due + timedelta(days=days)
    return late_surcharge(Decimal(refund), Decimal(price or refund), due, paid, bands, RATES)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (-5, "0.00"),
        (0, "0.00"),
        (1, "0.09"),  # 438.00 × 7.21 % / 365
        (10, "0.87"),
        (11, "21.90"),
        (20, "21.90"),
        (21, "43.80"),
        (30, "43.80"),
        (31, "87.60"),
        (45, "87.60"),
        (60, "87.60"),
        (61, "219.00"),
        (90, "219.00"),
        (91, "240.90"),  # 55 %: the first month after the 90th day, 15 April, has begun
        (120, "240.90"),
        (121, "262.80"),
    ],
)
def test_the_scale_of_a_withdrawal(days, expected):
    found = owed(days)
    assert (str(found.amount), found.missing) == (expected, None)


def test_points_grow_until_the_price_then_legal_interest():
    # Ten months after 15 April 2025: 100 %. From the eleventh on, 15 February 2026, interest.
    assert str(owed((date(2026, 2, 15) - DUE).days).amount) == "438.00"
    # one day of it: 438.00 × 6.67 % / 365
    assert str(owed((date(2026, 2, 16) - DUE).days).amount) == "438.08"


def test_the_price_bounds_what_is_owed_on_a_part_that_was_paid():
    after_long = (date(2026, 6, 30) - DUE).days
    assert owed(after_long, "100.00", "438.00").amount == Decimal("125.00")  # 50 + 15 × 5 %


@pytest.mark.parametrize(("days", "expected"), [(0, "0.00"), (1, "50.00"), (400, "50.00")])
def test_half_more_for_electronic_communications(days, expected):
    assert str(owed(days, "100.00", bands=[Band(0, Decimal(50))]).amount) == expected


def test_a_rate_that_is_not_known_is_named():
    late = owed(6, due=date(2026, 6, 27))  # until 3 July
    assert late.missing == date(2026, 7, 1)
    assert str(late.amount) == "0.24"  # the three days of June
    none = owed(5, due=date(2026, 8, 1))
    assert (str(none.amount), none.missing) == ("0.00", date(2026, 8, 2))
    # percentages need no rate
    assert owed(15, due=date(2026, 8, 1)).missing is None
