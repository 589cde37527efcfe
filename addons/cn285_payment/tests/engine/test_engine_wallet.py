"""Which lots an invoice draws, in which order, and for which lines: to the cent."""

from datetime import date
from decimal import Decimal

import pytest
from cn285_payment_house.cn285_payment.engine.wallet import (
    GRANTED,
    PAID,
    Lot,
    Portion,
    Scope,
    give_back,
    in_order,
    plan_before_tax,
    plan_draws,
    running_share,
)
from hypothesis import given
from hypothesis import strategies as st

DAY = date(2026, 3, 31)
D = Decimal


def line(key, amount, with_tax=None, **values):
    return Portion(key, D(amount), D(with_tax or amount), **values)


def drawn(draws):
    return {draw.lot: str(draw.amount) for draw in draws}


def test_the_order_of_draws():
    """Priority, expiry first, granted before paid, oldest."""
    lots = [
        Lot("oldest", PAID, D(1), order=1),
        Lot("newer", PAID, D(1), order=2),
        Lot("granted", GRANTED, D(1), order=9),
        Lot("expires", PAID, D(1), date(2026, 12, 31), order=3),
        Lot("expires and granted", GRANTED, D(1), date(2026, 12, 31), order=4),
        Lot("expires first", PAID, D(1), date(2026, 6, 30), order=5),
        Lot("preferred", PAID, D(1), priority=1, order=8),
        Lot("last", GRANTED, D(1), date(2026, 4, 1), priority=50, order=0),
        Lot("empty", GRANTED, D(0), priority=1),
        Lot("over", GRANTED, D(1), date(2026, 3, 30), priority=1),
    ]
    assert [lot.key for lot in in_order(lots, DAY)] == [
        "preferred",
        "expires first",
        "expires and granted",
        "expires",
        "granted",
        "oldest",
        "newer",
        "last",
    ]


def test_the_last_day_counts():
    lot = Lot(1, PAID, D(10), DAY)
    assert drawn(plan_draws([lot], [line("a", "5")], DAY)) == {1: "5.00"}
    assert plan_draws([lot], [line("a", "5")], date(2026, 4, 1)) == []


def test_tax_is_drawn_to_the_cent():
    """14.29 at 24 % is 17.72, not 17.71."""
    assert drawn(plan_draws([Lot(1, PAID, D("100.00"))], [line("a", "14.29", "17.72")], DAY)) == {
        1: "17.72"
    }


def test_what_is_open_bounds_the_draw():
    draws = plan_draws([Lot(1, PAID, D("100.00"))], [line("a", "80", "96.00")], DAY, most=D("36"))
    assert drawn(draws) == {1: "36.00"}


def test_a_scope_bounds_the_draw_by_its_lines():
    lots = [Lot(1, PAID, D("100.00"), scope=Scope(usage=True))]
    portions = [line("fee", "50.00", "60.00"), line("calls", "10.00", "12.00", usage=True)]
    assert drawn(plan_draws(lots, portions, DAY)) == {1: "12.00"}


def test_categories_count_with_those_below():
    lots = [Lot(1, PAID, D("100.00"), scope=Scope(categories=frozenset({7})))]
    portions = [
        line("below", "50.00", categories=frozenset({1, 7, 9})),
        line("beside", "10.00", categories=frozenset({1, 8})),
    ]
    [draw] = plan_draws(lots, portions, DAY)
    assert draw.parts == {"below": D("50.00")}


def test_no_credit_is_left_that_another_order_would_have_used():
    """The lot for all goes to the fee first: usage has one of its own."""
    lots = [
        Lot("all", PAID, D("100.00"), priority=1),
        Lot("usage", PAID, D("100.00"), priority=2, scope=Scope(usage=True)),
    ]
    portions = [line("calls", "50.00", usage=True), line("fee", "100.00")]
    assert drawn(plan_draws(lots, portions, DAY)) == {"all": "100.00", "usage": "50.00"}


def test_granted_credit_by_rate():
    """30.00 on 70.00 at 20 % and 30.00 at 5.5 %: 21.00 and 9.00."""
    lots = [Lot(1, GRANTED, D("30.00"), before_tax=True)]
    portions = [line("a", "70.00", "84.00"), line("b", "30.00", "31.65")]
    [draw] = plan_before_tax(lots, portions, DAY)
    assert draw.parts == {"a": D("21.00"), "b": D("9.00")}


def test_credit_of_one_rate_serves_lines_of_that_rate():
    lots = [
        Lot(1, PAID, D("100.00"), scope=Scope(taxes=frozenset({20})), before_tax=True),
    ]
    portions = [
        line("a", "80.00", "96.00", taxes=frozenset({20})),
        line("b", "30.00", "31.65", taxes=frozenset({5})),
    ]
    [draw] = plan_before_tax(lots, portions, DAY)
    assert draw.parts == {"a": D("80.00")}


