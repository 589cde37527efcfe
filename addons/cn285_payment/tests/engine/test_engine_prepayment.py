"""What is asked for before a start, and whether what was paid is enough."""

import doctest
from datetime import date
from decimal import Decimal

import pytest
from cn285_payment_engine import prepayment
from cn285_payment_engine.prepayment import (
    Due,
    Verdict,
    due_at_start,
    is_over,
    last_day,
    still_to_pay,
    verdict,
)


def test_examples():
    results = doctest.testmod(prepayment)
    assert results.attempted
    assert not results.failed


@pytest.mark.parametrize(
    ("totals", "expected"),
    [([], "0"), (["120.00"], "120.00"), (["120.00", "60.05"], "180.05"), (["100", "-150"], "0")],
)
def test_due(totals, expected):
    invoices = [Due(date(2026, 1, 1), Decimal(total)) for total in totals]
    assert due_at_start(invoices) == Decimal(expected)


@pytest.mark.parametrize(
    ("paid", "now", "agreed", "expected"),
    [
        ("120", "120", "120", Verdict.start),
        ("120.01", "120", "120", Verdict.start),
        ("119.99", "120", "120", Verdict.decide),
        ("120", "240", "120", Verdict.start),
        ("120", "240", "120.01", Verdict.decide),
        ("120", "100", "150", Verdict.start),
        ("0", "0", "0", Verdict.start),
        ("0", "120", "120", Verdict.decide),
    ],
)
def test_verdict(paid, now, agreed, expected):
    assert verdict(Decimal(paid), Decimal(now), Decimal(agreed)) is expected


def test_rest():
    assert still_to_pay(Decimal("150.00"), Decimal("120.00")) == Decimal("30.00")
    assert still_to_pay(Decimal("100.00"), Decimal("120.00")) == 0


def test_links():
    assert last_day(date(2028, 2, 28), 1) == date(2028, 2, 29)
    assert last_day(date(2026, 1, 1), -3) == date(2026, 1, 1)
    assert not is_over(None, date(2099, 1, 1))
