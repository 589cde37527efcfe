"""Conditions on properties, between a clerk's text and data."""

import doctest

import pytest
from cn285_house.cn285_usage.engine import price_curve, projection, property_filter
from cn285_house.cn285_usage.engine.errors import UsageError
from hypothesis import given
from hypothesis import strategies as st

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_. -]{0,8}[a-z]", fullmatch=True)
VALUES = st.lists(
    st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), min_size=1, max_size=9)
    .map(lambda text: f"v{text}")
    .filter(lambda text: len(text.splitlines()) == 1),
    min_size=1,
    max_size=3,
)
ENTRIES = VALUES | VALUES.map(lambda values: {"not": values})


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("", {}),
        ("country = FR, BE", {"country": ["FR", "BE"]}),
        ("\n country=FR\n\nstatus !=test \n", {"country": ["FR"], "status": {"not": ["test"]}}),
        ('name = "a, b", c "d" e', {"name": ["a, b", 'c "d" e']}),
        ("url = /x?a=b", {"url": ["/x?a=b"]}),
    ],
)
def test_text_is_read(text, data):
    assert property_filter.parse(text) == data


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("country", "filter_line"),
        ("= FR", "filter_line"),
        ("country =", "filter_line"),
        ("country = FR,", "filter_line"),
        ("country = FR,,BE", "filter_line"),
        ("!= FR", "filter_line"),
        ("a = 1\na != 2", "filter_twice"),
    ],
)
def test_what_is_no_condition_is_refused(text, code):
    with pytest.raises(UsageError) as caught:
        property_filter.parse(text)
    assert caught.value.code == code


@given(st.dictionaries(NAMES, ENTRIES, max_size=3))
def test_text_and_data_say_the_same(data):
    assert property_filter.is_valid(data)
    assert property_filter.parse(property_filter.to_text(data)) == data


@pytest.mark.parametrize(
    "data",
    [
        [],
        {"a": []},
        {"a": "b"},
        {"a": {"not": []}},
        {"a": {"or": ["b"]}},
        {"": ["b"]},
        {"a": {"not": ["b"], "x": 1}},
    ],
)
def test_other_data_is_no_filter(data):
    assert not property_filter.is_valid(data)


@pytest.mark.parametrize("module", [property_filter, price_curve, projection])
def test_examples(module):
    results = doctest.testmod(module)
    assert results.attempted
    assert not results.failed
