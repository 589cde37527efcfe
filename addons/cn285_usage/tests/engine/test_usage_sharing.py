"""What several share: pools of included units, and prices of what is used together."""

from decimal import Decimal
from fractions import Fraction

import pytest
from cn285_house.cn285_usage.engine.allowance import Allowance
from cn285_house.cn285_usage.engine.charge_models import Graduated, PerUnit
from cn285_house.cn285_usage.engine.rating import explain, from_data, to_data
from cn285_house.cn285_usage.engine.sharing import (
    granted_units,
    rate_pooled,
    rate_together,
    split_rating,
    use_pool,
)
from cn285_house.cn285_usage.engine.smartcode_contract import lines_of
from cn285_house.cn285_usage.engine.smartcode_rating import (
    pack_inputs,
    rate_macro,
    unpack_inputs,
)
from cn285_house.cn285_usage.engine.tariff import Tariff
from cn285_house.cn285_usage.engine.tiers import Tier
from hypothesis import given
from hypothesis import strategies as st

D = Decimal
TIERS = (Tier(D(10), D(10), D(2)), Tier(D(20), D(5), D(3)), Tier(None, D("4.333")))
units = st.decimals(-50, 1000, places=3)
positive_units = st.decimals(0, 1000, places=3)


def test_who_stays_within_its_own_pays_nothing():
    use = use_pool([D(250), D(150), D(20)], [D(100)] * 3)
    assert use.billable == (D(90), D(30), D(0))
    assert (use.account.consumed, use.account.billable) == (D(300), D(120))


def test_units_left_of_one_period_go_to_all_of_the_next():
    first = use_pool([D(30), D(50)], [D(50), D(50)], D(10), rollover="once")
    assert first.account.carried_out == D(30)
    second = use_pool([D(100), D(80)], [D(50), D(50)], D(10), "once", first.account.carried_out)
    assert second.billable == (D(25), D(15))


def test_more_taken_back_than_used_is_credited_to_its_member():
    use = use_pool([D(-5), D(130)], [D(100), D(0)])
    assert use.billable == (D(-5), D(30))


@given(st.lists(st.tuples(units, positive_units), min_size=1, max_size=8), positive_units)
def test_parts_of_a_pool_add_up(members, shared):
    used, own = (list(column) for column in zip(*members, strict=True))
    use = use_pool(used, own, shared)
    credited = sum(min(one, D(0)) for one in used)
    assert sum(use.billable) == use.account.billable + credited
    assert all(one <= max(units, 0) for one, units in zip(use.billable, used, strict=True))
    assert use_pool(used, own, shared) == use


def test_pooled_rating_explains_itself():
    use = use_pool([D(250), D(150)], [D(100), D(100)])
    rating = rate_pooled(PerUnit(D(1)), D(250), use.billable[0], use.own[0], use.account)
    assert (rating.quantity, rating.amount) == (D(250), D("150.00"))
    assert [line.code for line in rating.lines] == ["included", "unit"]
    text = explain(rating)
    assert "100 brought in, 200 granted" in text
    assert "400 used, 200 billed, of these 150 here" in text
    assert from_data(to_data(rating)).amount == rating.amount


@pytest.mark.parametrize(
    ("units", "share", "granted"), [("310", Fraction(10, 31), "100"), ("1.5", 1, "1.5")]
)
def test_a_partial_period_grants_its_share(units, share, granted):
    assert granted_units(D(units), share) == D(granted)


def test_own_allowance_then_together():
    tariff = Tariff(
        Graduated((Tier(D(100), D(1)), Tier(None, D("0.5")))), allowance=Allowance(D(50))
    )
    result = rate_together(tariff, {"anna": D(170), "bruno": D(80), "carla": D(30)})
    amounts = {key: rating.amount for key, (rating, _left) in result.items()}
    assert amounts == {"anna": D("100.00"), "bruno": D("25.00"), "carla": D("0.00")}
    assert [line.code for line in result["carla"][0].lines] == ["included"]


def test_a_minimum_counts_once_for_all_together():
    tariff = Tariff(PerUnit(D(1)), minimum=D(100))
    result = rate_together(tariff, {1: D(0), 2: D(0), 3: D(0)})
    assert [rating.amount for rating, _left in result.values()] == [D(100), D(0), D(0)]
    result = rate_together(tariff, {1: D(10), 2: D(20)})
    assert [rating.amount for rating, _left in result.values()] == [D("33.33"), D("66.67")]


@given(st.lists(positive_units, min_size=1, max_size=6), positive_units)
def test_together_costs_what_the_sum_costs(used, free):
    model = Graduated(TIERS)
    tariff = Tariff(model, allowance=Allowance(free))
    result = rate_together(tariff, dict(enumerate(used)))
    beyond = sum(max(one - free, D(0)) for one in used)
    assert sum(rating.amount for rating, _left in result.values()) == model.rate(beyond).amount
    assert sum(rating.quantity for rating, _left in result.values()) == sum(used)


@given(units, st.lists(st.integers(0, 50), min_size=1, max_size=6).filter(any))
def test_parts_of_a_rating_add_up_to_it_in_each_figure(quantity, weights):
    rating = Graduated(TIERS).rate(quantity)
    parts = split_rating(rating, weights)
    assert sum(part.amount for part in parts) == rating.amount
    assert sum(part.unrounded for part in parts) == rating.unrounded
    for part in parts:
        assert sum((line.amount for line in part.lines), D(0)) == part.amount


def test_lines_of_a_macro_are_rounded_each_by_itself():
    lines = lines_of(
        [
            {"label": "Calls", "quantity": 3, "unit_price": D("0.335")},
            {"label": "Calls", "quantity": 3, "unit_price": D("0.335")},
            {"label": "Fee", "amount": D("0.005")},
        ]
    )
    rating = rate_macro(lines, D(6))
    assert [line.amount for line in rating.lines] == [D("1.01"), D("1.01"), D("0.01")]
    assert (rating.amount, rating.quantity) == (D("2.03"), D(6))
    assert rating.lines[2].key == "Fee"


def test_inputs_are_kept_exactly_and_tell_themselves_apart():
    inputs = {"usage": {"calls": {"quantity": D("1.10"), "count": 2, "unit": "é"}}, "events": []}
    packed, digest = pack_inputs(inputs)
    assert unpack_inputs(packed) == inputs
    other = {**inputs, "events": [{"quantity": D(1)}]}
    assert pack_inputs(other)[1] != digest == pack_inputs(inputs)[1]
