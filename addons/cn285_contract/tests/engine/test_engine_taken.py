"""What another system has billed: the rows that stand for it, and that no day is billed again."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from cn285_engine.calendar import add_days
from cn285_engine.periods import Rhythm
from cn285_engine.plan import ItemTerms, Stretch, plan_stretches
from cn285_engine.taken import price_for, shares, taken_rows
from hypothesis import given
from hypothesis import strategies as st

CALENDAR = Rhythm(1, "month", "calendar", date(2020, 1, 1))
FROM_31ST = Rhythm(1, "month", "anniversary", date(2024, 1, 31))
FORTNIGHTLY = Rhythm(2, "week", "anniversary", date(2024, 1, 31))
YEARLY = Rhythm(1, "year", "anniversary", date(2023, 7, 1))


def stretches(start, rhythm, end=None, **values):
    terms = ItemTerms(**{"kind": "fixed", "start": start, "end": end, "rhythm": rhythm, **values})
    return [Stretch(start, None, terms)]


def spans(rows):
    return [(row.start.isoformat(), add_days(row.end, -1).isoformat()) for row in rows]


CASES = [
    # a whole period; a part of one; the anchor stays the 31st
    ((2020, 1, 1), CALENDAR, (2026, 2, 1), None, [("2026-01-01", "2026-01-31")]),
    ((2020, 1, 1), CALENDAR, (2026, 1, 11), None, [("2026-01-01", "2026-01-10")]),
    ((2024, 1, 31), FROM_31ST, (2026, 3, 31), None, [("2026-02-28", "2026-03-30")]),
    # the start of the item cuts the period that holds the last day
    ((2026, 1, 15), CALENDAR, (2026, 2, 1), None, [("2026-01-15", "2026-01-31")]),
    ((2023, 7, 1), YEARLY, (2026, 7, 1), None, [("2025-07-01", "2026-06-30")]),
    # an invoice of three months, and one that began within a period
    (
        (2020, 1, 1),
        CALENDAR,
        (2026, 4, 1),
        (2026, 2, 1),
        [("2026-02-01", "2026-02-28"), ("2026-03-01", "2026-03-31")],
    ),
    (
        (2020, 1, 1),
        CALENDAR,
        (2026, 3, 1),
        (2026, 1, 10),
        [("2026-01-10", "2026-01-31"), ("2026-02-01", "2026-02-28")],
    ),
    # nothing of it was billed before it starts
    ((2026, 3, 1), CALENDAR, (2026, 2, 1), None, []),
]


@pytest.mark.parametrize(("start", "rhythm", "until", "since", "expected"), CASES)
def test_rows_of_the_last_invoice(start, rhythm, until, since, expected):
    rows = taken_rows(stretches(date(*start), rhythm), date(*until), since and date(*since))
    assert spans(rows) == expected


@pytest.mark.parametrize("timing", ["advance", "arrears"])
@pytest.mark.parametrize("offset", [-40, 0, 45])
def test_when_it_was_due_is_no_matter(timing, offset):
    given = stretches(date(2020, 1, 1), CALENDAR, timing=timing, offset=offset)
    assert spans(taken_rows(given, date(2026, 2, 1))) == [("2026-01-01", "2026-01-31")]


def test_fee_is_taken_over_once_its_day_is_past():
    fee = stretches(date(2024, 5, 1), None, kind="one_shot", one_shot_date=date(2024, 6, 1))
    assert spans(taken_rows(fee, date(2026, 2, 1))) == [("2024-06-01", "2024-06-01")]
    assert taken_rows(fee, date(2024, 6, 1)) == []


@given(
    start=st.dates(date(2015, 1, 1), date(2025, 12, 31)),
    billed=st.integers(1, 3000),
    rhythm=st.sampled_from([CALENDAR, FROM_31ST, YEARLY, FORTNIGHTLY]),
)
def test_every_day_is_billed_once_here_or_there(start, billed, rhythm):
    """What is planned after the rows begins on the day after them, without gap or overlap."""
    given, until = stretches(start, rhythm), start + timedelta(days=billed)
    rows = taken_rows(given, until)
    assert rows
    assert rows[-1].end == until
    covered = [(date.min, until)]
    planned, _finished = plan_stretches(given, until + timedelta(days=800), covered)
    assert planned[0].start == until
    own = rows[-1].own
    if own.end > until:
        # The rest of the period that was billed there in part: the shares are those of the whole.
        assert (
            rows[-1].proration.ratio + planned[0].proration.ratio
            == (
                plan_stretches(given, own.end + timedelta(days=800), [(date.min, own.start)])[0][0]
            ).proration.ratio
        )


@given(
    total=st.decimals(-9999, 9999, places=2),
    priced=st.lists(st.decimals(0, 500, places=2), min_size=1, max_size=40),
)
def test_shares_add_up(total, priced):
    assert sum(shares(total, priced)) == total


@given(
    net=st.decimals(-99999, 99999, places=2),
    quantity=st.decimals(0, 5000, places=3),
    days=st.integers(1, 31),
)
def test_price_comes_to_what_was_charged(net, quantity, days):
    share = (Decimal(days) / 31).quantize(Decimal("1e-10"))
    count, price = price_for(net, quantity, share)
    assert count in (quantity, 1)
    assert (count * price * share).quantize(Decimal("0.01"), "ROUND_HALF_UP") == net
