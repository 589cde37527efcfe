"""What a macro may hold, receives and returns."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from cn285_house.cn285_usage.engine.smartcode_activation import check_activation
from cn285_house.cn285_usage.engine.smartcode_contract import (
    MAX_BODY,
    Difference,
    MacroLine,
    SmartCodeError,
    check_source,
    decode,
    differences,
    encode,
    exact_source,
    lines_of,
)
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("body", "code", "line"),
    [
        (" \n", "macro_empty", None),
        ("x" * (MAX_BODY + 1), "macro_too_long", None),
        ("x = 1\nfor", "macro_syntax", 2),
        ("x = '\x00'", "macro_syntax", None),
        ("x = 1\nimport os", "macro_import", 2),
        ("from os import path", "macro_import", 1),
        ("class A:\n    pass", "macro_statement", 1),
        ("\nwith x:\n    pass", "macro_statement", 2),
        ("def f():\n    global x", "macro_statement", 2),
        ("x = ().__class__", "macro_private", 1),
        ("__builtins__", "macro_private", 1),
        ("def __f():\n    pass", "macro_private", 1),
        ("f(__a=1)", "macro_private", 1),
        ("lambda __a: 1", "macro_private", 1),
        ("try:\n    pass\nexcept Exception as __e:\n    pass", "macro_private", 3),
        ("x = f'{().__class__}'", "macro_private", 1),
        ("'{0.real}'.format(1)", "macro_format", 1),
        ("f = str.format_map", "macro_format", 1),
        ("date.today()", "macro_clock", 1),
        ("datetime.now", "macro_clock", 1),
        ("item.x = 1", "macro_attribute_set", 1),
        ("del item.x", "macro_attribute_set", 1),
    ],
)
def test_refused_macros(body, code, line):
    with pytest.raises(SmartCodeError) as caught:
        check_source(body)
    assert caught.value.code == code
    if code != "macro_syntax" or line:
        assert caught.value.line == line


def test_an_ordinary_macro_passes():
    check_source(
        "total = sum(one['quantity'] for one in usage.values())\n"
        "def price(units):\n"
        "    return 0.02 if units > 1000 else 0.03\n"
        "lines.append({'label': f'{total} units', 'amount': total * price(total)})\n"
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("0.02", 'Decimal("0.02")'),
        (
            "1_000.5 + .5 + 1e3 + 5.",
            'Decimal("1000.5") + Decimal(".5") + Decimal("1e3") + Decimal("5.")',
        ),
        ("7 + 0xE + 1_000", "7 + 0xE + 1_000"),
        ("'0.5' # 0.5", "'0.5' # 0.5"),
        ("a = 0.1\n\nb = 0.2", 'a = Decimal("0.1")\n\nb = Decimal("0.2")'),
        ("é = '€'; x = 0.5 * 2.5", 'é = \'€\'; x = Decimal("0.5") * Decimal("2.5")'),
    ],
)
def test_written_decimals_are_exact(body, expected):
    assert exact_source(body) == expected


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.dates()
    | st.datetimes()
    | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


# Looking up what texts and dates there are takes long on a machine that is busy.
@given(PLAIN)
def test_plain_values_pass_the_pipe_unchanged(value):
    found = decode(encode(value))
    assert found == value
    assert type(found) is type(value)


def test_a_json_number_becomes_exact():
    assert decode(encode(float("0.1"))) == Decimal("0.1")


@pytest.mark.parametrize(
    "value", [object(), {1: 2}, {1, 2}, float("nan"), Decimal("NaN"), b"x", print]
)
def test_nothing_else_passes(value):
    with pytest.raises(SmartCodeError) as caught:
        encode({"a": [value]})
    assert caught.value.code == "input_type"


def test_lines():
    assert lines_of([]) == []
    (first, second) = lines_of(
        [
            {"label": " Calls ", "quantity": 1250, "unit_price": Decimal("0.02"), "unit": "call"},
            {"label": "Fee", "amount": float("0.1"), "quantity": 3},
        ]
    )
    assert first == MacroLine("Calls", Decimal(1250), Decimal("0.02"), None, "call")
    assert first.exact == Decimal("25.00")
    assert second.exact == Decimal("0.1")


OK = {"label": "a", "amount": 1}


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (None, "lines_not_list"),
        ("text", "lines_not_list"),
        (OK, "lines_not_list"),
        ([OK] * 501, "too_many_lines"),
        ([OK, 1], "line_not_dict"),
        ([{"amount": 1}], "line_no_label"),
        ([{"label": " ", "amount": 1}], "line_no_label"),
        ([{"label": 1, "amount": 1}], "line_no_label"),
        ([{"label": "a", "amount": 1, "unit": 3}], "line_no_label"),
        ([{"label": "a\x00", "amount": 1}], "line_no_label"),
        ([{"label": "a\ud800", "amount": 1}], "line_no_label"),
        ([{"label": "a", "unit": "\x00", "amount": 1}], "line_no_label"),
        ([{"label": "a" * 301, "amount": 1}], "line_label_long"),
        ([{"label": "a"}], "line_no_amount"),
        ([{"label": "a", "quantity": 1}], "line_no_amount"),
        ([{"label": "a", "amount": 1, "unit_price": 1}], "line_two_amounts"),
        ([{"label": "a", "amount": 1, "tax": 1}], "line_unknown_key"),
        ([{"label": "a", "amount": True}], "line_not_number"),
        ([{"label": "a", "amount": "1"}], "line_not_number"),
        ([{"label": "a", "amount": float("nan")}], "line_not_number"),
        ([{"label": "a", "amount": float("inf")}], "line_not_number"),
        ([{"label": "a", "amount": Decimal("NaN")}], "line_not_number"),
        ([{"label": "a", "amount": Decimal("sNaN")}], "line_not_number"),
        ([{"label": "a", "amount": 10**5000}], "line_not_number"),
        ([{"label": "a", "quantity": [], "unit_price": 1}], "line_not_number"),
    ],
)
def test_refused_lines(result, code):
    with pytest.raises(SmartCodeError) as caught:
        lines_of(result)
    assert caught.value.code == code
    assert str(caught.value)


def test_differences_name_what_changes_and_what_fails():
    recorded = [("jan", Decimal("10.00")), ("feb", Decimal("20.00")), ("mar", Decimal("5.00"))]
    found = differences(recorded, [Decimal("10.00"), Decimal("19.50"), "no price"])
    assert found == [
        Difference("feb", Decimal("20.00"), Decimal("19.50")),
        Difference("mar", Decimal("5.00"), None, "no price"),
    ]
    assert [one.change for one in found] == [Decimal("-0.50"), None]


def test_dates_stay_dates():
    value = {"$n": "5", "start": date(2026, 1, 31), "at": datetime(2026, 1, 31, 12)}
    assert decode(encode(value)) == value


@pytest.mark.parametrize(
    ("body", "code", "line"),
    [
        ("x = 1\nlines = [{'label': 'n', 'amount': len(events)}]", "macro_events", 2),
        ("def f():\n    return sum(one['quantity'] for one in events)", "macro_events", 2),
        ("x = f'{0.1 + 0.2}'", "macro_text_number", 1),
        ("x = f'{round(1.5e3, 1)} units'", "macro_text_number", 1),
        ("def price():\n    pass\nx = f'{price}'", "macro_address", 3),
        ("price = lambda: 1\nx = str(price)", "macro_address", 2),
        ("x = repr(len)", "macro_address", 1),
        ("x = '%s' % round", "macro_address", 1),
        ("x = '%s %s' % (1, sum)", "macro_address", 1),
        ("x = f'{[1, max]}'", "macro_address", 1),
        ("x = str(map(int, [1]))", "macro_address", 1),
        ("x = f'{(n for n in [1])}'", "macro_address", 1),
        ("rows = zip([1], [2])\nx = f'{rows}'", "macro_address", 2),
        ("x = repr(lambda: 0)", "macro_address", 1),
        ("x = date.fromtimestamp(0)", "macro_time_zone", 1),
        ("x = period['start'].timestamp()", "macro_time_zone", 1),
    ],
)
def test_macros_that_cannot_be_relied_on(body, code, line):
    check_source(body)
    with pytest.raises(SmartCodeError) as caught:
        check_activation(body, detailed=False)
    assert (caught.value.code, caught.value.line) == (code, line)


@pytest.mark.parametrize(
    ("body", "detailed"),
    [
        ("lines = [{'label': f'{len(events)} events', 'amount': 1}]", True),
        ("events = []\nlines = [{'label': f'{len(events)}', 'amount': 1}]", False),
        ("def f(events):\n    return len(events)", False),
        ("rate = 0.02\nx = f'{rate * 2:.2f} at {max(1, 2)}'", False),
        ("x = str(list(map(int, ['1'])))", False),
        ("x = 'events'", False),
        ("def price():\n    return 1\nx = f'{price()}'", False),
        ("not python", False),
    ],
)
def test_macros_that_can_be_relied_on(body, detailed):
    check_activation(body, detailed)


def test_an_address_in_a_label_is_refused():
    with pytest.raises(SmartCodeError) as caught:
        lines_of([{"label": "Price <function f at 0x7f61a0c3e5c0>", "amount": 1}])
    assert caught.value.code == "line_address"
