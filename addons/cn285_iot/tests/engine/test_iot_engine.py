"""Devices without Odoo: states, assignments, identifiers, terms."""

import doctest
import importlib
from datetime import date, timedelta
from decimal import Decimal

import pytest
from cn285_iot_engine.allowance import free_part
from cn285_iot_engine.assignments import Assignment, free_slot, handed_over, items_at
from cn285_iot_engine.identifiers import KINDS, luhn, normalised, problem
from cn285_iot_engine.provisioning import pause_minutes, to_ask, wanted
from cn285_iot_engine.states import REACHED_FROM, can_go, served_state
from cn285_iot_engine.terms import last_day
from hypothesis import given
from hypothesis import strategies as st

START = date(2026, 4, 14)
DAYS = st.integers(0, 400).map(lambda number: date(2026, 1, 1) + timedelta(number))
STRETCHES = st.tuples(DAYS, st.integers(1, 200), st.booleans()).map(
    lambda given: (given[0], given[0] + timedelta(given[1]) if given[2] else None)
)


@pytest.mark.parametrize(
    "name", ["allowance", "assignments", "identifiers", "provisioning", "states", "terms"]
)
def test_examples(name):
    results = doctest.testmod(importlib.import_module(f"cn285_iot_engine.{name}"))
    assert results.attempted
    assert not results.failed


@pytest.mark.parametrize(
    ("current", "allowed"),
    [
        ("draft", "pending active suspended retired"),
        ("pending", "active suspended returned retired"),
        ("active", "pending suspended returned retired"),
        ("suspended", "pending active returned retired"),
        ("returned", "pending active suspended retired"),
        ("retired", ""),
    ],
)
def test_the_table_of_states(current, allowed):
    assert {target for target in REACHED_FROM if can_go(current, target)} == {*allowed.split()}


@pytest.mark.parametrize(
    ("items", "state"),
    [
        ("active", "active"),
        ("active suspended", "active"),
        ("suspended paused", "suspended"),
        ("suspended ended", "suspended"),
        ("draft", "pending"),
        ("draft suspended", "suspended"),
        ("ended cancelled", None),
        ("", None),
    ],
)
def test_what_devices_are_by_their_items(items, state):
    assert served_state(items.split()) == state


@pytest.mark.parametrize(
    ("kind", "text", "value", "code"),
    [
        ("iccid", "8933 0123 4567 8901 234", "8933012345678901234", "check"),
        ("iccid", "89 33 01 2345 6789 0123", "893301234567890123", None),
        ("iccid", "8933012345678901234F", "8933012345678901234F", None),
        ("iccid", "12345", "12345", "length"),
        ("imei", "49-015420-323751-8", "490154203237518", None),
        ("imei", "490154203237519", "490154203237519", "check"),
        ("imei", "49015420323751A", "49015420323751A", "digits"),
        ("imei", "4901542032375184", "4901542032375184", None),
        ("imsi", "208011234567890", "208011234567890", None),
        ("msisdn", "+33 6 12 34 56 78", "33612345678", None),
        ("eui", "70b3d57ed005a1b2", "70B3D57ED005A1B2", None),
        ("eui", "70b3d57ed005a1", "70B3D57ED005A1", "length"),
        ("eui", "70b3d57ed005a1bz", "70B3D57ED005A1BZ", "hex"),
        ("mac", "00:1B:44:11:3A:B7", "001B44113AB7", None),
        ("other", " Box 12 / a ", "Box 12 / a", None),
        ("other", "  ", "", "empty"),
        ("other", "x" * 65, "x" * 65, "length"),
    ],
)
def test_identifiers(kind, text, value, code):
    assert normalised(kind, text) == value
    assert problem(kind, value) == code


@given(st.sampled_from(KINDS), st.text(max_size=80))
def test_identifiers_are_normalised_once(kind, text):
    value = normalised(kind, text)
    assert normalised(kind, value) == value
    assert problem(kind, value) in (None, "empty", "length", "digits", "hex", "check")


