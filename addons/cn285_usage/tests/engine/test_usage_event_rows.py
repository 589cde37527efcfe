"""Events into columns and into PostgreSQL's binary form: what a database does not have to check."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from fractions import Fraction
from operator import itemgetter
from struct import unpack

import pytest
from cn285_house.cn285_usage.engine.event_binary import (
    Known,
    Metric,
    Party,
    pack_events,
    packed_number,
    prepare,
)
from cn285_house.cn285_usage.engine.event_rows import encode_rows
from cn285_house.cn285_usage.engine.event_values import EPOCH
from cn285_house.cn285_usage.engine.stretches import collected, in_order
from hypothesis import given
from hypothesis import strategies as st

NOON = datetime(2026, 3, 10, 12)
NOW = datetime(2026, 3, 11)
FOREVER = 2**63 - 1
KNOWN = Known(
    {"~calls": Metric(1, False, False), "~mails": Metric(2, False, True), "~time": None},
    {"=7": Party(7, 3, None, 0, FOREVER), "=8": Party(8, 3, 5, 0, 10**6), "~who": None},
)


def row(number=1, **values):
    base = {
        "source": "test",
        "transaction_id": f"T{number}",
        "metric": "calls",
        "item_id": 7,
        "occurred_at": NOON,
        "quantity": 1,
    }
    base.update(values)
    return {name: value for name, value in base.items() if value is not None}


def pack(*rows, submit=None):
    columns = encode_rows(rows, 1).columns
    numbers = range(100, 100 + len(rows))
    return pack_events(columns, KNOWN, numbers, 1, NOW, NOW + timedelta(days=1), submit)


def number_of(data):
    """The number that PostgreSQL reads, and how many digits it shows."""
    size, count, weight, sign, scale = unpack(">iHhHH", data[:12])
    assert len(data) == 4 + size == 12 + 2 * count
    digits = unpack(f">{count}H", data[12:])
    assert all(digit < 10_000 for digit in digits)
    places = enumerate(digits)
    value = sum(Fraction(10_000) ** (weight - place) * digit for place, digit in places)
    return (-value if sign else value), scale


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20))
def test_numbers_are_packed_exactly(number):
    text = format(number, "f")
    value, scale = number_of(packed_number(text))
    assert value == Fraction(number)
    assert scale == len(text.partition(".")[2])


@pytest.mark.parametrize("text", ["0", "-0", "-0.0", "0.000", "10000", "0.0001", "123456789.5"])
def test_numbers_at_the_edges(text):
    assert number_of(packed_number(text))[0] == Fraction(text)


def test_only_what_is_certain_is_packed():
    rows = [
        row(1),
        row(2, metric="time"),
        row(3, item_id=8),
        row(4, item_id=None, item="who"),
        row(5, kind="reversal", origin="T1"),
        row(6, ended_at=NOON + timedelta(hours=1)),
        row(7, quantity=None),
        row(8, quantity=None, metric="mails"),
        row(9, occurred_at=NOW + timedelta(days=2)),
        row(10, occurred_at=EPOCH - timedelta(seconds=1)),
        row(11),
    ]
    packed = pack(*rows)
    assert packed.count == 3
    assert packed.rest == [1, 2, 3, 4, 5, 6, 8, 9]
    assert list(packed.ids) == [100, 101, 102]
    assert (packed.first, packed.last, packed.months) == (NOON, NOON, {(2026, 3)})


def test_nothing_certain():
    assert pack(row(metric="time")) is None


def test_references_that_are_not_known_are_left_for_later():
    parameters = {"company": 1, "known": Known(), "now": NOW, "latest": NOW}
    prepared = prepare([row()], range(1, 2), parameters)
    assert prepared.packed is None
    assert len(prepared.encoded) == 1


def test_keys_are_in_order_and_belong_to_their_events():
    rows = [row(number, item_id=7) for number in range(50)]
    data = pack(*rows).keys.read()
    head, records, end = data[:19], data[19:-2], data[-2:]
    assert head.startswith(b"PGCOPY") and end == b"\xff\xff"
    keys = [records[start + 6 : start + 22] for start in range(0, len(records), 46)]
    assert keys == sorted(keys)
    assert set(keys) == set(encode_rows(rows, 1).columns.key)


@pytest.mark.parametrize(
    "change",
    [
        {"quantity": 2},
        {"occurred_at": NOON + timedelta(microseconds=1)},
        {"item_id": 8},
        {"metric": "mails"},
        {"properties": {"a": 1}},
        {"ended_at": NOON},
        {"kind": "replacement", "origin": "T0"},
    ],
)
def test_any_other_content_shows(change):
    first, second = (encode_rows([event], 1).columns for event in (row(), row(**change)))
    assert first.key == second.key
    assert first.content != second.content


def test_content_is_the_same_in_whatever_company_of_rows():
    alone = encode_rows([row(1)], 1).columns
    among = encode_rows([row(2, properties={"a": 1}, quantity=None, park=True), row(1)], 1).columns
    assert among.content[1] == alone.content[0]
    assert among.key[1] == alone.key[0]


def test_rows_with_the_same_number_of_other_fields():
    rows = [row(1), row(2, quantity=None, properties={"a": 1})]
    columns = encode_rows(rows, 1).columns
    assert columns.quantity == ["1", None]
    assert columns.properties == [None, '{"a":1}']
    rows[1]["amount"] = rows[1].pop("properties")
    assert [code for _row, code, _value in encode_rows(rows, 1).bad] == ["unknown_field"]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers())), st.integers(1, 4))
def test_long_columns_are_sorted_by_stretches_as_in_one_go(values, size):
    assert collected(iter(values), size) == values
    assert in_order(values, itemgetter(0), size) == sorted(values, key=itemgetter(0))


def test_events_may_be_packed_elsewhere():
    rows = [row(number, quantity=number) for number in range(3)]
    with ThreadPoolExecutor(1) as pool:
        elsewhere = pack(*rows, submit=pool.submit).events().read()
    assert elsewhere == pack(*rows).events().read() != pack(*rows[:2]).events().read()