def test_granted_credit_leaves_what_comes_before_it():
    """A paid lot of 50.00 that comes first pays 50.00 of 120.00; the rest is granted."""
    lots = [
        Lot("paid", PAID, D("50.00"), priority=1),
        Lot("granted", GRANTED, D("200.00"), before_tax=True),
    ]
    [draw] = plan_before_tax(lots, [line("a", "100.00", "120.00")], DAY)
    # 50.00 / 1.2 = 41.67, rounded down to 41.66: with its tax 49.99, all of which is drawn.
    assert draw.amount == D("58.34")


def test_a_document_with_credits_grants_no_more_than_it_charges():
    lots = [Lot(1, GRANTED, D("100.00"), before_tax=True)]
    [draw] = plan_before_tax(lots, [line("a", "80.00", "96.00")], DAY, most=D("30.00"))
    assert draw.amount == D("30.00")


@pytest.mark.parametrize(
    ("upto", "before", "expected"),
    [
        ("50.00", "0", "-15.00"),
        ("100.00", "-15.00", "-15.00"),
        ("33.33", "0", "-10.00"),
        ("120.00", "0", "-30.00"),
        ("0", "0", "0"),
    ],
)
def test_a_rebate_is_taken_back_with_its_line(upto, before, expected):
    share = running_share(D("-30.00"), D("100.00"), D(upto), D(before))
    assert share == D(expected)


def test_a_credit_note_gives_back_to_the_last_draw_first():
    draws = [("a", D("50.00")), ("b", D("46.00"))]
    assert give_back(draws, D("46.00")) == {"b": D("46.00")}
    assert give_back(draws, D("500.00")) == {"b": D("46.00"), "a": D("50.00")}
    assert give_back(draws, D("0")) == {}


# === WHAT HOLDS ALWAYS === #

cents = st.integers(0, 20000).map(lambda count: D(count) / 100)
scopes = st.sampled_from(
    [Scope(), Scope(usage=True), Scope(categories=frozenset({1})), Scope(taxes=frozenset({20}))]
)


@st.composite
def lots_of(draw):
    return [
        Lot(
            key,
            draw(st.sampled_from([GRANTED, PAID])),
            draw(cents),
            draw(st.none() | st.dates(date(2026, 3, 1), date(2026, 4, 30))),
            draw(st.integers(1, 3)),
            key,
            draw(scopes),
            draw(st.booleans()),
        )
        for key in range(draw(st.integers(0, 5)))
    ]


@st.composite
def portions_of(draw):
    found = []
    for key in range(draw(st.integers(1, 5))):
        amount, rate = draw(cents), draw(st.sampled_from([0, 5, 20]))
        found.append(
            Portion(
                key,
                amount,
                (amount * (100 + rate) / 100).quantize(D("0.01")),
                draw(st.booleans()),
                frozenset({draw(st.integers(1, 2))}),
                frozenset({rate}),
            )
        )
    return found


@given(lots_of(), portions_of(), st.booleans())
def test_no_lot_and_no_line_is_drawn_beyond_what_it_has(lots, portions, before_tax):
    plan = plan_before_tax if before_tax else plan_draws
    draws = plan(lots, portions, DAY)
    rests = {lot.key: lot for lot in lots}
    by_line = dict.fromkeys((portion.key for portion in portions), D(0))
    for draw in draws:
        lot = rests[draw.lot]
        assert 0 < draw.amount <= lot.rest
        assert lot.is_valid_on(DAY)
        assert sum(draw.parts.values()) == draw.amount
        for key, part in draw.parts.items():
            assert part > 0
            assert lot.scope.serves(next(one for one in portions if one.key == key))
            by_line[key] += part
    for portion in portions:
        assert by_line[portion.key] <= (portion.amount if before_tax else portion.with_tax)


@given(lots_of(), portions_of())
def test_nothing_is_left_that_a_lot_would_pay(lots, portions):
    draws = plan_draws(lots, portions, DAY)
    left = {portion.key: portion.with_tax for portion in portions}
    rests = {lot.key: lot.rest for lot in lots}
    for draw in draws:
        rests[draw.lot] -= draw.amount
        for key, part in draw.parts.items():
            left[key] -= part
    for lot in lots:
        if rests[lot.key] and lot.is_valid_on(DAY):
            assert not any(left[p.key] for p in portions if lot.scope.serves(p))


@given(cents.filter(bool), cents.filter(bool), st.lists(cents, max_size=6))
def test_rebates_are_taken_back_to_the_cent(charged, rebate, credits):
    """Any number of credits that come to the whole line take back the whole rebate."""
    whole, upto, before = -min(charged, rebate), D(0), D(0)
    for credit in [*credits, charged]:
        upto = min(upto + credit, charged)
        before += running_share(whole, charged, upto, before)
    assert before == whole
