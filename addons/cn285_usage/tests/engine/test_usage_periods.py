"""What a period does to a rating: bounds, allowances, pools, late usage (golden 6 to 9 and 20)."""

from decimal import Decimal
from fractions import Fraction

import pytest
from cn285_house.cn285_contract.engine.errors import EngineError
from cn285_house.cn285_contract.engine.money import round_money
from cn285_house.cn285_usage.engine.allowance import (
    Allowance,
    AllowanceUse,
    pool,
    rate_beyond,
    use_allowance,
)
from cn285_house.cn285_usage.engine.bounds import apply_bounds
from cn285_house.cn285_usage.engine.charge_models import (
    Graduated,
    Package,
    PerUnit,
    Stairstep,
    Volume,
)
from cn285_house.cn285_usage.engine.difference import difference, keep_waived
from cn285_house.cn285_usage.engine.rating import RatedLine, Rating, explain
from hypothesis import given
from hypothesis import strategies as st
from usage_strategies import (
    check_rating,
    dec,
    make_tiers,
    money,
    prices,
    quantities,
    roundings,
    signed,
    tiers,
)

GOLDEN_6 = make_tiers((5, 0, 100), (10, 0, 150), (15, 10), (None, 5))
TEN = PerUnit(Decimal(10))


def billed_before(amount):
    """A rating for an amount that was billed without one."""
    line = RatedLine("invoiced", Decimal(0), Decimal(0), amount, amount)
    return Rating(Decimal(0), amount, amount, (line,))


def bounded(rating, **values):
    share = values.pop("share", 1)
    values = {name: dec(value) for name, value in values.items()}
    return check_rating(apply_bounds(rating, share=share, **values))


def lines(rating):
    return [(line.code, str(line.amount)) for line in rating.lines]


@pytest.mark.parametrize(
    ("model", "quantity", "bounds", "expected"),
    [
        # Golden 6: 100 and a true-up of 50.
        (Stairstep(GOLDEN_6), 5, {"minimum": 150}, [("band", "100.00"), ("minimum", "50.00")]),
        # Golden 7.
        (TEN, 8, {"minimum": 100}, [("unit", "80.00"), ("minimum", "20.00")]),
        (PerUnit(Decimal(12)), 25, {"maximum": 240}, [("unit", "300.00"), ("maximum", "-60.00")]),
        # On the bound, and beside it.
        (TEN, 10, {"minimum": 100, "maximum": 100}, [("unit", "100.00")]),
        (TEN, "9.999", {"minimum": 100}, [("unit", "99.99"), ("minimum", "0.01")]),
        (TEN, "10.001", {"maximum": 100}, [("unit", "100.01"), ("maximum", "-0.01")]),
        (TEN, 0, {"minimum": 100}, [("minimum", "100.00")]),
        (TEN, 5, {"maximum": 0}, [("unit", "50.00"), ("maximum", "-50.00")]),
        # A credit is not capped, but a minimum holds for it, too.
        (TEN, -5, {"maximum": 0}, [("unit", "-50.00")]),
        (TEN, -5, {"maximum": 20, "counted": 100}, [("unit", "-50.00")]),
        (TEN, -5, {"minimum": 10}, [("unit", "-50.00"), ("minimum", "60.00")]),
        # Golden 20: 2 of 29 days, the fee of which is 6.90.
        (
            PerUnit(Decimal(1)),
            30,
            {"minimum": 10000, "share": Fraction(2, 29), "counted": "6.90"},
            [("unit", "30.00"), ("minimum", "652.76")],
        ),
        (
            TEN,
            30,
            {"maximum": 100, "share": Fraction(1, 3)},
            [("unit", "300.00"), ("maximum", "-266.67")],
        ),
        (TEN, 30, {"minimum": 100, "share": 0}, [("unit", "300.00")]),
        # What else is billed counts towards the maximum, which takes no more than the usage.
        (TEN, 5, {"maximum": 100, "counted": 80}, [("unit", "50.00"), ("maximum", "-30.00")]),
        (TEN, 5, {"maximum": 100, "counted": 180}, [("unit", "50.00"), ("maximum", "-50.00")]),
        (TEN, 5, {"minimum": 100, "counted": 180}, [("unit", "50.00")]),
    ],
)
def test_bounds_of_a_period(model, quantity, bounds, expected):
    assert lines(bounded(model.rate(dec(quantity)), **bounds)) == expected


