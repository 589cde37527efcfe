"""The rules of the API: keys, cursors, references, decimals, headers, buckets."""

import doctest
import importlib
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from cn285_api_engine.addresses import BadAddress, check_url, is_public
from cn285_api_engine.buckets import Buckets
from cn285_api_engine.cursors import BadCursor, Cursor, decode, encode
from cn285_api_engine.decimals import money_text, number_text, parse_decimal
from cn285_api_engine.headers import entity_tag, fingerprint, has_tag, parse_tags
from cn285_api_engine.keys import digest, is_within, new_key, parse_networks
from cn285_api_engine.narrowing import narrowed
from cn285_api_engine.ranges import Unsatisfiable, part_of
from cn285_api_engine.references import BadReference, parse_reference
from cn285_api_engine.retries import SCHEDULE, is_given_up, is_taken, wait_seconds
from cn285_api_engine.signing import BadSignature, new_secret, sign, verify
from hypothesis import given
from hypothesis import strategies as st

MODULES = (
    "addresses",
    "buckets",
    "cursors",
    "decimals",
    "headers",
    "keys",
    "narrowing",
    "ranges",
    "references",
    "retries",
    "signing",
)


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


MOMENTS = st.integers(0, 10**17).map(lambda past: datetime(1970, 1, 1) + timedelta(0, 0, past))


@given(st.integers(0, 2**31 - 1), st.none() | MOMENTS)
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


def test_a_receiver_believes_what_is_signed_and_fresh():
    secret, old = new_secret(), new_secret()
    headers = {
        "webhook-id": "evt_1",
        "webhook-timestamp": "1000",
        "webhook-signature": sign([secret, old], "evt_1", 1000, b"body"),
    }
    assert verify(secret, headers, b"body", 1000.5) == "evt_1"
    assert verify(old, headers, b"body", 1299) == "evt_1"
    for changed, body, now in [
        ({}, b"bodY", 1000),
        ({}, b"body", 1301),
        ({"webhook-id": "evt_2"}, b"body", 1000),
        ({"webhook-timestamp": "1001"}, b"body", 1000),
        ({"webhook-timestamp": "x"}, b"body", 1000),
        ({"webhook-signature": ""}, b"body", 1000),
        ({"webhook-signature": "v2,abc"}, b"body", 1000),
    ]:
        with pytest.raises(BadSignature):
            verify(secret, {**headers, **changed}, body, now)
    with pytest.raises(BadSignature):
        verify(new_secret(), headers, b"body", 1000)


def test_retries_go_on_for_three_days_and_then_end():
    waits = [wait_seconds(failures) for failures in range(1, 11)]
    assert waits == [*SCHEDULE, None]
    assert timedelta(days=3) < timedelta(seconds=sum(SCHEDULE)) < timedelta(days=5)
    assert 270 <= wait_seconds(2, 0.0) < wait_seconds(2, 1.0) <= 330


def test_who_fails_for_five_days_is_given_up():
    since = datetime(2026, 1, 1)
    assert not is_given_up(None, since)
    assert not is_given_up(since, since + timedelta(days=5, seconds=-1))
    assert is_given_up(since, since + timedelta(days=5))
    assert [is_taken(status) for status in (200, 204, 301, 404, 500, None)] == [
        True, True, False, False, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/",
        "https://",
        "ftp://shop.example/",
        "https://user:word@shop.example/",
        "https://shop.example:22/",
        "https://shop.example:x/",
        "https://é.example/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://10.0.0.1:8443/",
        "https://shop.example/\r\nX-A: b",
        "",
    ],
)
def test_urls_to_which_nothing_is_sent(url):
    with pytest.raises(BadAddress):
        check_url(url)


def test_only_addresses_of_the_internet_are_public():
    """Those that are given to nobody, and old ways to write ours, are none."""
    ours = ("fec0::1", "::10.0.0.1", "::ffff:0:10.0.0.1", "::ffff:127.0.0.1", "5f00::1", "4000::1")
    ours += ("64:ff9b::a00:1", "2002:a00:1::", "2001:0:a00:1::", "192.88.99.1", "192.0.0.8")
    ours += ("100.64.0.1", "0.0.0.0", "255.255.255.255", "198.18.0.1", "fe80::1%1", "224.0.0.1")
    assert [one for one in ours if is_public(one)] == []
    assert all(map(is_public, ("93.184.216.34", "2606:4700::1111", "2a00:1450:4007:80e::200e")))


