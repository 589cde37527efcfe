"""Termination: from which day on, by what right, and for what fee."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from cn285_renewal_house.cn285_contract.engine.errors import EngineError
from cn285_renewal_house.cn285_contract.engine.periods import Rhythm
from cn285_renewal_house.cn285_renewal.engine.term import Duration, first_term, next_term
from cn285_renewal_house.cn285_renewal.engine.termination import (
    Charge,
    ExitFacts,
    ExitRule,
    FeeKind,
    FeeRule,
    Ground,
    StatutoryExit,
    commitment_is_legal,
    earliest_exit,
    earliest_free_exit,
    exit_on,
    first_exit_from,
    leaving_fee,
    remaining_charges,
)
from hypothesis import given
from hypothesis import strategies as st
from renewal_strategies import anchors

START = date(2025, 3, 15)
YEAR = Duration(12)
FIRST = first_term(START, YEAR)
# Code de la consommation, L224-28 and L224-39.
TELECOM = StatutoryExit(
    notice=Duration(10, "day"), longest=Duration(24), firm=YEAR, share=Decimal(20)
)


def yearly(**values):
    """A year from 2025-03-15, renewed by a year, ended at a term's end with a month's notice."""
    return ExitFacts(
        **{
            "start": START,
            "rule": ExitRule.term_end,
            "notice": Duration(1),
            "term": FIRST,
            "renewal": YEAR,
            "anchor_day": 15,
            **values,
        }
    )


def found(facts, request):
    way = earliest_exit(facts, request)
    return way.day, way.ground.value, way.owes_fee


@pytest.mark.parametrize(
    ("facts", "request_date", "expected"),
    [
        # The last day to refuse is 2026-02-14: a day later the next term is bound.
        (yearly(), date(2026, 2, 14), (date(2026, 3, 15), "term_end", False)),
        (yearly(), date(2026, 2, 15), (date(2027, 3, 15), "term_end", False)),
        # It does not renew: it ends with its term whenever notice is given.
        (yearly(renewal=None), date(2026, 3, 10), (date(2026, 3, 15), "term_end", False)),
        # A commitment of two years outlasts the first term.
        (
            yearly(committed_until=date(2027, 3, 15)),
            date(2025, 6, 1),
            (date(2027, 3, 15), "term_end", False),
        ),
        # The renewal was not announced: free, at once, from the renewal on.
        (
            yearly(term=next_term(FIRST, YEAR, 15), free_from=date(2026, 3, 15)),
            date(2026, 6, 15),
            (date(2026, 6, 15), "renewal_not_announced", False),
        ),
        (
            yearly(free_from=date(2026, 3, 15)),
            date(2026, 3, 1),
            (date(2026, 3, 15), "renewal_not_announced", False),
        ),
        # No term: the notice alone.
        (
            ExitFacts(START, notice=Duration(2)),
            date(2026, 1, 31),
            (date(2026, 3, 31), "notice", False),
        ),
        (ExitFacts(START), date(2026, 1, 31), (date(2026, 1, 31), "notice", False)),
        # At the end of a billing period that the notice reaches.
        (
            ExitFacts(
                START,
                rule=ExitRule.period_end,
                notice=Duration(10, "day"),
                rhythm=Rhythm(1, "month", "anniversary", START),
            ),
            date(2026, 1, 5),
            (date(2026, 1, 15), "notice", False),
        ),
        (
            ExitFacts(
                START,
                rule=ExitRule.period_end,
                notice=Duration(10, "day"),
                rhythm=Rhythm(1, "month", "anniversary", START),
            ),
            date(2026, 1, 6),
            (date(2026, 2, 15), "period_end", False),
        ),
        # Committed: only afterwards, or earlier for a fee.
        (
            ExitFacts(START, committed_until=date(2026, 3, 15), notice=Duration(1)),
            date(2025, 6, 1),
            (date(2026, 3, 15), "commitment_end", False),
        ),
        (
            ExitFacts(
                START, committed_until=date(2026, 3, 15), notice=Duration(1), may_buy_out=True
            ),
            date(2025, 6, 1),
            (date(2025, 7, 1), "buy_out", True),
        ),
    ],
)
def test_earliest_exit(facts, request_date, expected):
    assert found(facts, request_date) == expected


def telecom(**values):
    return ExitFacts(
        **{
            "start": date(2025, 1, 15),
            "rule": ExitRule.term_end,
            "notice": Duration(1),
            "term": first_term(date(2025, 1, 15), Duration(24)),
            "committed_until": date(2027, 1, 15),
            "statutory": TELECOM,
            **values,
        }
    )


@pytest.mark.parametrize(
    ("request_date", "expected"),
    [
        # Before the end of month 12 the right begins there; then ten days' notice.
        (date(2025, 6, 1), (date(2026, 1, 15), "telecom", True)),
        (date(2026, 1, 4), (date(2026, 1, 15), "telecom", True)),
        (date(2026, 3, 1), (date(2026, 3, 11), "telecom", True)),
        (date(2027, 1, 10), (date(2027, 1, 20), "notice", False)),
        (date(2028, 5, 1), (date(2028, 5, 11), "notice", False)),
    ],
)
def test_telecom(request_date, expected):
    assert found(telecom(), request_date) == expected


def test_free_exit_waits_for_the_commitment():
    free = earliest_free_exit(telecom(), date(2026, 3, 1))
    assert (free.day, free.ground) == (date(2027, 1, 15), Ground.commitment_end)


@pytest.mark.parametrize(
    ("facts", "request_date", "day", "expected"),
    [
        (yearly(), date(2026, 2, 1), date(2026, 3, 15), (Ground.term_end, False)),
        (yearly(), date(2026, 2, 1), date(2027, 3, 15), (Ground.term_end, False)),
        (yearly(), date(2026, 2, 1), date(2026, 6, 15), None),
        (yearly(), date(2026, 2, 20), date(2026, 3, 15), None),
        (
            yearly(free_from=date(2026, 3, 15)),
            date(2026, 2, 20),
            date(2026, 6, 15),
            (Ground.renewal_not_announced, False),
        ),
        (telecom(), date(2026, 3, 1), date(2026, 3, 10), None),
        (telecom(), date(2026, 3, 1), date(2026, 8, 1), (Ground.telecom, True)),
        (telecom(), date(2026, 3, 1), date(2027, 1, 15), (Ground.commitment_end, False)),
        (telecom(), date(2026, 3, 1), date(2027, 2, 1), (Ground.commitment_end, False)),
    ],
)
def test_exit_on_a_wished_day(facts, request_date, day, expected):
    way = exit_on(facts, request_date, day)
    assert (way and (way.ground, way.owes_fee)) == expected


def test_period_end_allows_only_boundaries():
    facts = ExitFacts(
        START, rule=ExitRule.period_end, rhythm=Rhythm(1, "month", "anniversary", START)
    )
    assert exit_on(facts, date(2026, 1, 6), date(2026, 2, 15)).ground is Ground.period_end
    assert exit_on(facts, date(2026, 1, 6), date(2026, 3, 15)) is not None
    assert exit_on(facts, date(2026, 1, 6), date(2026, 3, 16)) is None


@pytest.mark.parametrize(
    ("facts", "day", "expected"),
    [
        (yearly(), date(2025, 9, 1), date(2026, 3, 15)),
        (yearly(), date(2026, 3, 15), date(2026, 3, 15)),
        (yearly(), date(2026, 3, 16), date(2027, 3, 15)),
        (yearly(free_from=date(2026, 3, 15)), date(2026, 6, 15), date(2026, 6, 15)),
        (ExitFacts(START, notice=Duration(1)), date(2026, 1, 1), date(2026, 3, 1)),
    ],
)
def test_first_exit_from_a_wished_day(facts, day, expected):
    assert first_exit_from(facts, date(2026, 2, 1), day).day == expected


# === FEES === #

# 30.00 a month for two years from 2025-01-15, in one charge a year to keep days out of the sum.
MONTHS = [
    Charge(first, last, Decimal("360.00"))
    for first, last in (
        (date(2025, 1, 15), date(2026, 1, 15)),
        (date(2026, 1, 15), date(2027, 1, 15)),
    )
]


@pytest.mark.parametrize(
    ("rule", "day", "expected", "cap"),
    [
        # After month 12: a fifth of what remains; 310/365 of 360.00 remain on 2026-03-11.
        (FeeRule(FeeKind.percent, Decimal(100)), date(2026, 3, 11), "61.15", "61.15"),
        (FeeRule(FeeKind.percent, Decimal(10)), date(2026, 3, 11), "30.58", "61.15"),
        (FeeRule(FeeKind.fixed, Decimal(50)), date(2026, 3, 11), "50.00", "61.15"),
        (FeeRule(FeeKind.fixed, Decimal(500)), date(2026, 3, 11), "61.15", "61.15"),
        (FeeRule(), date(2026, 3, 11), "0.00", "61.15"),
        # At the end of month 12: 20 % of 360.00.
        (FeeRule(FeeKind.percent, Decimal(100)), date(2026, 1, 15), "72.00", "72.00"),
        # Within the first twelve months: all of them, and a fifth of the second year.
        (FeeRule(FeeKind.percent, Decimal(100)), date(2025, 1, 15), "432.00", "432.00"),
        (FeeRule(FeeKind.percent, Decimal(100)), date(2027, 1, 15), "0", None),
    ],
)
def test_telecom_fee(rule, day, expected, cap):
    fee = leaving_fee(telecom(), rule, MONTHS, day)
    assert fee.amount == Decimal(expected)
    assert fee.cap == (None if cap is None else Decimal(cap))


def test_fee_outside_telecom_is_the_contracts_own():
    facts = ExitFacts(date(2025, 1, 15), committed_until=date(2027, 1, 15), may_buy_out=True)
    fee = leaving_fee(facts, FeeRule(FeeKind.percent, Decimal(50)), MONTHS, date(2026, 1, 15))
    assert (fee.amount, fee.remaining, fee.cap) == (Decimal("180.00"), Decimal("360.00"), None)


def test_telecom_of_twelve_months_has_no_cap():
    """L224-28 speaks of commitments beyond twelve months."""
    facts = telecom(committed_until=date(2026, 1, 15))
    fee = leaving_fee(facts, FeeRule(FeeKind.percent, Decimal(100)), MONTHS, date(2025, 1, 15))
    assert (fee.amount, fee.cap) == (Decimal("360.00"), None)


def test_percent_is_a_share():
    with pytest.raises(EngineError) as caught:
        FeeRule(FeeKind.percent, Decimal(101))
    assert caught.value.code == "bad_share"


def test_commitment_of_telecom():
    assert commitment_is_legal(Duration(24), START, TELECOM)
    assert not commitment_is_legal(Duration(25), START, TELECOM)
    assert commitment_is_legal(Duration(36), START, None)


# === WHAT HOLDS ALWAYS === #


@st.composite
def exit_terms(draw):
    start = draw(anchors)
    term = first_term(start, Duration(draw(st.integers(1, 24))))
    committed = draw(st.none() | st.integers(1, 36))
    return ExitFacts(
        start=start,
        rule=draw(st.sampled_from(ExitRule)),
        notice=Duration(draw(st.integers(0, 3))),
        term=draw(st.none() | st.just(term)),
        renewal=draw(st.none() | st.just(Duration(draw(st.integers(1, 12))))),
        anchor_day=start.day,
        committed_until=committed and Duration(committed).after(start),
        may_buy_out=draw(st.booleans()),
        statutory=draw(st.none() | st.just(TELECOM)),
        free_from=draw(st.none() | st.just(term.end)),
        rhythm=Rhythm(1, "month", "anniversary", start),
    )


@given(exit_terms(), st.integers(0, 900))
def test_earliest_exit_is_allowed_and_free_one_is_free(facts, offset):
    request = facts.start + timedelta(days=offset)
    earliest, free = earliest_exit(facts, request), earliest_free_exit(facts, request)
    assert earliest.day <= free.day
    assert not free.owes_fee
    for way in (earliest, free):
        allowed = exit_on(facts, request, way.day)
        assert allowed is not None
        assert allowed.owes_fee <= way.owes_fee
    # A fee is owed only for days that the customer is bound to.
    if earliest.owes_fee:
        assert facts.committed_until and earliest.day < facts.committed_until


def test_a_commitment_is_bought_out_of_only_while_it_lasts():
    """Term until 30 June, committed until 31 May: in between, the end of the term is the way."""
    facts = ExitFacts(
        start=date(2023, 1, 31),
        rule=ExitRule.term_end,
        notice=Duration(1),
        term=first_term(date(2023, 1, 31), Duration(5)),
        committed_until=date(2023, 5, 31),
        may_buy_out=True,
    )
    for request in (date(2023, 3, 2), date(2023, 5, 1)):
        assert earliest_free_exit(facts, request).day == date(2023, 6, 30)
        assert exit_on(facts, request, date(2023, 6, 1)) is None
    assert exit_on(facts, date(2023, 3, 2), date(2023, 4, 2)).owes_fee


@given(exit_terms(), st.integers(0, 900), st.integers(1, 60))
def test_waiting_never_opens_an_earlier_exit(facts, offset, later):
    first = facts.start + timedelta(days=offset)
    second = first + timedelta(days=later)
    assert earliest_free_exit(facts, first).day <= earliest_free_exit(facts, second).day


@given(st.integers(1, 720), st.decimals(0, 100, places=2))
def test_fee_falls_with_time_and_never_exceeds_what_remains(offset, percent):
    facts, rule = telecom(), FeeRule(FeeKind.percent, percent)
    day = facts.start + timedelta(days=offset)
    fee = leaving_fee(facts, rule, MONTHS, day)
    assert Decimal(0) <= fee.amount <= fee.remaining
    if fee.cap is not None:
        assert fee.amount <= fee.cap
    assert leaving_fee(facts, rule, MONTHS, day + timedelta(days=10)).amount <= fee.amount


@given(st.integers(0, 730), st.integers(0, 730))
def test_remaining_charges_add_up(first, second):
    start, end = date(2025, 1, 15), date(2027, 1, 15)
    middle = start + timedelta(days=min(first, second))
    whole = remaining_charges(MONTHS, start, end)
    parts = remaining_charges(MONTHS, start, middle) + remaining_charges(MONTHS, middle, end)
    assert whole == parts == 720
