"""Terms and renewals: from the anchor, whatever months are short."""

from datetime import date
from itertools import islice, pairwise

import pytest
from cn285_renewal_house.cn285_contract.engine.calendar import add_months
from cn285_renewal_house.cn285_contract.engine.errors import EngineError
from cn285_renewal_house.cn285_renewal.engine.term import (
    Duration,
    Term,
    commitment_end,
    end_of_renewals,
    first_term,
    iter_terms,
    longest_end,
    next_term,
    term_on,
)
from hypothesis import given
from hypothesis import strategies as st
from renewal_strategies import anchors

YEAR = Duration(1, "year")
MONTH = Duration(1, "month")


def renewal_days(start, length, renewal, count):
    return [term.end for term in islice(iter_terms(start, length, renewal), count)]


@pytest.mark.parametrize(
    ("start", "length", "renewal", "expected"),
    [
        # The 29 February comes back in leap years.
        (
            date(2024, 2, 29),
            YEAR,
            YEAR,
            [date(2025, 2, 28), date(2026, 2, 28), date(2027, 2, 28), date(2028, 2, 29)],
        ),
        (date(2025, 3, 15), YEAR, YEAR, [date(2026, 3, 15), date(2027, 3, 15)]),
        (
            date(2026, 1, 31),
            MONTH,
            MONTH,
            [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)],
        ),
        # A first term longer than the renewals.
        (date(2024, 8, 31), Duration(18), Duration(6), [date(2026, 2, 28), date(2026, 8, 31)]),
        (
            date(2026, 1, 1),
            Duration(2, "week"),
            Duration(10, "day"),
            [date(2026, 1, 15), date(2026, 1, 25)],
        ),
    ],
)
def test_renewal_days(start, length, renewal, expected):
    assert renewal_days(start, length, renewal, len(expected)) == expected


def test_term_knows_its_last_day():
    first = first_term(date(2025, 3, 15), YEAR)
    assert first == Term(0, date(2025, 3, 15), date(2026, 3, 15))
    assert first.last_day == date(2026, 3, 14)
    assert next_term(first, YEAR, 15) == Term(1, date(2026, 3, 15), date(2027, 3, 15))


def test_without_renewal_one_term():
    assert list(iter_terms(date(2026, 1, 1), YEAR, None)) == [first_term(date(2026, 1, 1), YEAR)]


@pytest.mark.parametrize(
    ("renewal", "most", "expected"),
    [
        (None, 0, date(2027, 1, 1)),
        (YEAR, 0, None),
        (YEAR, 1, date(2028, 1, 1)),
        (MONTH, 3, date(2027, 4, 1)),
    ],
)
def test_longest_end(renewal, most, expected):
    assert longest_end(date(2026, 1, 1), YEAR, renewal, most) == expected


def test_commitment_end():
    assert commitment_end(date(2026, 1, 31), Duration(1)) == date(2026, 2, 28)
    assert commitment_end(date(2026, 1, 31), None) is None
    assert commitment_end(date(2026, 1, 31), Duration(0)) is None


@pytest.mark.parametrize("count", [-1, 1.5])
def test_duration_is_a_whole_number(count):
    with pytest.raises(EngineError) as caught:
        Duration(count)
    assert caught.value.code == "duration_negative"


def test_term_has_a_length():
    for make in (
        lambda: first_term(date(2026, 1, 1), Duration(0)),
        lambda: next_term(first_term(date(2026, 1, 1), YEAR), Duration(0), 1),
    ):
        with pytest.raises(EngineError) as caught:
            make()
        assert caught.value.code == "term_without_length"


@given(anchors, st.integers(1, 60), st.integers(1, 36))
def test_every_end_is_derived_from_the_start(start, length, renewal):
    """Renewing term after term is the same as counting all months from the start at once."""
    ends = renewal_days(start, Duration(length), Duration(renewal), 12)
    assert ends == [add_months(start, length + k * renewal) for k in range(12)]


@given(anchors, st.integers(1, 60), st.integers(1, 36))
def test_terms_follow_each_other_without_gap(start, length, renewal):
    terms = list(islice(iter_terms(start, Duration(length), Duration(renewal)), 12))
    assert terms[0].start == start
    for before, after in pairwise(terms):
        assert before.end == after.start < after.end
        assert after.number == before.number + 1


@pytest.mark.parametrize(
    ("day", "most", "number", "end"),
    [
        (date(2021, 3, 1), 0, 0, date(2022, 2, 28)),
        (date(2022, 2, 28), 0, 1, date(2023, 2, 28)),
        (date(2026, 1, 15), 0, 4, date(2026, 2, 28)),
        # The 29th of a leap year is aimed at again.
        (date(2024, 2, 29), 0, 3, date(2025, 2, 28)),
        (date(2023, 12, 31), 0, 2, date(2024, 2, 29)),
        (date(2026, 1, 15), 2, 2, date(2024, 2, 29)),
    ],
)
def test_term_on_a_day(day, most, number, end):
    first = Term(0, date(2021, 2, 28), date(2022, 2, 28))
    found = term_on(first, YEAR, 29, day, most)
    assert (found.number, found.end) == (number, end)
    assert term_on(first, None, 29, day, most) == first


def test_end_of_renewals_from_any_term():
    term = Term(4, date(2025, 3, 1), date(2026, 3, 1))
    assert end_of_renewals(term, YEAR, 1, 0) is None
    assert end_of_renewals(term, YEAR, 1, 5) == date(2027, 3, 1)
    assert end_of_renewals(term, YEAR, 1, 4) == end_of_renewals(term, YEAR, 1, 2) == term.end
    assert end_of_renewals(term, None, 1, 5) == term.end
