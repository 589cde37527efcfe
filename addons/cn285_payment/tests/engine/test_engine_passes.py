"""Who may redeem a pass, and which periods cost less."""

from datetime import date

import pytest
from cn285_payment_house.cn285_payment.engine.passes import (
    Pass,
    Uses,
    clean_code,
    next_periods,
    refusal,
)

DAY = date(2026, 3, 15)
MONTHS = [
    (date(2026, 3, 1), date(2026, 3, 31)),
    (date(2026, 4, 1), date(2026, 4, 30)),
    (date(2026, 5, 1), date(2026, 5, 31)),
]


@pytest.mark.parametrize(
    ("terms", "uses", "expected"),
    [
        (Pass(), Uses(), None),
        (Pass(active=False), Uses(), "unknown"),
        (Pass(first_day=date(2026, 3, 16)), Uses(), "early"),
        (Pass(first_day=DAY, last_day=DAY), Uses(), None),
        (Pass(last_day=date(2026, 3, 14)), Uses(), "over"),
        (Pass(most=10), Uses(all=9), None),
        (Pass(most=10), Uses(all=10), "used_up"),
        (Pass(most_each=2), Uses(all=5, customer=1), None),
        (Pass(most_each=2), Uses(all=5, customer=2), "customer_limit"),
        (Pass(most_each=0), Uses(all=500, customer=500), None),
        (Pass(most_each=0), Uses(all=1, customer=1, contract=1), "redeemed"),
    ],
)
def test_limits(terms, uses, expected):
    assert refusal(terms, uses, DAY) == expected


@pytest.mark.parametrize(
    ("today", "count", "expected"),
    [
        (DAY, 1, (date(2026, 4, 1), date(2026, 4, 30))),
        (DAY, 2, (date(2026, 4, 1), date(2026, 5, 31))),
        (DAY, 12, (date(2026, 4, 1), date(2026, 5, 31))),
        (DAY, 0, (date(2026, 4, 1), None)),
        (date(2026, 4, 1), 1, (date(2026, 4, 1), date(2026, 4, 30))),
        (date(2026, 5, 2), 1, None),
    ],
)
def test_next_periods(today, count, expected):
    assert next_periods(MONTHS, today, count) == expected


@pytest.mark.parametrize("text", ["SPRING26", "spring-26", " Spring 26 ", "sprinG_26"])
def test_codes_are_compared_without_their_form(text):
    assert clean_code(text) == "SPRING26"