@given(st.integers(10**13, 10**14 - 1))
def test_a_check_digit_finds_a_slip(number):
    good = next(f"{number}{digit}" for digit in range(10) if luhn(f"{number}{digit}"))
    slip = str((int(good[3]) + 1) % 10)
    assert not luhn(f"{good[:3]}{slip}{good[4:]}")


@pytest.mark.parametrize(
    ("start", "months", "limit", "expected"),
    [
        (START, 12, None, date(2027, 4, 13)),
        (START, 0, None, None),
        (START, 0, date(2026, 12, 31), date(2026, 12, 31)),
        (START, 24, date(2026, 12, 31), date(2026, 12, 31)),
        (date(2026, 1, 31), 1, None, date(2026, 2, 27)),
        (date(2024, 2, 29), 12, None, date(2025, 2, 27)),
    ],
)
def test_terms(start, months, limit, expected):
    assert last_day(start, months, limit) == expected


@given(st.lists(STRETCHES, max_size=12), st.integers(1, 3))
def test_no_place_is_given_twice(wishes, places):
    """Whatever is asked for, in whatever order: at no time more devices than places."""
    given_out = []
    for number, (start, end) in enumerate(wishes):
        slot = free_slot(given_out, start, end, places)
        if slot is not None:
            given_out.append(Assignment(number, 7, start, end, slot))
    for one in given_out:
        assert 1 <= one.slot <= places
        for other in given_out:
            if one != other and one.slot == other.slot:
                assert not one.overlaps(other.start, other.end)
        for day in (one.start, *((one.end,) if one.end else ())):
            assert sum(other.covers(day) for other in given_out) <= places


@given(STRETCHES, DAYS)
def test_handed_over_no_day_is_lost_and_none_twice(stretch, day):
    one = Assignment(1, 7, *stretch)
    parts = handed_over(one, day)
    for number in range(0, 700, 7):
        moment = date(2026, 1, 1) + timedelta(number)
        covering = [part for part in parts if part and part.covers(moment)]
        assert len(covering) == int(one.covers(moment))
        assert all((part is parts[1]) == (moment >= day) for part in covering)


def test_late_events_find_who_served_them():
    history = [
        Assignment(1, 7, date(2026, 1, 1), START),
        Assignment(2, 7, START),
        Assignment(1, 9, date(2026, 6, 1)),
        Assignment(2, 8, START, date(2026, 5, 1)),
    ]
    assert items_at(history, 1, date(2026, 4, 13)) == [7]
    assert items_at(history, 1, START) == []
    assert items_at(history, 2, START) == [7, 8]
    assert items_at(history, 1, date(2026, 6, 1)) == [9]


@pytest.mark.parametrize(
    ("state", "waits", "network", "asked"),
    [
        ("draft", False, None, None),
        ("pending", False, None, None),
        ("pending", True, None, "on"),
        ("pending", False, "on", "off"),
        ("active", False, None, "on"),
        ("active", True, "on", None),
        ("active", False, "off", "on"),
        ("suspended", False, "on", "off"),
        ("suspended", False, "off", None),
        ("suspended", True, "off", None),
        ("returned", False, "on", "off"),
        ("retired", False, "on", "gone"),
        ("retired", False, "off", "gone"),
        ("retired", False, None, None),
        ("retired", False, "gone", None),
    ],
)
def test_what_is_asked_of_a_network(state, waits, network, asked):
    assert to_ask(wanted(state, waits), network) == asked


def test_pauses_grow_and_end():
    pauses = [pause_minutes(number) for number in range(1, 40)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (2, 1440)


@given(st.lists(st.integers(1, 50)), st.integers(0, 100))
def test_no_more_than_the_allowance_is_free(quantities, allowance):
    used = Decimal(0)
    for quantity in quantities:
        free = free_part(Decimal(quantity), used, Decimal(allowance))
        assert 0 <= free <= quantity
        used += free
    assert used == min(sum(quantities), allowance)
