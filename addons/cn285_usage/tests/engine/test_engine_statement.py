"""Statements: grouping, totals to the cent, flat memory, and every refusal."""

import itertools
import tracemalloc
from datetime import date, datetime, time
from decimal import Decimal

import pytest
from cn285_house.cn285_usage.engine.errors import UsageError
from cn285_house.cn285_usage.engine.statement import Outcome, Statement, check_sums, spread
from cn285_house.cn285_usage.engine.statement_sort import FAN_IN, sorted_stream
from cn285_house.cn285_usage.engine.statement_spec import (
    Column,
    Group,
    Spec,
    StatementError,
    order_keys,
    reader,
    sort_rows,
)
from hypothesis import given
from hypothesis import strategies as st

AMOUNT = Column("amount", "Amount", 10, "sum")
QUANTITY = Column("quantity", "Quantity", 10, "sum")
UNIT = Column("unit", "Unit")
REFERENCE = Column("transaction_id", "Reference")


class Recorder:
    """A sink that writes down what it is told."""

    def __init__(self, wants_lines=True):
        self.wants_lines = wants_lines
        self.told = []

    def open_group(self, level, value):
        self.told.append(("open", level, value))

    def line(self, values):
        self.told.append(("line", *values))

    def close_group(self, level, value, totals):
        self.told.append(("close", level, value, *totals))

    def close(self, totals, count):
        self.told.append(("total", *totals, count))


def row(amount, **values):
    return {"amount": Decimal(amount), **values}


def told(spec, rows, wants_lines=True):
    sink = Recorder(wants_lines)
    return sink.told, Statement(spec, [sink]).feed(rows)


def test_groups_within_groups_are_opened_summed_and_closed():
    spec = Spec(
        (REFERENCE, AMOUNT), (Group("beneficiary", "Beneficiary"), Group("metric", "Metric"))
    )
    result, outcome = told(
        spec,
        [
            row("0.10", beneficiary="A", metric="api", transaction_id="1"),
            row("0.20", beneficiary="A", metric="api", transaction_id="2"),
            row("1.00", beneficiary="A", metric="sms", transaction_id="3"),
            row("-0.30", beneficiary="B", metric="api", transaction_id="4"),
        ],
    )
    assert result == [
        ("open", 0, "A"),
        ("open", 1, "api"),
        ("line", "A", "api", "1", Decimal("0.10")),
        ("line", "A", "api", "2", Decimal("0.20")),
        ("close", 1, "api", None, Decimal("0.30")),
        ("open", 1, "sms"),
        ("line", "A", "sms", "3", Decimal("1.00")),
        ("close", 1, "sms", None, Decimal("1.00")),
        ("close", 0, "A", None, Decimal("1.30")),
        ("open", 0, "B"),
        ("open", 1, "api"),
        ("line", "B", "api", "4", Decimal("-0.30")),
        ("close", 1, "api", None, Decimal("-0.30")),
        ("close", 0, "B", None, Decimal("-0.30")),
        ("total", None, Decimal("1.00"), 4),
    ]
    assert (outcome.count, outcome.amount) == (4, Decimal("1.00"))


def test_a_flat_table_begins_with_the_groups_no_column_shows():
    spec = Spec((Column("metric", "M"), AMOUNT), (Group("item", "Item"), Group("metric", "Metric")))
    assert [column.key for column in spec.flat] == ["item", "metric", "amount"]
    result, _outcome = told(spec, [row("1", item="Fleet", metric="km")])
    assert ("line", "Fleet", "km", Decimal(1)) in result


def test_a_sink_without_lines_gets_groups_and_totals_only():
    spec = Spec((AMOUNT,), (Group("metric", "Metric"),), detail=False)
    result, _outcome = told(spec, [row("1", metric="km"), row("2", metric="km")], False)
    assert result == [
        ("open", 0, "km"),
        ("close", 0, "km", Decimal(3)),
        ("total", Decimal(3), 2),
    ]


def test_amounts_are_summed_even_where_no_column_shows_them():
    _result, outcome = told(Spec((REFERENCE,)), [row("0.1", line=7), row("0.2", line=8)])
    assert outcome.amount == Decimal("0.3")
    assert outcome.lines == {7: Decimal("0.1"), 8: Decimal("0.2")}


