"""Billing on thresholds, and cascades from item to item."""

from decimal import Decimal
from fractions import Fraction

import pytest
from cn285_house.cn285_contract.engine.errors import EngineError
from cn285_house.cn285_usage.engine.cascades import Trigger, cascade, check_triggers
from cn285_house.cn285_usage.engine.charge_models import PerUnit
from cn285_house.cn285_usage.engine.rating import explain
from cn285_house.cn285_usage.engine.thresholds import Due, Running, Threshold, replay, rest
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
        (lambda: Trigger("a", "b", "double"), "unknown_choice"),
        (lambda: Trigger("a", "b", "package", size=Decimal(0)), "not_positive"),
        (lambda: Trigger("a", "b", "package", price=Decimal(-1)), "negative_price"),
        (lambda: Trigger("a", "b", "package", units=Decimal(-1)), "negative_units"),
        (lambda: Trigger("a", "b", "percent", percent=Decimal(-1)), "negative_price"),
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


# Cascades


def package(source, target, size, price, units=1):
    return Trigger(source, target, "package", dec(size), dec(units), dec(price))


def percent(source, target, share):
    return Trigger(source, target, "percent", percent=dec(share))


def own(**quantities):
    return {name: PerUnit(Decimal("0.1")).rate(dec(units)) for name, units in quantities.items()}


def figures(ratings):
    return {item: (str(one.quantity), str(one.amount)) for item, one in ratings.items()}


def test_a_package_per_started_thousand_and_a_royalty():
    triggers = [package("mails", "archive", 1000, 5), percent("mails", "royalty", 10)]
    results = cascade(own(mails=2001), triggers)
    assert figures(results) == {
        "mails": ("2001", "200.10"),
        "archive": ("3", "15.00"),
        "royalty": ("0", "20.01"),
    }
    assert explain(results["archive"]) == "3 x 5 for mails = 15.00"
    assert explain(results["royalty"]) == "200.10 x 0.1 of mails = 20.01"


@pytest.mark.parametrize(
    ("used", "expected"),
    [(0, "0"), ("0.1", "2"), (1000, "2"), ("1000.001", "4"), (-1, "0"), (-1000, "-2")],
)
def test_started_packages(used, expected):
    results = cascade(own(a=used), [package("a", "b", 1000, 1, units=2)])
    assert str(results["b"].quantity) == expected


def test_several_levels_in_whatever_order_they_are_given():
    triggers = [
        percent("c", "d", 50),
        package("b", "c", 2, 10),
        package("a", "b", 100, 1),
        percent("a", "c", 1),
    ]
    results = cascade(own(a=450, c=3), triggers)
    assert figures(results) == {
        "a": ("450", "45.00"),
        "b": ("5", "5.00"),
        # Its own 3 units, 3 packages, and 1 % of 45.
        "c": ("6", "30.75"),
        "d": ("0", "15.38"),
    }
    assert [line.code for line in results["c"].lines] == [
        "unit",
        "trigger_package",
        "trigger_percent",
    ]
    assert [line.key for line in results["c"].lines] == ["", "b", "a"]
    for rating in results.values():
        check_rating(rating)


def test_a_share_is_taken_of_what_is_invoiced():
    """Of 0.05, not of the exact 0.045; so every level follows from the invoice above it."""
    results = cascade(own(a="0.45"), [percent("a", "b", 100), percent("b", "c", 100)])
    assert [str(results[item].amount) for item in "abc"] == ["0.05", "0.05", "0.05"]
    assert results["b"].exact == Fraction(5, 100)


def test_items_without_triggers_are_left_alone():
    usage = own(a=10, z=20)
    assert cascade(usage, []) == usage
    assert cascade(usage, [percent("a", "b", 5)])["z"] is usage["z"]
    assert cascade({}, [percent("a", "b", 5), package("a", "b", 1, 1)])["b"].lines == ()


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
        check_triggers([percent(source, target, 1) for source, target in edges])
    assert refusal.value.code == "cascade_loop"
    named = refusal.value.values["loop"].split(" > ")
    start = named.index(min(named))
    turned = [*named[start:-1], *named[:start], named[start]]
    assert " > ".join(turned) in loops


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=14),
    st.permutations(range(7)),
    prices,
    quantities,
)
def test_sources_come_before_targets(edges, names, share, used):
    """Edges that only lead upwards have no loop, whatever their order; one back makes one."""
    triggers = [
        percent(str(names[low]), str(names[high]), share)
        for low, high in map(sorted, edges)
        if low != high
    ]
    order = check_triggers(triggers)
    assert len(order) == len(set(order))
    for trigger in triggers:
        assert order.index(trigger.source) < order.index(trigger.target)
    ratings = {item: PerUnit(Decimal(1)).rate(used) for item in order}
    for rating in cascade(ratings, triggers).values():
        check_rating(rating)
    for trigger in triggers:
        with pytest.raises(EngineError):
            check_triggers([*triggers, percent(trigger.target, trigger.source, 1)])
