"""Billing on thresholds, and cascades from item to item."""

from decimal import Decimal

import pytest
from cn285_house.cn285_contract.engine.errors import EngineError
from cn285_house.cn285_usage.engine.bounds import apply_bounds
from cn285_house.cn285_usage.engine.cascades import Measure, levels, triggered
from cn285_house.cn285_usage.engine.charge_models import Package, PerUnit
from cn285_house.cn285_usage.engine.difference import difference
from cn285_house.cn285_usage.engine.percentage import Percentage
from cn285_house.cn285_usage.engine.rating import explain
from cn285_house.cn285_usage.engine.thresholds import (
    Due,
    Running,
    Threshold,
    replay,
    rest,
    so_far,
    step_rating,
)
from cn285_house.cn285_usage.engine.thresholds import running as running_total
from hypothesis import given
from hypothesis import strategies as st
from usage_strategies import check_rating, dec, prices, quantities


def running(model, *totals):
    """Running totals of usage, rated as a whole each time."""
    return [Running(dec(units), model.rate(dec(units)).amount) for units in totals]


def threshold(value, *args, step=None):
    return Threshold(dec(value), *args, step_amount=dec(step))


def dues(*pairs):
    return [Due(dec(amount), steps) for amount, steps in pairs]


def test_worked_example_once_a_period():
    """Threshold 200, fee 31, a million units at 0.0002 on the 5th and again on the 15th."""
    model = PerUnit(Decimal("0.0002"))
    fifth, fifteenth = running(model, 10**6, 2 * 10**6)
    invoices = replay(threshold(200), [fifth, fifteenth])
    assert invoices == dues((200, 1))
    owed = fifteenth.amount + 31
    assert str(owed) == "431.00"
    assert str(rest(owed, invoices)) == "231.00"


TEN = PerUnit(Decimal(10))


@pytest.mark.parametrize(
    ("one", "totals", "expected"),
    [
        (threshold(200), (19, "19.999"), []),
        (threshold(200), (20,), [(200, 1)]),
        (threshold(200), (25, 30, 400), [(250, 1)]),
        (threshold(25, "quantity"), (24, 25, 90), [(250, 1)]),
        (threshold(25, "quantity"), ("24.999",), []),
        # Each multiple, a fixed amount a step.
        (threshold(200, "amount", "each"), (19, 20, 39, 40), [(200, 1), (200, 1)]),
        (threshold(200, "amount", "each"), (65,), [(600, 3)]),
        (threshold(200, "amount", "each", step=50), (65, 79, 80), [(150, 3), (50, 1)]),
        (threshold(10, "quantity", "each", step=5), (9, 10, 31), [(5, 1), (10, 2)]),
        (threshold("0.1", "quantity", "each", step=1), ("0.3",), [(3, 3)]),
        # Usage taken back, and used again: a step is billed once.
        (threshold(200, "amount", "each"), (40, 10, 40, 60), [(400, 2), (200, 1)]),
        (threshold(200, "amount", "each"), (60, 40, 79, 80), [(600, 3), (200, 1)]),
        (threshold(200), (25, 10, 30), [(250, 1)]),
        (threshold(200), (-25,), []),
        (threshold(10, "quantity", "each", step=0), (25,), [(0, 2)]),
    ],
)
def test_thresholds(one, totals, expected):
    assert replay(one, running(TEN, *totals)) == dues(*expected)


def test_a_series_of_steps_goes_on_over_periods():
    series = threshold(1000, "quantity", "each", step=30)
    assert replay(series, [Running(Decimal(2999), Decimal(0))], steps=1) == dues((30, 1))
    assert replay(series, [Running(Decimal(2999), Decimal(0))], steps=2) == []


def test_only_what_is_not_billed_yet_is_due():
    assert threshold(200).due(Running(dec(1), dec(250)), invoiced=dec(100)) == Due(dec(150), 1)
    assert threshold(200).due(Running(dec(1), dec(250)), invoiced=dec(250)) is None
    assert threshold(25, "quantity").due(Running(dec(30), dec(0))) is None


def test_a_rest_may_be_a_credit():
    assert rest(Decimal(120), dues((50, 1), (100, 2))) == -30
    assert rest(Decimal(120), []) == 120


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: threshold(0), "not_positive"),
        (lambda: threshold(1, "weight"), "unknown_choice"),
        (lambda: threshold(1, "amount", "twice"), "unknown_choice"),
        (lambda: threshold(1, "quantity", "each"), "step_amount_needed"),
        (lambda: threshold(1, "amount", "once", step=1), "step_amount_not_wanted"),
        (lambda: threshold(1, "amount", "each", step=-1), "negative_price"),
    ],
)
def test_refusals(call, code):
    with pytest.raises(EngineError) as refusal:
        call()
    assert refusal.value.code == code
    assert str(refusal.value)


