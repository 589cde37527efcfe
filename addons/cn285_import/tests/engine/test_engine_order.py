"""The order of kinds: what is referred to comes first, whatever the order of registration."""

import doctest

from cn285_import_engine import order
from cn285_import_engine.order import loading_order
from hypothesis import given
from hypothesis import strategies as st

NAMES = st.sampled_from("abcdefgh")
NEEDS = st.dictionaries(NAMES, st.lists(NAMES, max_size=4), max_size=8)


def test_examples():
    results = doctest.testmod(order)
    assert results.attempted
    assert not results.failed


def test_given_order_stays_where_it_may():
    assert loading_order({"a": [], "b": ["a"], "c": []}) == ["a", "b", "c"]
    assert loading_order({"a": ["c"], "b": [], "c": []}) == ["c", "a", "b"]


def test_circles_and_strangers():
    assert loading_order({"a": ["b", "stranger"], "b": ["a"], "c": ["c"]}) == ["b", "a", "c"]


@given(NEEDS)
def test_every_kind_once(needs):
    assert sorted(loading_order(needs)) == sorted(needs)


@given(NEEDS)
def test_needed_kinds_come_first_without_circles(needs):
    # Only what is later in the alphabet is needed: no circle.
    needs = {kind: [name for name in names if name > kind] for kind, names in needs.items()}
    order_ = loading_order(needs)
    for kind, names in needs.items():
        for name in set(names) & needs.keys():
            assert order_.index(name) < order_.index(kind)