def test_quantities_of_different_units_have_no_sum():
    spec = Spec((QUANTITY, UNIT, AMOUNT), (Group("metric", "Metric"),))
    rows = [
        row("1", metric="call", quantity=Decimal(3), unit="call"),
        row("1", metric="call", quantity=Decimal(4), unit="call"),
        row("2", metric="talk", quantity=Decimal("1.5"), unit="minute"),
    ]
    result, _outcome = told(spec, rows)
    assert ("close", 0, "call", Decimal(7), "call", Decimal(2)) in result
    assert ("close", 0, "talk", Decimal("1.5"), "minute", Decimal(2)) in result
    assert result[-1] == ("total", None, None, Decimal(4), 3)


def test_count_smallest_and_largest():
    columns = (
        Column("transaction_id", "R", total="count"),
        Column("quantity", "Q", total="minimum"),
        Column("property:size", "S", total="maximum"),
        AMOUNT,
    )
    spec = Spec(columns, (Group("metric", "M"),))
    rows = [
        row("1", metric="a", transaction_id="1", quantity=5, properties={"size": 2.5}),
        row("1", metric="a", transaction_id="2", quantity=3, properties={"size": "10"}),
        row("1", metric="b", transaction_id=None, quantity=4, properties={}),
    ]
    result, _outcome = told(spec, rows)
    assert ("close", 0, "a", 2, Decimal(3), Decimal(10), Decimal(2)) in result
    assert ("close", 0, "b", None, Decimal(4), None, Decimal(1)) in result
    assert result[-1] == ("total", 2, Decimal(3), Decimal(10), Decimal(3), 3)


def test_days_and_times_come_from_the_moment():
    one = {"occurred_at": datetime(2026, 3, 29, 3, 30)}
    assert reader("day")(one) == date(2026, 3, 29)
    assert reader("time")(one) == time(3, 30)
    assert reader("day")({"day": date(2026, 1, 1)}) == date(2026, 1, 1)
    assert reader("day")({}) is None
    assert reader("property:a")({"properties": None}) is None
    assert reader("quantity")({"quantity": Decimal(0)}) == 0


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: Spec(()), "no_columns"),
        (lambda: Spec((AMOUNT,), detail=False), "summary_needs_group"),
        (lambda: Spec((AMOUNT,), (Group("item", "I"), Group("item", "I"))), "group_twice"),
        (lambda: Group("amount", "Amount"), "group_by_number"),
        (lambda: Column("nothing", "N"), "unknown_field"),
        (lambda: Column("property:", "N"), "unknown_field"),
        (lambda: Column("label", "Text", total="sum"), "total_needs_number"),
        (lambda: Column("amount", "A", total="median"), "unknown_total"),
        (lambda: Spec((AMOUNT,), sort=(("price", False),)), "unknown_field"),
    ],
)
def test_layouts_that_cannot_be(make, code):
    with pytest.raises(StatementError) as caught:
        make()
    assert caught.value.code == code


def test_rows_out_of_order_are_refused():
    spec = Spec((AMOUNT,), (Group("metric", "Metric"),))
    with pytest.raises(StatementError) as caught:
        told(spec, [row("1", metric="a"), row("1", metric="b"), row("1", metric="a")])
    assert caught.value.code == "not_sorted"
    assert caught.value.values == {"group": "a"}


def test_the_same_inner_group_may_come_in_two_outer_ones():
    spec = Spec((AMOUNT,), (Group("item", "I"), Group("metric", "M")))
    rows = [row("1", item=item, metric=metric) for item in "xy" for metric in "ab"]
    _result, outcome = told(spec, rows)
    assert outcome.amount == 4


@pytest.mark.parametrize("amount", [Decimal("NaN"), Decimal("Infinity")])
def test_no_number_gets_into_a_sum(amount):
    with pytest.raises(UsageError):
        told(Spec((AMOUNT,)), [{"amount": amount}])


def test_a_float_is_no_amount():
    with pytest.raises(TypeError):
        told(Spec((AMOUNT,)), [{"amount": float("0.1")}])


def test_a_property_that_is_no_number_has_no_sum():
    spec = Spec((Column("property:size", "Size", total="sum"),))
    with pytest.raises(StatementError) as caught:
        told(spec, [{"properties": {"size": "big"}}])
    assert caught.value.code == "not_numeric"


