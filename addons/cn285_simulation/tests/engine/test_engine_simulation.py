"""A billed row at another price, and what a change comes to."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from cn285_simulation_house.cn285_contract.engine.changes import Price, part_amount
from cn285_simulation_house.cn285_contract.engine.periods import Period, Rhythm
from cn285_simulation_house.cn285_contract.engine.pricing import (
    Charge,
    DiscountWindow,
    price_charge,
)
from cn285_simulation_house.cn285_contract.engine.proration import WHOLE, Basis, prorate
from cn285_simulation_house.cn285_contract.engine.stretches import ItemTerms
from cn285_simulation_house.cn285_simulation.engine.effect import (
    BANDS,
    after_credit,
    band_of,
    percent_of,
    raised,
)
from cn285_simulation_house.cn285_simulation.engine.margin import fixed_cost
from cn285_simulation_house.cn285_simulation.engine.recorded import (
    Piece,
    Recorded,
    net_at,
    share_of,
    windows_of,
)
from hypothesis import given, settings
from hypothesis import strategies as st

D = Decimal
JANUARY = Period(0, date(2026, 1, 1), date(2026, 2, 1), date(2026, 1, 1), date(2026, 2, 1))
HALF = Period(
    0, date(2026, 1, 17), date(2026, 2, 1), date(2026, 1, 1), date(2026, 2, 1), nominal_day=1
)


def as_data(amount):
    """Steps as a row keeps them: JSON."""
    return tuple(
        (
            step.code,
            {
                name: value.isoformat() if isinstance(value, date) else value
                for name, value in step.values.items()
            },
        )
        for step in amount.steps
    )


def billed(period, price="100", quantity="1", discount="0", windows=(), basis=Basis.actual):
    """A row as planning priced it."""
    share = prorate(period, basis=basis)
    charge = Charge(
        D(quantity), D(price), D(discount), period, share, tuple(windows), share.basis, own=period
    )
    amount = price_charge(charge)
    return Recorded(
        D(quantity),
        D(price),
        D(discount),
        period.start,
        period.end,
        period.full_start,
        period.full_end,
        D(str(round(float(share.ratio), 10))),
        amount.net,
        as_data(amount),
        basis=basis,
        nominal_day=1,
    )


SHARE = {"numerator": 10, "denominator": 31, "note": "prorated", "basis": "actual"}
TEN_DAYS = DiscountWindow(date(2026, 1, 10), date(2026, 1, 20), D(50), label="half")
MONEY = DiscountWindow(date(2026, 1, 1), None, amount=D(31), label="31 off")


@pytest.mark.parametrize(
    ("row", "price", "expected"),
    [
        (billed(JANUARY), "120", "120.00"),
        (billed(JANUARY, quantity="3", discount="10"), "33.33", "89.99"),
        # 15 of 31 days: 120 x 15/31.
        (billed(HALF), "120", "58.06"),
        # 30/360: 14 of 30 days, 120 x 14/30.
        (billed(HALF, basis=Basis.d30_360), "120", "56.00"),
        # 10 of 31 days at half: 120 - 120 x 10/31 x 1/2.
        (billed(JANUARY, windows=[TEN_DAYS]), "120", "100.65"),
        # 31.00 off a full period, 15 of 31 days of it: 58.06 - 15.00.
        (billed(HALF, windows=[MONEY]), "120", "43.06"),
        # It takes off no more than there is.
        (billed(HALF, windows=[MONEY]), "20", "0.00"),
    ],
)
def test_row_at_another_price(row, price, expected):
    windows = windows_of(row.steps, [MONEY])
    assert net_at(row, row.price, windows=windows) == (row.net, True)
    assert net_at(row, D(price), windows=windows) == (D(expected), True)


def test_other_discount():
    assert net_at(billed(JANUARY, discount="10"), D(200), D(25)) == (D("150.00"), True)


def test_fee_is_billed_once():
    row = Recorded(
        D(1), D(250), D(0), date(2026, 1, 5), date(2026, 1, 6), None, None, D(1), D("250.00")
    )
    assert row.period is None
    assert net_at(row, D("199.99")) == (D("199.99"), True)


def test_part_of_a_period_adds_up_to_the_cent():
    """Of 100.00, 11 days were billed before: the rest is what is missing to the whole."""
    terms = ItemTerms(
        "fixed", date(2026, 1, 1), None, Rhythm(1, "month", "anniversary", date(2026, 1, 1))
    )
    parts = [(date(2026, 1, 1), date(2026, 1, 12)), (date(2026, 1, 12), date(2026, 1, 22))]
    last = date(2026, 1, 22), date(2026, 2, 1)

    def cost(price):
        whole = Price(D(1), D(price), D(0), ())
        return [part_amount(terms, JANUARY, JANUARY.start, part, whole) for part in [*parts, last]]

    assert sum(cost("100.01")) == D("100.01")
    row = Recorded(
        D(1), D("100.01"), D(0), *last, JANUARY.start, JANUARY.end, D("0.3225806452"),
        cost("100.01")[2],
        (("proration", SHARE),),
    )  # fmt: skip
    pieces = [Piece(terms, JANUARY, JANUARY.start)]
    for price in ("100.01", "99.95", "33.33"):
        found, known = net_at(row, D(price), pieces=pieces)
        assert known
        assert found in (cost(price)[2], net_at(row, D(price))[0])


def test_what_the_engine_does_not_know_goes_in_proportion():
    """A row taken over from elsewhere, at 90.00 of a price of 100."""
    row = Recorded(
        D(1), D(100), D(0), JANUARY.start, JANUARY.end, JANUARY.start, JANUARY.end, D(1), D("90.00")
    )
    assert net_at(row, D(120)) == (D("108.00"), False)
    assert net_at(row, D(100)) == (D("90.00"), False)
    free = Recorded(
        D(1), D(0), D(0), JANUARY.start, JANUARY.end, JANUARY.start, JANUARY.end, D(1), D("5.00")
    )
    assert net_at(free, D(120)) == (D("5.00"), False)


def test_share_without_steps():
    row = billed(HALF)
    bare = Recorded(
        D(1), D(100), D(0), HALF.start, HALF.end, HALF.full_start, HALF.full_end,
        row.proration, row.net,
    )  # fmt: skip
    assert share_of(bare).ratio == Fraction(15, 31)
    assert share_of(billed(JANUARY)) == WHOLE


@settings(max_examples=60, deadline=None)
@given(
    price=st.decimals("0", "99999", places=4),
    quantity=st.decimals("0", "500", places=3),
    discount=st.decimals("0", "100", places=2),
    first=st.integers(1, 31),
    percent=st.decimals("0.01", "100", places=2),
    days=st.integers(1, 31),
    basis=st.sampled_from(Basis),
)
def test_the_same_price_is_what_was_billed(price, quantity, discount, first, percent, days, basis):
    """Whatever was billed: at its own price it comes to itself, to the cent, and is known."""
    period = Period(
        0, date(2026, 1, first), date(2026, 2, 1), date(2026, 1, 1), date(2026, 2, 1), False, 1
    )
    window = DiscountWindow(
        date(2026, 1, 1), date.fromordinal(JANUARY.start.toordinal() + days), percent
    )
    row = billed(period, str(price), str(quantity), str(discount), [window], basis)
    found, known = net_at(
        row,
        row.price,
        windows=windows_of(row.steps),
        pieces=[Piece(_terms(period, basis), period, period.start)],
    )
    assert found == row.net
    if basis.follows_dates:
        assert known


def _terms(period, basis):
    return ItemTerms(
        "fixed", period.start, None, Rhythm(1, "month", "calendar", period.start), basis=basis
    )


@pytest.mark.parametrize(
    ("found", "amount", "credited", "expected"),
    [
        ("120.00", "100.00", "0", "120.00"),
        ("120.00", "100.00", "25.00", "90.00"),
        ("120.00", "100.00", "100.00", "0.00"),
        # Nothing was billed, so nothing was credited of it.
        ("12.00", "0.00", "0.00", "12.00"),
        ("0.00", "100.00", "40.00", "0.00"),
        # 100.01 x 33.33/99.99 = 33.3367: 66.67 are left.
        ("100.01", "99.99", "33.33", "66.67"),
    ],
)
def test_after_credit(found, amount, credited, expected):
    assert after_credit(D(found), D(amount), D(credited)) == D(expected)


@settings(max_examples=60, deadline=None)
@given(st.decimals("0.01", "99999", places=2), st.decimals("0", "1", places=2), st.booleans())
def test_the_same_amount_keeps_its_credit(amount, share, negative):
    credited = (amount * share).quantize(D("0.01"))
    sign = -1 if negative else 1
    left = after_credit(sign * amount, sign * amount, sign * credited)
    assert left == sign * (amount - credited)


@pytest.mark.parametrize(
    ("amount", "difference", "percent", "band"),
    [
        ("100", "0", "0.00", "same"),
        ("100", "0.01", "0.01", "more_0"),
        ("100", "5", "5.00", "more_0"),
        ("100", "5.01", "5.01", "more_5"),
        ("100", "20", "20.00", "more_10"),
        ("100", "20.01", "20.01", "more_20"),
        ("100", "-5", "-5.00", "less_0"),
        ("100", "-100", "-100.00", "less_20"),
        # A third party that is paid gets more: it is owed 10 more.
        ("-100", "-10", "-10.00", "less_5"),
        ("0", "10", None, "new"),
        ("0", "0", None, "same"),
    ],
)
def test_percent_and_band(amount, difference, percent, band):
    assert percent_of(D(amount), D(difference)) == (D(percent) if percent else None)
    assert band_of(D(amount), D(difference)) == band
    assert band in [code for code, *_bounds in BANDS]


def test_prices_are_raised_and_units_are_not():
    terms = {
        "price_unit": 0.1,
        "allowance_units": 100.0,
        "minimum_amount": 10.0,
        "package_size": 5.0,
        "metric_id": 3,
        "tier_ids": [[100.0, 0.3, 2.0], [0.0, 0.7, 0.0]],
        "value_ids": [["fr", 1.1]],
    }
    names = frozenset({"price_unit", "minimum_amount"})
    assert raised(terms, names, D(10)) == {
        "price_unit": 0.11,
        "allowance_units": 100.0,
        "minimum_amount": 11.0,
        "package_size": 5.0,
        "metric_id": 3,
        "tier_ids": [[100.0, 0.33, 2.2], [0.0, 0.77, 0.0]],
        "value_ids": [["fr", 1.21]],
    }
    assert raised(terms, names, D(0))["tier_ids"] == terms["tier_ids"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"per_unit": True, "quantity": D(3)}, "31.50"),
        ({"per_unit": False, "quantity": D(3)}, "10.50"),
        # A part of a period: of subscriptions its share, of usage what was used.
        ({"per_unit": True, "quantity": D(3), "share": Fraction(15, 31)}, "15.24"),
        ({"per_unit": False, "quantity": D(3), "share": Fraction(15, 31)}, "5.08"),
        (
            {"per_unit": True, "quantity": D(3), "share": Fraction(15, 31), "of_usage": True},
            "31.50",
        ),
    ],
)
def test_fixed_cost(values, expected):
    assert fixed_cost(D("10.5"), **values) == D(expected)