def test_bounds_explain_themselves():
    rating = bounded(TEN.rate(Decimal(3)), minimum=100, share=Fraction(2, 3), counted=5)
    assert explain(rating).splitlines() == [
        "minimum 66.67 of the period, 5 counted from elsewhere",
        "3 x 10 = 30.00",
        "up to the minimum of the period: 31.67 = 31.67",
        "in all = 61.67",
    ]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"minimum": 2, "maximum": 1}, "bad_bounds"),
        ({"minimum": -1}, "negative_price"),
        ({"maximum": -1}, "negative_price"),
        ({"minimum": 1, "share": Fraction(3, 2)}, "bad_share"),
        ({"minimum": 1, "share": Fraction(-1, 2)}, "bad_share"),
        ({"minimum": 1, "counted": "NaN"}, "not_a_number"),
    ],
)
def test_bad_bounds_are_refused(values, code):
    with pytest.raises(EngineError) as refusal:
        bounded(TEN.rate(Decimal(1)), **values)
    assert refusal.value.code == code
    with pytest.raises(TypeError):
        apply_bounds(TEN.rate(Decimal(1)), minimum=Decimal(1), share=0.5)


shares = st.fractions(0, 1, max_denominator=366)


@given(tiers(), quantities, money, money, shares, roundings)
def test_bounds_hold(some, quantity, one, two, share, rounding):
    minimum, maximum = sorted([one, two])
    rated = Graduated(some).rate(quantity, rounding)
    rating = apply_bounds(rated, minimum=minimum, maximum=maximum, share=share, rounding=rounding)
    check_rating(rating, rounding)
    low, high = (round_money(share * Fraction(bound), rounding) for bound in (minimum, maximum))
    assert low <= rating.amount <= high
    assert rating.amount in (rated.amount, low, high)
    # Where a bound holds, nothing of a cent is left over.
    assert rating is rated or rating.exact == rating.amount


# Late usage and reversals


def test_golden_8():
    blocks = Package(Decimal(100), Decimal(1))
    late = difference(blocks.rate(Decimal(130 + 271)), [blocks.rate(Decimal(100))])
    assert [(str(one.quantity), str(one.amount)) for one in late.lines] == [("4", "4.00")]
    late = difference(blocks.rate(Decimal(199)), [blocks.rate(Decimal(1))])
    assert [(str(one.quantity), str(one.amount)) for one in late.lines] == [("1", "1.00")]
    assert difference(blocks.rate(Decimal(200)), [blocks.rate(Decimal(199))]).lines == ()


def test_golden_9():
    before = bounded(TEN.rate(Decimal(7)), maximum=100)
    now = bounded(TEN.rate(Decimal(12)), maximum=100)
    late = check_rating(difference(now, [before]))
    assert lines(late) == [("unit", "50.00"), ("maximum", "-20.00")]
    assert (str(late.amount), late.quantity) == ("30.00", 5)


def test_late_usage_eats_up_a_true_up():
    before = bounded(TEN.rate(Decimal(5)), minimum=100)
    late = difference(bounded(TEN.rate(Decimal(8)), minimum=100), [before])
    assert lines(late) == [("unit", "30.00"), ("minimum", "-30.00")]
    assert late.amount == 0
    again = difference(bounded(TEN.rate(Decimal(12)), minimum=100), [before, late])
    assert lines(again) == [("unit", "40.00"), ("minimum", "-20.00")]


def test_another_volume_tier_takes_the_first_back():
    model = Volume(make_tiers((100, 2, 10), (200, 1), (None, "0.5", 50)))
    late = difference(model.rate(Decimal(101)), [model.rate(Decimal(100))])
    assert lines(late) == [("volume", "-210.00"), ("volume", "101.00")]
    assert str(late.amount) == "-109.00"


def test_a_reversal_after_the_invoice_is_credited_without_touching_it():
    model = Graduated(make_tiers((10, 10, 2), (20, 5, 3), (None, 5, 3)))
    before = model.rate(Decimal(12))
    late = check_rating(difference(model.rate(Decimal(9)), [before]))
    assert [(str(one.quantity), str(one.flat), str(one.amount)) for one in late.lines] == [
        ("-1", "0", "-10.00"),
        ("-2", "-3", "-13.00"),
    ]
    assert str(late.amount) == "-23.00"
    assert str(before.amount) == "115.00"


def test_another_price_is_told_from_the_first():
    late = check_rating(difference(PerUnit(Decimal(12)).rate(Decimal(5)), [TEN.rate(Decimal(5))]))
    assert lines(late) == [("unit", "-50.00"), ("unit", "60.00")]
    assert [str(line.unit_price) for line in late.lines] == ["10", "12"]
    assert late.quantity == 0


def test_what_was_billed_without_a_rating_is_taken_off():
    late = difference(TEN.rate(Decimal("43.1")), [billed_before(Decimal(200))])
    assert lines(late) == [("invoiced", "-200"), ("unit", "431.00")]
    assert str(late.amount) == "231.00"


