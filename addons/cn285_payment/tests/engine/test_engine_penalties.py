"""Penalties of professionals and interest of consumers, to the cent."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from cn285_payment_house.cn285_contract.engine.errors import EngineError
from cn285_payment_house.cn285_payment.engine.penalties import (
    Debt,
    Payment,
    agreed_rates,
    claimed_until,
    interest_from,
    owes_indemnity,
    penalty,
    penalty_stretches,
    reference_rates,
)
from cn285_payment_house.cn285_renewal.engine.interest import LegalRate
from hypothesis import given
from hypothesis import strategies as st

# The refinancing rate of the European Central Bank on the first day of each half-year.
ECB = [
    LegalRate(date(2025, 1, 1), Decimal("3.15")),
    LegalRate(date(2025, 7, 1), Decimal("2.15")),
    LegalRate(date(2026, 1, 1), Decimal("2.15")),
    LegalRate(date(2026, 7, 1), Decimal("2.40")),
]
RATES = reference_rates(ECB, Decimal(10))
LEGAL = [LegalRate(date(2026, 1, 1), Decimal("2.62"))]


def day(text):
    return date.fromisoformat(text)


def debt(amount, due, *payments):
    paid = [Payment(day(on), Decimal(much)) for on, much in payments]
    return Debt(Decimal(amount), day(due), paid)


@pytest.mark.parametrize(
    ("owed", "until", "expected", "days"),
    [
        # 1,200 × 12.15 % × 30/365
        (debt("1200.00", "2026-01-31", ("2026-03-02", "1200.00")), "2026-12-31", "11.98", 30),
        # 15 days at 13.15 %, 20 at 12.15 %
        (debt("1440.00", "2025-06-15", ("2025-07-20", "1440.00")), "2026-01-01", "17.37", 35),
        (debt("99.60", "2026-03-31", ("2026-04-01", "99.60")), "2026-05-01", "0.03", 1),
        # Half of it paid after ten days: 10 days on 1,000, 20 on 500.
        (
            debt("1000.00", "2026-01-31", ("2026-02-10", "500.00"), ("2026-03-02", "500.00")),
            "2026-03-31",
            "6.66",
            30,
        ),
        # Paid in time, or on the day.
        (debt("1000.00", "2026-01-31", ("2026-01-31", "1000.00")), "2026-03-31", "0.00", 0),
        (debt("1000.00", "2026-01-31", ("2026-01-15", "1000.00")), "2026-03-31", "0.00", 0),
        # Part of it paid in advance.
        (debt("1000.00", "2026-01-31", ("2026-01-15", "999.00")), "2026-02-01", "0.00", 1),
        (debt("1000.00", "2026-01-31"), "2026-01-31", "0.00", 0),
        (debt("1000.00", "2026-01-31"), "2026-02-01", "0.33", 1),
        # Two payments of one day, and one too much.
        (
            debt("1000.00", "2026-01-31", ("2026-02-10", "400.00"), ("2026-02-10", "700.00")),
            "2026-12-31",
            "3.33",
            10,
        ),
        # Over the turn of a half-year of which the next bears more.
        (debt("10000.00", "2026-06-20", ("2026-07-10", "10000.00")), "2026-12-31", "67.26", 20),
    ],
)
def test_penalties(owed, until, expected, days):
    stretches = penalty_stretches(owed, owed.due, day(until), RATES)
    assert penalty(stretches) == Decimal(expected)
    assert sum(one.days for one in stretches) == days


def test_parts_are_rounded_together():
    """Not each at its rate: 7.7819… + 9.5868…"""
    owed = debt("1440.00", "2025-06-15", ("2025-07-20", "1440.00"))
    parts = [
        float(one.amount) for one in penalty_stretches(owed, owed.due, day("2025-08-01"), RATES)
    ]
    assert parts == pytest.approx([7.7819, 9.5868], abs=0.0001)


@pytest.mark.parametrize(
    ("percent", "expected"), [("6", "7.86"), ("7.86", "7.86"), ("9", "9"), ("0", "7.86")]
)
def test_terms_below_the_floor_are_raised_to_it(percent, expected):
    assert agreed_rates(Decimal(percent), LEGAL)[0].percent == Decimal(expected)


def test_consumers_owe_legal_interest_from_the_receipt_of_the_notice():
    owed = debt("59.90", "2026-03-01", ("2026-06-10", "59.90"))
    since = interest_from("consumer", owed.due, day("2026-03-10"))
    stretches = penalty_stretches(owed, since, day("2026-06-30"), LEGAL)
    assert (penalty(stretches), stretches[0].days) == (Decimal("0.40"), 92)


@pytest.mark.parametrize("kind", ["consumer", "non_professional"])
def test_without_a_notice_consumers_owe_nothing(kind):
    assert interest_from(kind, day("2026-03-01"), None) is None
    # Before it is due nobody is late.
    assert interest_from(kind, day("2026-03-01"), day("2026-02-01")) == day("2026-03-01")
    assert not owes_indemnity(kind, [debt("59.90", "2026-03-01")], day("2026-06-01"))


@pytest.mark.parametrize(
    ("debts", "today", "expected"),
    [
        ([debt("99.60", "2026-03-31", ("2026-04-01", "99.60"))], "2026-04-01", True),
        ([debt("0.01", "2026-03-31")], "2026-04-01", True),
        ([debt("99.60", "2026-03-31")], "2026-03-31", False),
        ([debt("99.60", "2026-03-31", ("2026-03-31", "99.60"))], "2026-05-01", False),
        # An invoice in two parts, of which the first was late.
        (
            [debt("50.00", "2026-03-31", ("2026-04-02", "50.00")), debt("50.00", "2026-06-30")],
            "2026-04-03",
            True,
        ),
    ],
)
def test_the_indemnity_is_owed_once_it_is_late(debts, today, expected):
    assert owes_indemnity("professional", debts, day(today)) is expected


def test_without_a_rate_nothing_is_told():
    owed = debt("100.00", "2026-12-15")
    with pytest.raises(EngineError) as error:
        penalty_stretches(owed, owed.due, day("2027-01-02"), RATES)
    assert error.value.code == "no_legal_rate"
    assert error.value.values["day"] == day("2027-01-01")
    # But where nothing is open any more, none is missed.
    paid = debt("100.00", "2026-12-15", ("2026-12-20", "100.00"))
    assert penalty(penalty_stretches(paid, paid.due, day("2027-06-01"), RATES)) == Decimal("0.17")


def test_time_bars():
    assert claimed_until("professional", day("2024-02-29")) == day("2029-02-28")
    assert claimed_until("consumer", day("2024-02-29")) == day("2026-02-28")


amounts = st.decimals(Decimal("0.01"), Decimal(10**6), places=2)
days = st.dates(date(2025, 1, 1), date(2026, 12, 31))


@given(amounts, days, days, st.lists(st.tuples(days, amounts), max_size=4))
def test_payments_never_raise_what_is_owed(amount, due, until, paid):
    payments = [Payment(on, much) for on, much in paid]
    with_them = penalty(penalty_stretches(Debt(amount, due, payments), due, until, RATES))
    without = penalty(penalty_stretches(Debt(amount, due), due, until, RATES))
    assert Decimal(0) <= with_them <= without


@given(amounts, days, st.integers(0, 300), st.integers(0, 300))
def test_stretches_follow_one_another(amount, due, first, second):
    """What is owed until a day, and from it on, comes to what is owed in all."""
    stop = min(due + timedelta(days=first), date(2026, 12, 31))
    end = min(stop + timedelta(days=second), date(2026, 12, 31))
    one = Debt(amount, due)
    parts = penalty_stretches(one, due, stop, RATES) + penalty_stretches(one, stop, end, RATES)
    whole = penalty_stretches(one, due, end, RATES)
    assert sum(part.amount for part in parts) == sum(part.amount for part in whole)
    assert sum(part.days for part in parts) == (end - due).days
