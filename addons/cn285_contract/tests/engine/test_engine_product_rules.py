from cn285_engine.product_rules import problems
from hypothesis import given
from hypothesis import strategies as st

PRODUCTS = st.lists(st.integers(1, 6), unique=True)
RULES = st.dictionaries(st.integers(1, 6), st.sets(st.integers(1, 6)))


def test_both_directions_and_once():
    found = problems([1, 2], {}, {1: {2}, 2: {1}})
    assert [(one.product, one.kind, set(one.others)) for one in found] == [(1, "excludes", {2})]


def test_a_product_does_not_exclude_itself():
    assert problems([1], {1: {1}}, {1: {1}}) == []


@given(PRODUCTS, RULES, RULES)
def test_nothing_is_wrong_exactly_where_all_rules_hold(products, requires, excludes):
    wrong = any(set(requires.get(one, ())) - set(products) for one in products) or any(
        (set(excludes.get(one, ())) - {one}) & set(products) for one in products
    )
    assert bool(problems(products, requires, excludes)) == wrong
