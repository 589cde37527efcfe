"""What a quotation changes of an item, without Odoo."""

import doctest
from dataclasses import replace
from decimal import Decimal

import pytest
from cn285_sale_engine import amendment
from cn285_sale_engine.amendment import Offer, action, differences, longer
from hypothesis import given
from hypothesis import strategies as st

MONTHLY = (1, "month", "anniversary", 1, "1")
YEARLY = (1, "year", "anniversary", 1, "1")
BASE = Offer(1, Decimal(5), Decimal("10.00"), Decimal(0), MONTHLY)


def test_examples():
    results = doctest.testmod(amendment)
    assert results.attempted
    assert not results.failed


@pytest.mark.parametrize(
    ("changed", "kinds", "does"),
    [
        ({}, [], "keep"),
        ({"quantity": Decimal(0)}, ["end"], "end"),
        ({"quantity": Decimal(8)}, ["quantity"], "change"),
        ({"price": Decimal(0)}, ["price"], "change"),
        ({"discount": Decimal(10), "price": Decimal(9)}, ["price"], "change"),
        ({"rhythm": YEARLY, "price": Decimal(100)}, ["period"], "change"),
        ({"rhythm": YEARLY, "quantity": Decimal(6)}, ["period", "quantity"], "change"),
        ({"product": 2, "quantity": Decimal(6)}, ["product"], "change"),
        ({"product": 2, "rhythm": YEARLY}, ["period", "product"], "change"),
        ({"product": 2, "quantity": Decimal(0)}, ["end"], "end"),
    ],
)
def test_kinds(changed, kinds, does):
    wanted = replace(BASE, **changed)
    assert [part.kind for part in differences(BASE, wanted)] == kinds
    assert action(BASE, wanted) == does


def test_nothing_is_an_end_only_of_something():
    nothing = replace(BASE, quantity=Decimal(0))
    assert action(nothing, nothing) == "keep"
    assert action(nothing, BASE) == "change"


def test_price_of_a_period_is_told_with_it():
    [period] = differences(BASE, replace(BASE, rhythm=YEARLY, price=Decimal(100)))
    assert period.values == {
        "recurring_interval": 1,
        "recurring_unit": "year",
        "alignment": "anniversary",
        "price_unit": 100.0,
    }


offers = st.builds(
    Offer,
    st.integers(1, 3),
    st.decimals(0, 10, places=1),
    st.decimals(0, 100, places=2),
    st.decimals(0, 100, places=1),
    st.sampled_from([MONTHLY, YEARLY, (2, "week", "anniversary", 1, "1")]),
)


@given(offers, offers)
def test_differences_lead_there(base, wanted):
    """Played on the base, the parts come to what is wanted."""
    now = base
    for part in differences(base, wanted):
        values = part.values
        if part.kind == "end":
            now = replace(now, quantity=Decimal(0))
            assert wanted.is_none
            return
        known = {
            "product": values.get("product_id", now.product),
            "quantity": Decimal(repr(values["quantity"])) if "quantity" in values else now.quantity,
            "price": Decimal(repr(values["price_unit"])) if "price_unit" in values else now.price,
            "discount": Decimal(repr(values["discount"])) if "discount" in values else now.discount,
        }
        rhythm = wanted.rhythm if part.kind == "period" else now.rhythm
        now = replace(now, **known, rhythm=rhythm)
    assert now == wanted


def test_longer_is_exact():
    assert longer(Decimal("10.00"), (1, 12), (1, 1)) == Decimal("10.00") / 12
