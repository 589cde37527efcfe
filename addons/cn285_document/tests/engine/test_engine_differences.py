"""What an amendment tells, without Odoo."""

import pytest
from cn285_document_engine.differences import Difference, differences
from hypothesis import given
from hypothesis import strategies as st

VALUES = st.one_of(st.none(), st.just(False), st.integers(), st.floats(allow_nan=False), st.text())
TERMS = st.dictionaries(st.sampled_from(["item.price_unit", "item.quantity", "date_end"]), VALUES)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {}, []),
        ({"item.quantity": 2.0}, {"item.quantity": 2.0}, []),
        ({"item.quantity": 2.0}, {"item.quantity": 0.0}, [("item.quantity", 2.0, 0.0)]),
        ({"date_end": False}, {"date_end": "2026-12-31"}, [("date_end", None, "2026-12-31")]),
        ({"date_end": None}, {"date_end": False}, []),
        ({"mrr": 1, "item.mrr": 1, "state": "active"}, {"mrr": 2, "item.mrr": 2}, []),
        ({}, {"item.discount": 5.0}, [("item.discount", None, 5.0)]),
        ({"partner_id": [1, "A"]}, {"partner_id": [2, "B"]}, [("partner_id", [1, "A"], [2, "B"])]),
    ],
)
def test_differences(before, after, expected):
    assert differences(before, after) == [Difference(*one) for one in expected]


@given(TERMS)
def test_what_is_alike_makes_no_amendment(terms):
    assert differences(terms, dict(terms)) == []


@given(TERMS, TERMS)
def test_there_and_back(before, after):
    there, back = differences(before, after), differences(after, before)
    assert {one.name for one in there} == {one.name for one in back}