def test_sorting_follows_groups_then_the_layout_then_time():
    spec = Spec((AMOUNT,), (Group("metric", "M"),), (("quantity", True),))
    assert order_keys(spec) == [
        ("metric", False),
        ("quantity", True),
        ("occurred_at", False),
        ("transaction_id", False),
    ]
    names = ["b2", "a1", "b1", "a2", "none"]
    rows = [
        {"transaction_id": name, "metric": name[0], "quantity": Decimal(name[1])}
        for name in names[:4]
    ]
    rows.append({"transaction_id": "none", "metric": None})
    ordered = sort_rows(rows, spec)
    assert [one["transaction_id"] for one in ordered] == ["none", "a2", "a1", "b2", "b1"]


def test_values_of_different_types_can_be_sorted():
    spec = Spec((AMOUNT,), sort=(("property:p", False),))
    values = ["b", 3, None, True, Decimal("2.5"), "A"]
    rows = sort_rows([{"properties": {"p": value}} for value in values], spec)
    assert [one["properties"]["p"] for one in rows] == [None, Decimal("2.5"), 3, "A", "b", True]


@pytest.mark.parametrize("falling", [False, True])
@pytest.mark.parametrize(
    "values",
    [
        ["FR", "fr", "FR", "fr"],
        ["ß", "ss", "SS", "ß", "ss"],
        [0, False, 1, True, 0, "true"],
        [1, "1", 1.0, Decimal(1), "1"],
        [{"a": 1}, [1, "é"], {"a": 1}, None, ""],
    ],
)
def test_a_group_has_all_rows_of_its_value_whatever_the_values(values, falling):
    spec = Spec((AMOUNT,), (Group("property:p", "P"),), (("property:p", falling),))
    rows = [
        row(1, properties={"p": value}, transaction_id=str(number))
        for number, value in enumerate(values)
    ]
    for ordered in (sort_rows(rows, spec), list(sorted_stream(rows, spec, 2))):
        heard, outcome = told(spec, ordered)
        headings = [event[2] for event in heard if event[0] == "open"]
        assert len(headings) == len(set(map(repr, headings)))
        assert outcome.amount == len(values)


def test_what_a_property_holds_is_written_as_it_was_sent():
    read = reader("property:p")
    assert [
        read({"properties": {"p": value}}) for value in (True, False, {"a": [1]}, ["é"], 0, "")
    ] == ["true", "false", '{"a": [1]}', '["é"]', 0, None]


def test_the_largest_or_latest_group_comes_first_where_the_order_says_so():
    spec = Spec((AMOUNT,), (Group("item", "I"), Group("day", "D")), (("day", True),))
    assert order_keys(spec)[:3] == [("item", False), ("day", True), ("occurred_at", False)]
    rows = [row(1, item=item, day=date(2026, 1, day)) for item in "ab" for day in (1, 3, 2)]
    heard, _outcome = told(spec, sort_rows(rows, spec))
    days = [event[2].day for event in heard if event[:2] == ("open", 1)]
    assert days == [3, 2, 1, 3, 2, 1]


# --- Sums against what was rated ------------------------------------------------------------------

OUTCOME = Outcome(2, Decimal("3.00"), {"x": Decimal("1.00"), "y": Decimal("2.00")})


def test_equal_sums_pass():
    check_sums(OUTCOME, Decimal(3))
    check_sums(OUTCOME, Decimal(3), {"x": Decimal(1), "y": Decimal(2), "z": Decimal(0)})


@pytest.mark.parametrize(
    ("rated", "lines", "code"),
    [
        ("3.01", None, "total_differs"),
        ("2.9999999999", None, "total_differs"),
        ("3", {"x": Decimal("1.50"), "y": Decimal("1.50")}, "line_differs"),
        ("3", {"x": Decimal(1)}, "line_differs"),
        ("3", {"x": Decimal(1), "y": Decimal(2), "z": Decimal("0.01")}, "line_differs"),
    ],
)
def test_a_difference_of_any_size_is_refused(rated, lines, code):
    with pytest.raises(StatementError) as caught:
        check_sums(OUTCOME, Decimal(rated), lines)
    assert caught.value.code == code