def _spec(**changes):
    """A small specification; ``do`` are functions that change it."""
    body = {
        "type": "object",
        "properties": {
            "name": {"type": "string", "maxLength": 10},
            "kind": {"anyOf": [{"enum": ["a", "b"], "type": "string"}, {"type": "null"}]},
        },
        "required": ["name"],
    }
    answer = {
        "type": "object",
        "properties": {"id": {"type": "integer"}, "next": {"$ref": "#/components/Node"}},
        "required": ["id"],
    }
    operation = {
        "parameters": [{"name": "q", "in": "query", "schema": {"type": "string"}}],
        "requestBody": {"content": {"json": {"schema": body}}},
        "responses": {"200": {"content": {"json": {"schema": answer}}}, "404": {}},
    }
    spec = {"paths": {"/a": {"post": operation}}, "components": {"Node": answer}}
    for change in changes.get("do", ()):
        change(operation, body, answer)
    return spec


@pytest.mark.parametrize(
    "change",
    [
        lambda o, b, a: o["parameters"].clear(),
        lambda o, b, a: o["parameters"][0].update(required=True),
        lambda o, b, a: o["parameters"].append({"name": "r", "in": "query", "required": True}),
        lambda o, b, a: o["responses"].pop("404"),
        lambda o, b, a: o["requestBody"].update(required=True),
        lambda o, b, a: b["properties"].pop("kind"),
        lambda o, b, a: b["required"].append("kind"),
        lambda o, b, a: b["properties"]["name"].update(maxLength=9),
        lambda o, b, a: b["properties"]["name"].update(pattern="x"),
        lambda o, b, a: b["properties"]["name"].update(type="integer"),
        lambda o, b, a: b["properties"]["kind"]["anyOf"].pop(),
        lambda o, b, a: b["properties"]["kind"]["anyOf"][0]["enum"].pop(),
        lambda o, b, a: a["properties"].pop("id"),
        lambda o, b, a: a["required"].clear(),
        lambda o, b, a: a["properties"]["id"].update(type=["integer", "null"]),
    ],
)
def test_what_takes_something_away_is_seen(change):
    assert narrowed(_spec(), _spec(do=[change]))


@pytest.mark.parametrize(
    "change",
    [
        lambda o, b, a: o["parameters"].append({"name": "r", "in": "query"}),
        lambda o, b, a: o["responses"].update({"409": {}}),
        lambda o, b, a: b["properties"].update(more={"type": "string"}),
        lambda o, b, a: b["required"].clear(),
        lambda o, b, a: b["properties"]["name"].update(maxLength=11),
        lambda o, b, a: b["properties"]["kind"]["anyOf"][0]["enum"].append("c"),
        lambda o, b, a: a["properties"].update(more={"type": "string"}),
    ],
)
def test_what_is_added_takes_nothing_away(change):
    assert narrowed(_spec(), _spec(do=[change])) == []


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=9-", (9, 10)),
        ("bytes=-20", (0, 10)),
        ("bytes= 2-3 ", (2, 4)),
        ("bytes=-", None),
        ("bytes=0-1,3-4", None),
        ("items=0-1", None),
        ("bytes=a-b", None),
        ("", None),
    ],
)
def test_a_part_of_a_file(header, part):
    assert part_of(header, 10) == part


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-20", "bytes=-0"])
def test_a_part_outside_of_the_file_is_refused(header):
    with pytest.raises(Unsatisfiable):
        part_of(header, 10)


@given(st.integers(0, 50), st.integers(0, 60), st.integers(0, 60))
def test_parts_lie_within_the_file(size, first, last):
    try:
        part = part_of(f"bytes={first}-{last}", size)
    except Unsatisfiable:
        assert first >= size
        return
    assert part is None if last < first else 0 <= part[0] == first < part[1] <= size
