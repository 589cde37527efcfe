"""Batches of rows: no family is parted, none is lost, and what is needed comes no later."""

import doctest
from itertools import pairwise

from cn285_import_engine import batches as module
from cn285_import_engine.batches import cut
from hypothesis import given
from hypothesis import strategies as st


@st.composite
def families(draw):
    count = draw(st.integers(0, 30))
    sizes = draw(st.lists(st.integers(1, 9), min_size=count, max_size=count))
    places = st.integers(0, max(0, count - 1))
    needs = [draw(st.frozensets(places, max_size=3)) for _one in range(count)]
    return sizes, needs


def test_examples():
    results = doctest.testmod(module)
    assert results.attempted
    assert not results.failed


@given(families(), st.integers(1, 20))
def test_each_family_is_in_one_batch_and_after_what_it_needs(given_families, most):
    sizes, needs = given_families
    batches = cut(sizes, needs, most)
    assert sorted(place for batch in batches for place in batch) == list(range(len(sizes)))
    batch_of = {place: number for number, batch in enumerate(batches) for place in batch}
    for place, needed in enumerate(needs):
        assert all(batch_of[other] <= batch_of[place] for other in needed)
    assert all(batches)


@given(st.lists(st.integers(1, 9), max_size=40), st.integers(1, 20))
def test_without_needs_batches_are_as_full_as_their_order_allows(sizes, most):
    batches = cut(sizes, [frozenset()] * len(sizes), most)
    assert [place for batch in batches for place in batch] == list(range(len(sizes)))
    for batch, following in pairwise(batches):
        rows = sum(sizes[place] for place in batch)
        assert len(batch) == 1 or rows <= most
        assert rows + sizes[following[0]] > most