def test_a_row_without_its_line_is_refused_where_lines_are_compared():
    with pytest.raises(StatementError) as caught:
        check_sums(Outcome(1, Decimal(3), {None: Decimal(3)}), Decimal(3), {"x": Decimal(3)})
    assert caught.value.code == "line_needed"


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), st.integers(-(10**9), 10**9)),
        max_size=40,
    )
)
def test_group_totals_add_up_to_the_whole(data):
    spec = Spec((AMOUNT,), (Group("item", "I"), Group("metric", "M")))
    rows = [row(Decimal(cents).scaleb(-2), item=i, metric=m, line=i) for i, m, cents in data]
    result, outcome = told(spec, sort_rows(rows, spec))
    whole = Decimal(sum(cents for _i, _m, cents in data)).scaleb(-2)
    assert outcome.amount == whole == sum(outcome.lines.values())
    for level in (0, 1):
        assert sum(one[3] for one in result if one[0] == "close" and one[1] == level) == whole
    assert sum(one[0] == "line" for one in result) == len(rows) == outcome.count


@given(
    st.integers(-(10**9), 10**9),
    st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=30),
)
def test_spread_parts_add_up_and_stay_near_their_share(cents, weights):
    amount, total = Decimal(cents).scaleb(-2), Decimal(sum(weights))
    weights = [Decimal(weight) for weight in weights]
    if not total:
        with pytest.raises(StatementError):
            list(spread(amount, weights, total))
        return
    parts = list(spread(amount, weights, total))
    assert sum(parts) == amount
    for weight, part in zip(weights, parts, strict=True):
        assert abs(part - amount * weight / total) <= Decimal("0.0100001")


def test_spread_examples():
    thirds = list(spread(Decimal("100.00"), [Decimal(1)] * 3, Decimal(3)))
    assert [str(part) for part in thirds] == ["33.33", "33.34", "33.33"]
    yen = list(spread(Decimal(100), [Decimal(1)] * 3, Decimal(3), Decimal(1)))
    assert yen == [33, 34, 33]
    with pytest.raises(StatementError) as caught:
        list(spread(Decimal(1), [Decimal(1)], Decimal(2)))
    assert caught.value.code == "weights_differ"


def test_memory_does_not_grow_with_the_rows():
    spec = Spec((REFERENCE, QUANTITY, AMOUNT), (Group("day", "Day"),))

    def rows(count):
        for number in range(count):
            yield row(
                "0.01",
                quantity=Decimal(1),
                day=date.fromordinal(738000 + number // 1000),
                transaction_id=f"transaction {number}",
            )

    class Silent(Recorder):
        told = ()

        def open_group(self, *_values):
            pass

        line = close_group = close = open_group

    peaks = []
    for count in (1000, 20_000):
        tracemalloc.start()
        Statement(spec, [Silent()]).feed(itertools.chain(rows(count)))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 200_000


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "item": st.sampled_from(["a", "B", "", None]),
                "amount": st.sampled_from([Decimal(0), Decimal("1.5"), Decimal(-2), None]),
                "transaction_id": st.uuids().map(str),
            }
        ),
        max_size=30,
    ),
    st.booleans(),
    st.integers(1, 7),
)
def test_rows_sorted_in_chunks_are_sorted_as_in_memory(rows, descending, size):
    spec = Spec((Column("amount", "Amount"),), (Group("item", "Item"),), (("amount", descending),))
    assert list(sorted_stream(rows, spec, size)) == sort_rows(rows, spec)


def _shuffled(count):
    """Rows of many keys in no order: chunks of them follow each other by chance only."""
    for number in range(count):
        yield row("0.01", transaction_id=f"transaction {number * 7919 % 1_000_003:07}")


def test_runs_are_merged_in_tiers():
    spec = Spec((REFERENCE, AMOUNT))
    count = 4 * FAN_IN * FAN_IN + 3
    assert list(sorted_stream(_shuffled(count), spec, 3)) == sort_rows(_shuffled(count), spec)


def test_memory_of_sorting_is_flat():
    """Ten times the rows in no order take no more: neither as rows, nor as runs being merged."""
    spec = Spec((REFERENCE, AMOUNT))
    peaks = []
    for count in (4_000, 40_000):
        tracemalloc.start()
        found = sum(1 for _row in sorted_stream(_shuffled(count), spec, 120))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert found == count
    assert peaks[1] < 1.3 * peaks[0], peaks
