"""Prices of charges: golden case 16, discounts, free periods, and what the steps tell."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from cn285_engine.errors import DiscountError, EngineError
from cn285_engine.money import round_money
from cn285_engine.periods import Rhythm, iter_periods
from cn285_engine.pricing import (
    Charge,
    DiscountWindow,
    check_windows,
    explain,
    price_charge,
)
from cn285_engine.proration import Basis, Proration, prorate
from engine_strategies import rhythms
from hypothesis import given
from hypothesis import strategies as st

MONTH = Rhythm(1, "month", "calendar", date(2024, 1, 1))


def march(first=1, last=31):
    end = date(2024, 3, last) + timedelta(1)
    return next(iter_periods(MONTH, date(2024, 3, first), end))


def window(first, last, percent="0", amount="0", label=""):
    """A window of days of March 2024, both inclusive; no last day is an open end."""
    end = None if last is None else date(2024, 3, last) + timedelta(1)
    return DiscountWindow(date(2024, 3, first), end, Decimal(percent), Decimal(amount), label)


def charge(price, period, *windows, quantity="1", discount="0", basis=Basis.actual, **rules):
    return Charge(
        quantity=Decimal(quantity),
        price_unit=Decimal(price),
        discount=Decimal(discount),
        period=period,
        proration=prorate(period, basis=basis, **rules),
        windows=windows,
        basis=basis,
    )


def net(*args, **values):
    return str(price_charge(charge(*args, **values)).net)


def test_golden_16_ten_days_of_trial():
    # As a later start, and as ten free days: the same.
    assert net("50000", march(15)) == "27419.35"
    assert net("50000", march(5), window(5, 14, "100")) == "27419.35"


@pytest.mark.parametrize(
    ("args", "values", "expected"),
    [
        (("100", march()), {}, "100.00"),
        (("100", march(16)), {}, "51.61"),
        (("33.335", march()), {"quantity": "3"}, "100.01"),
        (("100", march()), {"quantity": "2.5", "discount": "10"}, "225.00"),
        (("100", march()), {"discount": "100"}, "0.00"),
        (("100", march(16)), {"discount": "12.5"}, "45.16"),
        # Percent windows: the share of the billed days.
        (("310", march(), window(1, 10, "50")), {}, "260.00"),
        (("310", march(), window(1, None, "50")), {}, "155.00"),
        (("310", march(), window(1, 31, "100")), {}, "0.00"),
        (("310", march(21), window(1, 30, "10")), {}, "100.00"),
        (("310", march(), window(1, 10, "50"), window(11, 20, "20")), {}, "240.00"),
        # The window's share is of what the item's discount leaves.
        (("310", march(), window(1, 10, "50")), {"discount": "10"}, "234.00"),
        # Amount windows: days over the days of the full period, after all percentages.
        (("310", march(), window(1, 31, amount="31")), {}, "279.00"),
        (("310", march(), window(1, 10, amount="31")), {}, "300.00"),
        (("310", march(21), window(1, None, amount="31")), {}, "99.00"),
        (("310", march(), window(11, 20, amount="31"), window(1, 10, "50")), {}, "250.00"),
        # Never below zero; a credit mirrors its charge.
        (("10", march(), window(1, 31, amount="31")), {}, "0.00"),
        (("-10", march(), window(1, 31, amount="31")), {}, "0.00"),
        (("-310", march(), window(1, 10, amount="31")), {}, "-300.00"),
        (("310", march(), window(1, 10, "50")), {"quantity": "-1"}, "-260.00"),
        # A window on other days has no say.
        (("310", march(11), window(1, 10, "100")), {}, "210.00"),
        # A partial period owed in full, of which the first day is free.
        (("310", march(22), window(22, 22, "100")), {"first": "full"}, "279.00"),
        # A period owed in full has its discount in full, and each of its days as much of it.
        (("100", march(16), window(1, None, amount="10")), {"first": "full"}, "90.00"),
        (("100", march(1, 20), window(1, None, amount="10")), {"last": "full"}, "90.00"),
        (("100", march(16), window(16, 23, amount="10")), {"first": "full"}, "95.00"),
        (("100", march(5, 20), window(1, None, amount="31")), {"first": "full"}, "44.52"),
        # It takes off the price of its own days at most.
        (("10", march(), window(1, 10, amount="31")), {}, "6.77"),
        (("-10", march(), window(1, 10, amount="31")), {}, "-6.77"),
        (("10", march(), window(1, 10, amount="31"), window(11, 20, "50")), {}, "5.16"),
        (("10", march(), window(1, 10, amount="20")), {"discount": "50"}, "3.39"),
        # Over 30: 14 of 30 days, and as much of the discount.
        (("35", march(18)), {"basis": Basis.actual_30}, "16.33"),
        (("35", march(18), window(1, None, amount="3")), {"basis": Basis.actual_30}, "14.93"),
        (("35", march(18), window(18, 24, "100")), {"basis": Basis.actual_365}, "8.05"),
        # 30/360: the window's days are counted alike (days 16 to 31 are 15).
        (("300", march(), window(16, 31, "100")), {"basis": Basis.d30_360}, "150.00"),
        (("300", march(), window(16, 31, amount="30")), {"basis": Basis.d30_360}, "285.00"),
    ],
)
def test_net(args, values, expected):
    assert net(*args, **values) == expected


def test_30_360_free_month_before_a_boundary_on_the_31st():
    """The one billed day that 30/360 counts as none is free without dividing by its zero."""
    rhythm = Rhythm(1, "month", "calendar", date(2024, 1, 1), billing_day=30)
    period = next(iter_periods(rhythm, date(2024, 1, 30), date(2024, 1, 31)))
    free = DiscountWindow(date(2024, 1, 1), None, Decimal(100))
    owed = charge("300", period, free, basis=Basis.d30_360, last="full")
    assert price_charge(owed).net == 0
    assert net("300", period, free, basis=Basis.d30_360) == "0.00"
    assert net("300", period, basis=Basis.d30_360, last="full") == "300.00"


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2024, 3, 9), "500.00"),
        (date(2024, 3, 10), "250.00"),
        (date(2024, 3, 19), "250.00"),
        (date(2024, 3, 20), "400.00"),
        (date(2024, 3, 29), "400.00"),
        (date(2024, 3, 30), "500.00"),
        (None, "500.00"),
    ],
)
def test_a_one_shot_has_the_discount_of_its_day(on, expected):
    one_shot = Charge(
        quantity=Decimal(1),
        price_unit=Decimal(500),
        windows=(window(10, 19, "50"), window(20, 29, amount="100")),
        on=on,
    )
    assert str(price_charge(one_shot).net) == expected


def test_gross_is_before_discounts_and_exact_net_before_rounding():
    amount = price_charge(charge("100", march(16), discount="50"))
    assert amount.gross == Decimal("51.61")
    assert amount.exact_net == Fraction(100 * 16, 31) / 2
    assert amount.net == Decimal("25.81")


def test_the_currency_decides_the_rounding():
    partial = charge("100", march(16))
    assert str(price_charge(partial, Decimal(1)).net) == "52"
    assert str(price_charge(partial, Decimal("0.05")).net) == "51.60"
    assert str(price_charge(partial, Decimal("0.001")).net) == "51.613"


def test_steps_tell_the_whole_way():
    amount = price_charge(
        charge(
            "300",
            march(2),
            window(2, 4, "100", label="Trial"),
            window(5, 10, "50", label="Launch"),
            window(11, 31, amount="31", label="Loyalty"),
            quantity="2",
            discount="5",
        )
    )
    assert [(step.code, str(step.values["amount"])) for step in amount.steps] == [
        ("base", "600.00"),
        ("proration", "580.65"),
        ("discount", "551.61"),
        ("free", "496.45"),
        ("window_percent", "441.29"),
        ("window_amount", "420.29"),
        ("rounded", "420.29"),
    ]
    by_code = {step.code: step.values for step in amount.steps}
    assert by_code["proration"]["numerator"] == 30
    assert by_code["proration"]["denominator"] == 31
    assert by_code["free"] == {
        "label": "Trial",
        "start": date(2024, 3, 2),
        "end": date(2024, 3, 5),
        "percent": Decimal(100),
        "covered": 3,
        "of": 30,
        "amount": Decimal("496.45"),
    }
    assert by_code["window_amount"]["off"] == Decimal("21.00")
    assert (by_code["window_amount"]["covered"], by_code["window_amount"]["of"]) == (21, 31)
    assert explain(amount).splitlines() == [
        "2 x 300 = 600.00",
        "30/31 days (prorated) = 580.65",
        "discount 5 % = 551.61",
        "Trial free for 3 of 30 days = 496.45",
        "Launch 50 % on 6 of 30 days = 441.29",
        "Loyalty 21.00 off for 21 of 31 days = 420.29",
        "rounded to 0.01 = 420.29",
    ]


def test_steps_leave_out_what_does_not_apply():
    codes = [
        step.code for step in price_charge(charge("100", march(11), window(1, 10, "50"))).steps
    ]
    assert codes == ["base", "proration", "rounded"]
    assert [step.code for step in price_charge(charge("100", march())).steps] == ["base"]
    floored = price_charge(charge("10", march(), window(1, 31, amount="31")))
    assert [step.code for step in floored.steps] == ["base", "window_amount", "floor"]


def test_windows_may_touch_but_not_overlap():
    check_windows([window(11, None, "10"), window(1, 10, "20")])
    for other in (window(10, None, "10"), window(1, 1, amount="5"), window(3, 4, "10")):
        with pytest.raises(DiscountError) as refusal:
            check_windows([other, window(1, 10, "20")])
        assert refusal.value.code == "overlapping_discounts"
    with pytest.raises(DiscountError) as refusal:
        charge("1", march(), window(20, 21, "10"), window(1, None, "20"))
    assert refusal.value.values == {
        "first_start": date(2024, 3, 1),
        "first_end": None,
        "second_start": date(2024, 3, 20),
    }


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: window(1, 2, "-1"), "bad_percent"),
        (lambda: window(1, 2, "100.01"), "bad_percent"),
        (lambda: window(1, 2, "NaN"), "bad_percent"),
        (lambda: window(1, 2, amount="-1"), "bad_discount_amount"),
        (lambda: window(1, 2, "10", "10"), "discount_needs_one_value"),
        (lambda: window(1, 2), "discount_needs_one_value"),
        (lambda: window(2, 1, "10"), "empty_discount"),
        (lambda: charge("1", march(), discount="-5"), "bad_percent"),
        (lambda: charge("1", march(), discount="101"), "bad_percent"),
        (lambda: charge("NaN", march()), "not_a_number"),
        (lambda: charge("1", march(), quantity="Infinity"), "not_a_number"),
    ],
)
def test_refusals(call, code):
    with pytest.raises(EngineError) as refusal:
        call()
    assert refusal.value.code == code
    assert str(refusal.value)


prices = st.decimals(-10000, 10000, places=3)
percents = st.decimals(0, 100, places=2)


@st.composite
def charges(draw):
    rhythm = draw(rhythms())
    start = draw(st.dates(date(2020, 1, 1), date(2026, 1, 1)))
    period = next(iter_periods(rhythm, start, start + timedelta(draw(st.integers(1, 400)))))
    windows, cursor = [], start - timedelta(20)
    for _ in range(draw(st.integers(0, 3))):
        cursor += timedelta(draw(st.integers(0, 30)))
        end = cursor + timedelta(draw(st.integers(1, 40)))
        value = draw(st.decimals(Decimal("0.01"), 100, places=2))
        kind = draw(st.sampled_from(["percent", "amount"]))
        windows.append(DiscountWindow(cursor, end, **{kind: value}))
        cursor = end
    basis = draw(st.sampled_from(tuple(Basis)))
    rules = [draw(st.sampled_from(["prorate", "full", "free"])) for _ in range(2)]
    share = prorate(period, basis=basis, first=rules[0], last=rules[1])
    values = draw(prices), draw(prices), draw(percents)
    return Charge(*values, period, share, tuple(windows), basis)


@given(charges())
def test_net_lies_between_nothing_and_gross(given_charge):
    amount = price_charge(given_charge)
    low, high = sorted([Decimal(0), amount.gross])
    assert low <= amount.net <= high
    assert amount.net == round_money(amount.exact_net)
    assert amount.steps[-1].values["amount"] == amount.net


@given(charges())
def test_a_credit_mirrors_its_charge(given_charge):
    mirrored = Charge(
        -given_charge.quantity,
        given_charge.price_unit,
        given_charge.discount,
        given_charge.period,
        given_charge.proration,
        given_charge.windows,
        given_charge.basis,
    )
    assert price_charge(mirrored).net == -price_charge(given_charge).net


@given(charges(), st.integers(1, 400))
def test_a_window_cut_in_two_gives_the_same(given_charge, days):
    """Splitting a discount's dates never changes what it takes off."""
    halves = []
    for one in given_charge.windows:
        middle = one.start + timedelta(days)
        if middle < one.end:
            halves.append(DiscountWindow(one.start, middle, one.percent, one.amount))
            halves.append(DiscountWindow(middle, one.end, one.percent, one.amount))
        else:
            halves.append(one)
    split = Charge(
        given_charge.quantity,
        given_charge.price_unit,
        given_charge.discount,
        given_charge.period,
        given_charge.proration,
        tuple(halves),
        given_charge.basis,
    )
    assert price_charge(split).exact_net == price_charge(given_charge).exact_net


def test_proration_of_a_charge_may_be_given_by_hand():
    half = Charge(Decimal(1), Decimal(99), proration=Proration(1, 2, "prorated"))
    assert price_charge(half).net == Decimal("49.50")
