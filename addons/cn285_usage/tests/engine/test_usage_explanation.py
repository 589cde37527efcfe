"""Every equation of a rating is true, for any model, any figures, and several ratings in a row."""

from decimal import Decimal
from fractions import Fraction

from cn285_house.cn285_contract.engine.explanation import printable
from cn285_house.cn285_usage.engine.charge_models import (
    Graduated,
    GraduatedPercentage,
    PerUnit,
    Stairstep,
    Volume,
)
from cn285_house.cn285_usage.engine.rating import equations, explain, steps_data
from hypothesis import given
from hypothesis import strategies as st
from usage_strategies import make_tiers, prices, quantities, tiers


@given(st.lists(st.tuples(tiers(), quantities), min_size=1, max_size=3), st.integers(0, 3))
def test_each_line_comes_to_its_own_and_the_last_to_all(rated, kind):
    model = (Graduated, Volume, Stairstep, GraduatedPercentage)[kind]
    steps, total = [], Decimal(0)
    for tier_list, quantity in rated:
        if tier_list[-1].up_to is not None:
            continue
        rating = model(tier_list).rate(quantity)
        total += rating.amount
        steps += [(f"usage_{code}", values) for code, values in steps_data(rating)]
    found = equations(steps)
    for one in found:
        if "unit_price" in one.values:
            quantity, price, flat = (
                Fraction(one.values[name]) for name in ("quantity", "unit_price", "flat")
            )
            assert one.after == quantity * price + flat
    if found:
        assert found[-1].after == Fraction(total)


@given(prices, quantities)
def test_one_line_and_its_rounding(price, quantity):
    rating = PerUnit(price).rate(quantity)
    found = equations((step.code, step.values) for step in rating.steps)
    assert [one.code for one in found][:1] == (["unit"] if quantity else [])
    if found:
        assert found[0].after == Fraction(quantity) * Fraction(price)
        assert found[-1].after == Fraction(rating.amount)


def test_tiers_of_a_large_quantity():
    model = Graduated(make_tiers((10000, "0.002", 0), (None, "0.0014", 0)))
    assert explain(model.rate(Decimal(100000))).splitlines() == [
        "10000 x 0.002 + 0 (above 0, up to 10000) = 20.00",
        "90000 x 0.0014 + 0 (above 10000, up to None) = 126.00",
        "in all = 146.00",
    ]


def test_figures_that_do_not_end_are_cut():
    assert str(printable(Fraction(100, 3))) == "33.333333"
    assert str(printable(Fraction(1, 8))) == "0.125"