@given(
    st.lists(quantities, max_size=12),
    st.decimals(1, 5000, places=2),
    st.sampled_from(["once", "each"]),
)
def test_thresholds_and_rest_come_to_the_debt(parts, value, repeat):
    totals, total = [], Decimal(0)
    for part in parts:
        total += part
        totals.append(Running(total, PerUnit(Decimal("0.5")).rate(total).amount))
    one = Threshold(value, "amount", repeat)
    invoices = replay(one, totals)
    owed = totals[-1].amount if totals else Decimal(0)
    assert sum(invoice.amount for invoice in invoices) + rest(owed, invoices) == owed
    assert rest(owed, invoices) >= 0
    if repeat == "each":
        assert sum(invoice.steps for invoice in invoices) == owed // value
        assert rest(owed, invoices) < value
    else:
        assert len(invoices) == (owed >= value)


def test_a_running_period_owes_no_minimum_yet():
    rating = apply_bounds(TEN.rate(dec(3)), minimum=dec(100))
    assert str(rating.amount) == "100.00"
    assert so_far(rating) == TEN.rate(dec(3))
    assert running_total([rating, TEN.rate(dec(1))]) == Running(dec(4), dec("40.00"))


def test_a_running_period_keeps_its_maximum():
    rating = apply_bounds(TEN.rate(dec(30)), maximum=dec(100))
    assert so_far(rating) is rating


def test_steps_are_netted_at_the_end_of_the_period():
    series = threshold(200, "amount", "each", step=50)
    steps = step_rating(series, Due(dec(150), 3))
    check_rating(steps)
    assert explain(steps) == "3 steps of the threshold x 50 = 150.00"
    owed = difference(TEN.rate(dec(65)), [steps])
    assert (str(owed.quantity), str(owed.amount)) == ("65", "500.00")
    check_rating(owed)


# Cascades


def test_levels_of_several_sources():
    assert levels(["cd", "bc", "ab", "ac"]) == {"a": 0, "b": 1, "c": 2, "d": 3}
    assert levels([]) == {}


def test_a_royalty_is_owed_to_the_other_side():
    paid = Percentage(dec(10)).rate([dec("200.10")])
    royalty = triggered(paid, "Mails", dec("200.10"), Measure.amount, payout=True)
    assert (str(royalty.quantity), str(royalty.amount)) == ("0", "-20.01")
    assert explain(royalty).splitlines() == [
        "triggered by the amount 200.10 of Mails",
        "-200.10 x 0.1 = -20.01",
    ]
    check_rating(royalty)


@pytest.mark.parametrize(
    ("used", "packages"),
    [(0, "0"), ("0.1", "1"), (1000, "1"), ("1000.001", "2"), (2001, "3"), (-1000, "-1")],
)
def test_a_package_per_started_thousand_triggers_by_its_packages(used, packages):
    rated = Package(dec(1000), dec(5)).rate(dec(used))
    archive = triggered(rated, "Mails", dec(used), Measure.quantity, packages=True)
    assert archive.quantity == dec(packages)
    assert archive.amount == 5 * dec(packages)
    check_rating(archive)


def test_units_that_are_priced_each_trigger_as_units():
    rated = PerUnit(dec("0.5")).rate(dec(7))
    assert triggered(rated, "Mails", dec(7), Measure.quantity).quantity == 7
    assert triggered(rated, "Mails", dec(7), Measure.amount).quantity == 0


@pytest.mark.parametrize(
    ("edges", "loops"),
    [
        (["aa"], {"a > a"}),
        (["ab", "ba"], {"a > b > a"}),
        (["xa", "ab", "bc", "ca", "cy"], {"a > b > c > a"}),
        (["bc", "ab", "cb", "cd"], {"b > c > b"}),
        (["ab", "ba", "cd", "dc"], {"a > b > a"}),
    ],
)
def test_loops_are_refused_by_name(edges, loops):
    with pytest.raises(EngineError) as refusal:
        levels(edges)
    assert refusal.value.code == "cascade_loop"
    named = refusal.value.values["path"]
    start = named.index(min(named))
    turned = [*named[start:-1], *named[:start], named[start]]
    assert " > ".join(turned) in loops


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=14),
    st.permutations(range(7)),
)
def test_sources_stand_below_their_targets(edges, names):
    """Edges that only lead upwards have no loop, whatever their order; one back makes one."""
    links = [(names[low], names[high]) for low, high in map(sorted, edges) if low != high]
    found = levels(links)
    for source, target in links:
        assert found[source] < found[target]
        with pytest.raises(EngineError):
            levels([*links, (target, source)])


@given(quantities, prices)
def test_a_payout_is_the_charge_turned_round(used, price):
    rated = PerUnit(price).rate(used)
    charge, payout = (
        triggered(rated, "a", used, Measure.quantity, payout=payout) for payout in (False, True)
    )
    assert charge.amount + payout.amount == 0
    check_rating(payout)
