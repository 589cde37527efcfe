"""When a wallet is filled up, and by how much."""

from datetime import date
from decimal import Decimal

import pytest
from cn285_payment_house.cn285_contract.engine.calendar import Unit
from cn285_payment_house.cn285_payment.engine.topup import (
    Amount,
    No,
    Rule,
    Standing,
    Trigger,
    due_day,
    top_up,
)
from hypothesis import given
from hypothesis import strategies as st

D = Decimal
TODAY = date(2026, 3, 15)


def threshold(amount="fixed", value="50.00", at="20.00", **values):
    return Rule(Trigger.threshold, Amount(amount), D(value), D(at), **values)


@pytest.mark.parametrize(
    ("rule", "standing", "expected"),
    [
        (threshold(), Standing(D("20.00")), "50.00"),
        (threshold(), Standing(D("20.01")), No.above),
        (threshold(), Standing(D("0.00"), pending=True), No.pending),
        (threshold("target", "100.00"), Standing(D("12.34")), "87.66"),
        (threshold("target", "10.00"), Standing(D("12.34")), No.enough),
        (threshold(cap=D("120.00")), Standing(D("0"), this_month=D("50.00")), "50.00"),
        (threshold(cap=D("120.00")), Standing(D("0"), this_month=D("100.00")), "20.00"),
        (threshold(cap=D("120.00")), Standing(D("0"), this_month=D("120.00")), No.cap),
        (threshold(cap=D("0.00")), Standing(D("0")), No.cap),
    ],
)
def test_threshold(rule, standing, expected):
    result = top_up(rule, standing, TODAY)
    assert result == (expected if isinstance(expected, No) else D(expected))


@pytest.mark.parametrize(
    ("first", "every", "unit", "last", "expected"),
    [
        (date(2026, 1, 31), 1, Unit.month, None, date(2026, 1, 31)),
        (date(2026, 1, 31), 1, Unit.month, date(2026, 2, 28), date(2026, 3, 31)),
        (date(2026, 1, 31), 2, Unit.month, date(2026, 1, 31), date(2026, 3, 31)),
        (date(2026, 1, 5), 2, Unit.week, date(2026, 1, 5), date(2026, 1, 19)),
        (date(2024, 2, 29), 1, Unit.year, date(2025, 2, 28), date(2026, 2, 28)),
        # What was missed is not made up for.
        (date(2026, 1, 1), 1, Unit.month, date(2026, 3, 10), date(2026, 4, 1)),
    ],
)
def test_interval(first, every, unit, last, expected):
    rule = Rule(Trigger.interval, Amount.fixed, D(50), first_day=first, every=every, unit=unit)
    assert due_day(rule, last) == expected


def test_an_interval_fills_up_whatever_the_balance():
    rule = Rule(Trigger.interval, Amount.fixed, D(50), first_day=date(2026, 3, 15))
    assert top_up(rule, Standing(D(1000)), TODAY) == D(50)
    assert top_up(rule, Standing(D(0)), date(2026, 3, 14)) is No.not_due
    assert top_up(rule, Standing(D(0), last_day=TODAY), TODAY) is No.not_due
    to_target = Rule(Trigger.interval, Amount.target, D(50), first_day=TODAY)
    assert top_up(to_target, Standing(D("49.99")), TODAY) == D("0.01")


money = st.integers(0, 100000).map(lambda count: D(count) / 100)


@given(money, money, money, money, money, st.sampled_from(Amount))
def test_never_beyond_the_cap_nor_the_target(balance, value, at, cap, month, amount):
    rule = Rule(Trigger.threshold, amount, value, at, cap=cap)
    result = top_up(rule, Standing(balance, this_month=month), TODAY)
    if isinstance(result, No):
        return
    assert result > 0
    assert month + result <= cap
    if amount is Amount.target:
        assert balance + result <= value
