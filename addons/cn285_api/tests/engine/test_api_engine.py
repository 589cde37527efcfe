"""The rules of the API: keys, cursors, references, decimals, headers, buckets."""

import doctest
import importlib
from contextlib import suppress
from datetime import datetime
from decimal import Decimal

import pytest
from cn285_api_engine.buckets import Buckets
from cn285_api_engine.cursors import BadCursor, Cursor, decode, encode
from cn285_api_engine.decimals import money_text, number_text, parse_decimal
from cn285_api_engine.headers import entity_tag, fingerprint, has_tag, parse_tags
from cn285_api_engine.keys import digest, is_within, new_key, parse_networks
from cn285_api_engine.references import BadReference, parse_reference
from hypothesis import given
from hypothesis import strategies as st

MODULES = ("buckets", "cursors", "decimals", "headers", "keys", "references")


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name):
    module = importlib.import_module(f"cn285_api_engine.{name}")
    result = doctest.testmod(module)
    assert not result.failed


def test_keys_are_never_alike_and_their_digests_say_nothing():
    keys = {new_key() for _count in range(100)}
    assert len(keys) == 100
    assert all(len(digest(key)) == 64 and key[8:16] not in digest(key) for key in keys)


def test_networks():
    networks = parse_networks("10.0.0.0/8\n2001:db8::/32; 203.0.113.7")
    for address, inside in [
        ("10.200.0.1", True),
        ("2001:db8::1", True),
        ("203.0.113.7", True),
        ("203.0.113.8", False),
        ("2001:db9::1", False),
        ("", False),
        (None, False),
    ]:
        assert is_within(address, networks) is inside
    with pytest.raises(ValueError):
        parse_networks("ten")


@given(st.integers(0, 2**31 - 1), st.none() | st.datetimes(datetime(1900, 1, 1)))
def test_cursors_come_back_as_they_went(number, changed):
    cursor = Cursor(number, changed)
    assert decode(encode(cursor), by_change=changed is not None) == cursor


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_no_text_breaks_a_cursor(text):
    for by_change in (False, True):
        with suppress(BadCursor):
            decode(text, by_change)


@pytest.mark.parametrize("by_change", [False, True])
def test_a_cursor_of_another_order_is_none(by_change):
    other = Cursor(1, None if by_change else datetime(2026, 1, 1))
    with pytest.raises(BadCursor):
        decode(encode(other), by_change)


@given(st.text())
def test_no_text_breaks_a_reference(text):
    with suppress(BadReference):
        parse_reference(text)


@pytest.mark.parametrize("text", ["0", "-1", "01", "2147483648", "", "ext:", "1 ", "ext: a", "a"])
def test_what_names_nothing(text):
    with pytest.raises(BadReference):
        parse_reference(text)


@given(st.decimals(-(10**13) + 1, 10**13 - 1, places=6))
def test_decimals_come_back_as_they_went(number):
    assert parse_decimal(f"{number:f}") == number
    assert Decimal(number_text(number)) == number


@pytest.mark.parametrize("text", ["1e5", "1,5", " 1", "1.", ".5", "NaN", "1.0000001", "٣", 5, None])
def test_what_is_no_decimal(text):
    with pytest.raises(ValueError):
        parse_decimal(text)


def test_money_has_the_digits_of_its_currency():
    assert [money_text(0.1 + 0.2), money_text(-0.001), money_text(12.345, 3)] == [
        "0.30",
        "0.00",
        "12.345",
    ]


def test_requests_that_differ_have_other_fingerprints():
    requests = [
        ("POST", "/a", b"", b"bc"),
        ("POST", "/a", b"b", b"c"),
        ("POST", "/ab", b"", b"c"),
        ("PATCH", "/a", b"", b"bc"),
    ]
    assert len({fingerprint(*request) for request in requests}) == 4


def test_entity_tags():
    tag = entity_tag(b"one")
    assert has_tag(tag, parse_tags(f'"x", {tag}'))
    assert has_tag(tag, ["*"])
    assert not has_tag(tag, [f"W/{tag}"])
    assert has_tag(tag, [f"W/{tag}"], weak=True)
    for header in ("x", '"a', '"a" "b"', '*, "a"', ""):
        with pytest.raises(ValueError):
            parse_tags(header)


def test_buckets_are_apart_and_the_oldest_are_forgotten():
    buckets = Buckets(most=2)
    assert buckets.take(1, 0.0, 1, 1) == 0
    assert buckets.take(1, 0.0, 1, 1) == 1
    assert buckets.take(2, 0.0, 1, 1) == 0
    assert buckets.take(3, 0.0, 1, 1) == 0
    assert buckets.take(1, 0.0, 1, 1) == 0  # was forgotten, and begins anew
    assert buckets.take(9, 0.0, 0, 1) == 0
