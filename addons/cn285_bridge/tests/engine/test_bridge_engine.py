"""Checksums, merging, back-off, chunks and masking."""

import doctest
import importlib
from datetime import datetime, timezone
from decimal import Decimal

import pytest
from cn285_bridge_engine.backoff import next_try
from cn285_bridge_engine.checksum import canonical, checksum
from cn285_bridge_engine.chunks import chunks
from cn285_bridge_engine.masking import mask
from cn285_bridge_engine.merge import merge
from hypothesis import given
from hypothesis import strategies as st

EARLY = datetime(2026, 3, 1, tzinfo=timezone.utc)
LATE = datetime(2026, 3, 2, tzinfo=timezone.utc)

values = st.dictionaries(
    st.sampled_from(["name", "city", "vat", "email"]),
    st.one_of(st.none(), st.just(""), st.sampled_from(["a", "b", "c"]), st.integers(0, 3)),
)


@pytest.mark.parametrize("name", ["backoff", "checksum", "chunks", "masking", "merge"])
def test_examples(name):
    results = doctest.testmod(importlib.import_module(f"cn285_bridge_engine.{name}"))
    assert results.attempted
    assert not results.failed


# --- checksum


@given(values)
def test_checksum_does_not_depend_on_order_or_empty_keys(one):
    other = {**dict(reversed(one.items())), "nothing": None}
    assert checksum(one) == checksum(other)


@given(values, values)
def test_checksums_are_equal_exactly_when_the_canonical_forms_are(one, other):
    assert (checksum(one) == checksum(other)) == (canonical(one) == canonical(other))


@pytest.mark.parametrize("number", [2, 2.0, Decimal("2.00"), Decimal("2")])
def test_a_number_has_one_form(number):
    assert canonical(number) == "2"


def test_what_has_no_form_is_refused():
    with pytest.raises(TypeError):
        canonical(object())


# --- merge


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "rule", "here", "there", "conflicts"),
    [
        ("Lyon", "Lyon", "Lyon", "ask", {}, {}, 0),
        ("Lyon", "Nice", "Lyon", "theirs", {}, {"city": "Nice"}, 0),
        ("Lyon", "Lyon", "Nice", "ours", {"city": "Nice"}, {}, 0),
        ("Lyon", "Nice", "Nice", "ask", {}, {}, 0),
        ("Lyon", "Nice", "Paris", "theirs", {"city": "Paris"}, {}, 0),
        ("Lyon", "Nice", "Paris", "ours", {}, {"city": "Nice"}, 0),
        ("Lyon", "Nice", "Paris", "ask", {}, {}, 1),
        ("Lyon", "", "Lyon", "ask", {}, {"city": ""}, 0),
        ("Lyon", None, "Paris", "ask", {}, {}, 1),
    ],
)
def test_one_field(base, ours, theirs, rule, here, there, conflicts):
    result = merge({"city": base}, {"city": ours}, {"city": theirs}, rule)
    assert (result.here, result.there, len(result.conflicts)) == (here, there, conflicts)


def test_newest_takes_the_side_changed_later():
    sides = ({"city": "Lyon"}, {"city": "Nice"}, {"city": "Paris"}, "newest")
    ours = merge(*sides, ours_changed_at=LATE, theirs_changed_at=EARLY)
    theirs = merge(*sides, ours_changed_at=EARLY, theirs_changed_at=LATE)
    assert ours.there == {"city": "Nice"}
    assert theirs.here == {"city": "Paris"}
    assert merge(*sides).here == {"city": "Paris"}, "not known: theirs"


def test_different_fields_do_not_conflict():
    result = merge(
        {"city": "Lyon", "vat": "1"},
        {"city": "Nice", "vat": "1"},
        {"city": "Lyon", "vat": "2"},
        "ask",
    )
    assert result.there == {"city": "Nice"}
    assert result.here == {"vat": "2"}
    assert result.agreed == {"city": "Nice", "vat": "2"}


def test_a_conflict_keeps_the_whole_record_as_it_is():
    result = merge(
        {"city": "Lyon", "vat": "1"},
        {"city": "Nice", "vat": "2"},
        {"city": "Paris", "vat": "1"},
        "ask",
    )
    assert result.here == result.there == {}
    assert [item.name for item in result.conflicts] == ["city"]


def test_a_decision_of_a_person_by_field():
    sides = ({"a": 1, "b": 1}, {"a": 2, "b": 2}, {"a": 3, "b": 3}, "ask")
    result = merge(*sides, choices={"a": "ours", "b": "theirs"})
    assert (result.there, result.here) == ({"a": 2}, {"b": 3})
    assert merge(*sides, choices={"a": "ours"}).conflicts, "b is still open"


def test_first_meeting_fills_what_one_side_lacks():
    result = merge(None, {"city": "Lyon", "vat": ""}, {"city": "", "vat": "9"}, "ask")
    assert (result.here, result.there, result.conflicts) == ({"vat": "9"}, {"city": "Lyon"}, ())


@given(st.none() | values, values, values, st.sampled_from(["theirs", "ours", "newest"]))
def test_afterwards_both_say_the_same(base, ours, theirs, rule):
    result = merge(base, ours, theirs, rule)
    assert canonical({**ours, **result.here}) == canonical({**theirs, **result.there})
    assert canonical(result.agreed) == canonical({**ours, **result.here})
    again = merge(result.agreed, {**ours, **result.here}, {**theirs, **result.there}, "ask")
    assert not (again.here or again.there or again.conflicts), "in step is in step"


# --- back-off, chunks, masking


@given(st.integers(1, 60), st.floats(0, 1))
def test_waiting_grows_and_stays_bounded(attempts, chance):
    step = next_try(attempts, 100, chance=chance)
    assert 24 <= step.seconds <= 6 * 3600 * 1.2
    assert not step.parked
    assert next_try(attempts + 1, 100).seconds >= next_try(attempts, 100).seconds


@pytest.mark.parametrize("numbers", [(0, 5), (1, 0)])
def test_attempts_count_from_one(numbers):
    with pytest.raises(ValueError):
        next_try(*numbers)


@given(st.lists(st.integers()), st.integers(1, 7))
def test_chunks_keep_all_in_order(items, size):
    pieces = list(chunks(items, size))
    assert [item for piece in pieces for item in piece] == items
    assert all(len(piece) == size for piece in pieces[:-1])


def test_no_piece_of_nothing():
    with pytest.raises(ValueError):
        list(chunks([1], 0))


def test_passport_is_masked():
    text = (
        "<p:tokenPassport><c:account>1234567</c:account><c:consumerKey>ck</c:consumerKey>"
        '<c:signature algorithm="HMAC-SHA256">abc=</c:signature></p:tokenPassport>'
        '<acc:incomeAccount internalId="54"/>'
    )
    masked = mask(text)
    for secret in ("1234567", ">ck<", "abc="):
        assert secret not in masked
    assert 'incomeAccount internalId="54"' in masked
    assert 'algorithm="HMAC-SHA256"' in masked
