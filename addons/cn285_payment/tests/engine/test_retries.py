"""Days of retries: golden figures, ends, restarts, the networks' limit."""

from datetime import date, timedelta

import pytest
from cn285_payment_engine.declines import (
    CONFIG,
    CUSTOMER,
    DECLINED,
    HARD,
    OUTCOMES,
    TECHNICAL,
    UNKNOWN,
)
from cn285_payment_engine.retries import (
    CARD_DAYS,
    EXHAUSTED,
    NETWORK,
    SEPA_DAYS,
    Failure,
    Verdict,
    next_attempt,
    over_network_cap,
    parse_days,
)
from hypothesis import given
from hypothesis import strategies as st

FIRST = date(2026, 1, 30)


def played(policy=CARD_DAYS, outcomes=(), later=None, first=FIRST):
    """The days on which an invoice is tried again where all attempts are refused, and the end."""
    failures, days = [Failure(first, *outcomes[:1])], []
    extra = {"later": later} if later else {}
    while True:
        verdict = next_attempt(failures, policy, **extra)
        if verdict.day is None:
            return days, verdict.reason
        days.append(verdict.day)
        failures.append(Failure(verdict.day, *outcomes[len(failures) : len(failures) + 1]))


def test_four_retries_of_a_card():
    days = [date(2026, 1, 31), date(2026, 2, 2), date(2026, 2, 6), date(2026, 2, 13)]
    assert played() == (days, EXHAUSTED)


def test_a_hard_refusal_ends_it():
    assert played(outcomes=[DECLINED, HARD]) == ([date(2026, 1, 31)], HARD)


@pytest.mark.parametrize("outcome", [HARD, CUSTOMER, CONFIG])
def test_refusals_that_are_not_tried_again(outcome):
    assert next_attempt([Failure(FIRST, outcome)]) == Verdict(None, outcome)


@pytest.mark.parametrize("outcome", [UNKNOWN, TECHNICAL])
def test_an_open_answer_is_no_refusal(outcome):
    assert next_attempt([Failure(FIRST), Failure(date(2026, 1, 31), outcome)]) == Verdict(None)


def test_open_answers_and_our_mistakes_are_not_counted():
    failures = [Failure(FIRST, CONFIG), Failure(date(2026, 2, 1), TECHNICAL), Failure(FIRST)]
    assert next_attempt(failures).day == date(2026, 1, 31)


def test_new_means_start_anew():
    assert next_attempt([Failure(date(2026, 2, 8))]).day == date(2026, 2, 9)
    assert next_attempt([]) == Verdict(None)


def test_a_late_attempt_is_followed_on_a_later_day():
    failures = [Failure(FIRST), Failure(date(2026, 2, 20))]
    assert next_attempt(failures).day == date(2026, 2, 21)


def test_direct_debits_count_target_days():
    closed = {date(2027, 1, 1)}

    def later(day, count):
        while count:
            day += timedelta(days=1)
            count -= day.weekday() < 5 and day not in closed
        return day

    days, reason = played(SEPA_DAYS, later=later, first=date(2026, 12, 30))
    assert days == [date(2027, 1, 7), date(2027, 1, 14)]
    assert reason == EXHAUSTED


def test_no_days_no_retries():
    assert next_attempt([Failure(FIRST)], ()) == Verdict(None, EXHAUSTED)


def test_the_fifteenth_attempt_within_thirty_days_is_not_made():
    attempts = [date(2026, 3, 1) + timedelta(days=number) for number in range(14)]
    failures = [Failure(day) for day in attempts]
    policy = tuple(range(1, 60))
    assert next_attempt(failures, policy, attempts=attempts) == Verdict(None, NETWORK)
    fewer = attempts[1:]
    assert next_attempt(failures[1:], policy, attempts=fewer).day == date(2026, 3, 15)
    # The first of them has left the window by then.
    assert not over_network_cap(attempts, date(2026, 3, 31))
    assert over_network_cap(attempts, date(2026, 3, 30))


@pytest.mark.parametrize(
    ("text", "days"),
    [("1,3,7,14", (1, 3, 7, 14)), (" 1; 3 ;7", (1, 3, 7)), ("", ()), ("365", (365,))],
)
def test_days_as_people_write_them(text, days):
    assert parse_days(text) == days


@pytest.mark.parametrize("text", ["3,1", "1,1", "0", "366", "a", "1,,b", "-1", "1.5"])
def test_days_that_are_none(text):
    with pytest.raises(ValueError):
        parse_days(text)


POLICIES = st.lists(st.integers(1, 60), unique=True, max_size=6).map(sorted).map(tuple)


@given(POLICIES, st.lists(st.sampled_from(OUTCOMES), min_size=1, max_size=10), st.dates())
def test_days_ascend_and_end(policy, outcomes, first):
    if first > date(9998, 1, 1):
        return
    days, _reason = played(policy, outcomes, first=first)
    assert days == sorted(set(days))
    assert len(days) <= len(policy) + sum(outcome == CONFIG for outcome in outcomes)
    assert all(day > first for day in days)