@given(
    st.one_of(tiers().map(Graduated), tiers().map(Volume), prices.map(PerUnit)),
    st.lists(signed, min_size=1, max_size=6),
    st.none() | money,
    st.none() | money,
)
def test_differences_add_up_to_the_rating_of_the_total(model, parts, one, two):
    """However usage arrives, invoices of a period come to what it costs at once."""
    limits = sorted(bound for bound in (one, two) if bound is not None)
    names = ["minimum", "maximum"] if len(limits) == 2 else ["maximum"]
    bounds = dict(zip(names, limits, strict=False))
    invoices, total = [], Decimal(0)
    for part in parts:
        total += part
        now = apply_bounds(model.rate(total), **bounds)
        late = difference(now, invoices)
        assert sum(Fraction(line.amount) for line in late.lines) == late.amount
        assert sum(Fraction(line.exact) for line in late.lines) == late.exact
        invoices.append(late)
        assert sum(Fraction(invoice.amount) for invoice in invoices) == now.amount
        assert sum(invoice.exact for invoice in invoices) == now.exact
        assert sum(invoice.quantity for invoice in invoices) == now.quantity
    assert difference(now, invoices).lines == ()


# Included units


@pytest.mark.parametrize(
    ("values", "used", "carried", "share", "expected"),
    [
        # granted, carried in, consumed, billable, carried out, lapsed
        ((100,), 130, 0, 1, (100, 0, 100, 30, 0, 0)),
        ((100,), 100, 0, 1, (100, 0, 100, 0, 0, 0)),
        ((100,), 70, 0, 1, (100, 0, 70, 0, 0, 30)),
        ((100,), 0, 0, 1, (100, 0, 0, 0, 0, 100)),
        ((100,), -5, 0, 1, (100, 0, 0, -5, 0, 100)),
        ((100, "always"), 70, 0, 1, (100, 0, 70, 0, 30, 0)),
        ((100, "always"), 70, 50, 1, (100, 50, 70, 0, 80, 0)),
        ((100, "always"), 170, 50, 1, (100, 50, 150, 20, 0, 0)),
        ((100, "always", 40), 70, 50, 1, (100, 50, 70, 0, 40, 40)),
        # What was carried goes first; of two grants only the last is carried on.
        ((100, "once"), 20, 50, 1, (100, 50, 20, 0, 100, 30)),
        ((100, "once"), 70, 50, 1, (100, 50, 70, 0, 80, 0)),
        ((100, "once", 60), 70, 50, 1, (100, 50, 70, 0, 60, 20)),
        ((100, "no"), 70, 50, 1, (100, 50, 70, 0, 0, 80)),
        # Part of a period.
        ((100,), 70, 0, Fraction(16, 31), (52, 0, 52, 18, 0, 0)),
        (("100.0",), 70, 0, Fraction(16, 31), (52, 0, 52, 18, 0, 0)),
        (("100.5",), 70, 0, Fraction(16, 31), ("51.9", 0, "51.9", "18.1", 0, 0)),
        ((1,), 1, 0, Fraction(1, 2), (1, 0, 1, 0, 0, 0)),
    ],
)
def test_allowance(values, used, carried, share, expected):
    units, rollover, cap = (*values, "no", None)[:3] if len(values) < 3 else values
    allowance = Allowance(dec(units), rollover, dec(cap) if len(values) == 3 else None)
    use = use_allowance(dec(used), allowance, dec(carried), share)
    assert use == AllowanceUse(*map(dec, expected))


def test_what_lies_beyond_an_allowance_is_rated():
    use = use_allowance(Decimal(130), Allowance(Decimal(100)))
    rating = check_rating(rate_beyond(Graduated(make_tiers((10, 2), (None, 1))), Decimal(130), use))
    assert lines(rating) == [("included", "0.00"), ("tier", "20.00"), ("tier", "20.00")]
    assert rating.quantity == 130
    assert rating.lines[0].quantity == 100
    assert rating.notes[0].values["billable"] == 30
    none = rate_beyond(TEN, Decimal(5), use_allowance(Decimal(5), Allowance(Decimal(0))))
    assert lines(none) == [("unit", "50.00")]


@given(
    st.lists(signed, max_size=8),
    quantities,
    st.sampled_from(["no", "once", "always"]),
    st.none() | quantities,
)
def test_an_allowance_keeps_its_account(usage, units, rollover, cap):
    allowance, carried = Allowance(units, rollover, cap), Decimal(0)
    for used in usage:
        use = use_allowance(used, allowance, carried)
        assert use.granted + use.carried_in == use.consumed + use.carried_out + use.lapsed
        assert use.consumed + use.billable == used
        assert min(use.consumed, use.carried_out, use.lapsed) >= 0
        assert use.billable <= 0 or use.consumed == use.granted + use.carried_in
        assert rollover != "once" or use.carried_out <= use.granted
        assert cap is None or use.carried_out <= cap
        carried = use.carried_out


