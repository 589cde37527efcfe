"""The figures of docs/billing.md that need no database."""

from datetime import date
from decimal import Decimal

import pytest
from cn285_engine.changes import Price, part_amount
from cn285_engine.periods import Rhythm
from cn285_engine.plan import ItemTerms, Stretch, plan_stretches
from cn285_engine.pricing import DiscountWindow
from cn285_engine.proration import Basis, PartialPolicy

FAR = date(2040, 1, 1)
MONTH = Rhythm(1, "month", "calendar", date(2026, 1, 1))


def billed(price, start, end=None, rhythm=MONTH, until=FAR, windows=(), **terms):
    """Amounts of the rows of an item that serves from ``start`` to ``end``, inclusive."""
    after = end and date.fromordinal(end.toordinal() + 1)
    item = ItemTerms("fixed", start, after, rhythm, **terms)
    rows, _finished = plan_stretches([Stretch(start, None, item)], until)
    full = Price(Decimal(1), Decimal(price), windows=windows)
    return [
        str(part_amount(item, row.own, row.piece_start, (row.start, row.end), full)) for row in rows
    ]


@pytest.mark.parametrize(
    ("basis", "last_days", "first_days"),
    [
        ("actual", "15.81", "15.81"),
        ("30_360", "15.17", "16.33"),
        ("actual_30", "16.33", "16.33"),
        ("actual_365", "16.11", "16.11"),
    ],
)
def test_bases(basis, last_days, first_days):
    august = date(2026, 8, 1), date(2026, 8, 31)
    basis = Basis(basis)
    assert billed("35", date(2026, 8, 18), august[1], basis=basis) == [last_days]
    assert billed("35", august[0], date(2026, 8, 14), basis=basis) == [first_days]
    assert billed("35", *august, basis=basis) == ["35.00"]


def test_never_more_than_the_period():
    assert billed("35", date(2026, 8, 2), date(2026, 8, 31), basis=Basis.actual_30) == ["35.00"]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ((1, 30), (1, 31), "10.00"),
        ((1, 31), (1, 31), "10.00"),
        ((1, 1), (1, 30), "290.00"),
        ((1, 1), (1, 31), "300.00"),
        ((1, 30), (1, 30), "0.00"),
        ((2, 1), (2, 27), "270.00"),
        ((2, 28), (2, 28), "30.00"),
        ((2, 1), (2, 28), "300.00"),
    ],
)
def test_30_360_on_the_30th_and_31st(start, end, expected):
    days = date(2026, *start), date(2026, *end)
    assert billed("300", *days, basis=Basis.d30_360) == [expected]


def test_in_full():
    full = {"first": PartialPolicy.full, "last": PartialPolicy.full}
    off = (DiscountWindow(date(2026, 1, 1), None, amount=Decimal(10)),)
    days = date(2026, 1, 16), date(2026, 3, 20)
    assert billed("100", *days, **full) == ["100.00"] * 3
    assert billed("100", *days, windows=off, **full) == ["90.00"] * 3
    half = (DiscountWindow(date(2026, 1, 16), date(2026, 1, 24), percent=Decimal(50)),)
    assert billed("100", *days, windows=half, **full)[0] == "75.00"


def test_a_number_of_periods_counts_a_partial_first_one():
    start = date(2026, 1, 20)
    assert billed("31", start, period_count=3) == ["12.00", "31.00", "31.00"]
    to_date = Rhythm(1, "month", "anniversary", start)
    item = ItemTerms("fixed", start, None, to_date, period_count=3)
    rows, finished = plan_stretches([Stretch(start, None, item)], FAR)
    assert finished
    assert rows[-1].end == date(2026, 4, 20)


def test_calendar_periods_of_two_years():
    rhythm = Rhythm(2, "year", "calendar", date(2027, 7, 1))
    assert billed("730", date(2027, 7, 1), date(2029, 12, 31), rhythm) == ["184.00", "730.00"]
    rhythm = Rhythm(2, "year", "anniversary", date(2027, 7, 1))
    assert billed("730", date(2027, 7, 1), date(2029, 6, 30), rhythm) == ["730.00"]


def test_discounts():
    january = date(2026, 1, 1), date(2026, 1, 31)
    ten_days = date(2026, 1, 1), date(2026, 1, 11)
    assert billed("31", *january, windows=(DiscountWindow(*ten_days, Decimal(50)),)) == ["26.00"]
    off = DiscountWindow(*ten_days, amount=Decimal(31))
    assert billed("10", *january, windows=(off,)) == ["6.77"]
    later = DiscountWindow(date(2026, 1, 21), None, amount=Decimal(31))
    assert billed("310", *january, windows=(later,)) == ["299.00"]