@pytest.mark.parametrize(
    ("used", "own", "shared", "digits", "expected"),
    [
        # Of the contract: by use.
        ((60, 40), None, 50, None, (30, 20)),
        ((1, 1, 1), None, 1, None, (1, 1, 0)),
        ((1, 1, 1), None, 1, 2, ("0.67", "0.67", "0.66")),
        ((60, 40), None, 100, None, (0, 0)),
        ((60, 40), None, 1000, None, (0, 0)),
        ((60, 0), None, 10, None, (50, 0)),
        # Of the items: who keeps within its own pays nothing, the others share what is left.
        ((150, 70, 110), (100, 100, 100), 0, None, (25, 0, 5)),
        ((150, 90, 100), (100, 100, 100), 0, None, (40, 0, 0)),
        ((150, 150), (100, 100), 0, None, (50, 50)),
        ((150, 150), (100, 100), 60, None, (20, 20)),
        (("0.3", "0.1"), ("0.1", "0.1"), 0, None, ("0.2", 0)),
        ((), None, 5, None, ()),
        ((0, 0), None, 0, None, (0, 0)),
    ],
)
def test_pool(used, own, shared, digits, expected):
    numbers = [dec(units) for units in used]
    mine = None if own is None else [dec(units) for units in own]
    assert pool(numbers, mine, dec(shared), digits) == [dec(units) for units in expected]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (([Decimal(1)], [Decimal(1), Decimal(2)]), "bad_pool"),
        (([Decimal(-1)],), "negative_units"),
        (([Decimal(1)], [Decimal(-1)]), "negative_units"),
        (([Decimal(1)], None, Decimal(-1)), "negative_units"),
        (([Decimal("1.25")], None, Decimal(0), 1), "too_precise"),
    ],
)
def test_bad_pools_are_refused(arguments, code):
    with pytest.raises(EngineError) as refusal:
        pool(*arguments)
    assert refusal.value.code == code
    assert str(refusal.value)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: Allowance(Decimal(-1)), "negative_units"),
        (lambda: Allowance(Decimal(1), "no", Decimal(-1)), "negative_units"),
        (lambda: Allowance(Decimal(1), "maybe"), "unknown_choice"),
        (lambda: use_allowance(Decimal(1), Allowance(Decimal(1)), Decimal(-1)), "negative_units"),
        (
            lambda: use_allowance(Decimal(1), Allowance(Decimal(1)), share=Fraction(2)),
            "bad_share",
        ),
    ],
)
def test_bad_allowances_are_refused(call, code):
    with pytest.raises(EngineError) as refusal:
        call()
    assert refusal.value.code == code


@given(
    st.lists(st.tuples(quantities, quantities), min_size=1, max_size=8),
    quantities,
    st.integers(3, 6),
)
def test_a_pool_is_split_exactly_and_fairly(items, shared, digits):
    used, own = zip(*items, strict=True)
    parts = pool(used, own, shared, digits)
    billable = max(Decimal(0), sum(used) - sum(own) - shared)
    assert sum(parts) == billable
    over = [max(Decimal(0), one - two) for one, two in items]
    assert all(0 <= part <= most for part, most in zip(parts, over, strict=True))
    if billable:
        share = Fraction(billable) / sum(map(Fraction, over))
        unit = Fraction(1, 10**digits)
        assert all(
            abs(Fraction(part) - share * Fraction(most)) < unit
            for part, most in zip(parts, over, strict=True)
        )


@pytest.mark.parametrize(
    ("billed", "waived", "changes", "expected"),
    [
        (200, 100, [-200], [-100]),
        (200, 0, [-200], [-200]),
        (200, 100, [-60], [-60]),
        (200, 100, [-150, -50], [-150, 50]),
        (200, 250, [-10], [0]),
        (200, 200, [40], [40]),
    ],
)
def test_no_more_is_taken_back_than_credit_notes_left(billed, waived, changes, expected):
    ratings = [billed_before(Decimal(amount)) for amount in changes]
    kept = keep_waived(ratings, Decimal(billed), Decimal(waived))
    assert [check_rating(one).amount for one in kept] == [Decimal(one) for one in expected]
    # Looked at again, it is the same: nothing more is taken back, or given.
    now = Decimal(billed + sum(changes))
    before = [billed_before(Decimal(billed)), *kept]
    again = difference(billed_before(now), before)
    total = billed + sum(expected)
    assert keep_waived([again], Decimal(total), Decimal(waived))[0].amount == 0
