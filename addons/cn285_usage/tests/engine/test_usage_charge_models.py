"""Charge models of one quantity: golden cases 1, 2, 3, 5, 6 and 7, bounds, and properties."""

from decimal import Decimal
from fractions import Fraction

import pytest
from cn285_house.cn285_contract.engine.errors import EngineError
from cn285_house.cn285_usage.engine.charge_models import (
    Graduated,
    GraduatedPercentage,
    Matrix,
    Package,
    PerUnit,
    Stairstep,
    Volume,
)
from cn285_house.cn285_usage.engine.rating import explain, from_data, steps_data, to_data
from cn285_house.cn285_usage.engine.tiers import Tier
from hypothesis import given
from hypothesis import strategies as st
from usage_strategies import (
    check_rating,
    dec,
    make_tiers,
    prices,
    quantities,
    roundings,
    signed,
    tiers,
)

GOLDEN_1 = make_tiers((10, 10, 2), (20, 5, 3), (None, 5, 3))
GOLDEN_2 = make_tiers((100, 2, 10), (200, 1), (None, "0.5", 50))
GOLDEN_5 = make_tiers((10, 1, 200), (20, 2, 300), (None, 3, 400))
GOLDEN_6 = make_tiers((5, 0, 100), (10, 0, 150), (15, 10), (None, 5))
GOLDEN_7 = make_tiers((100, 0), (None, 2))
NO_FLAT = {"zero_usage_owes_flat": False}


def rated(model, quantity):
    return str(check_rating(model.rate(dec(quantity))).amount)


def table(model, *pairs):
    return [pytest.param(model, quantity, str(owed), id=f"{quantity}") for quantity, owed in pairs]


@pytest.mark.parametrize(
    ("model", "quantity", "owed"),
    [
        # Golden 1, and what lies between its whole numbers, on and beside its bounds.
        *table(
            Graduated(GOLDEN_1),
            *[(0, "2.00"), (1, "12.00"), (10, "102.00"), (11, "110.00"), (12, "115.00")],
            *[(21, "163.00"), ("10.5", "107.50"), ("10.001", "105.01"), ("9.999", "101.99")],
            *[(20, "155.00"), ("20.000", "155.00"), ("20.1", "158.50"), (1000, "5058.00")],
            *[(-1, "-8.00"), (-100, "-998.00")],
        ),
        # The trap: zero usage owes nothing if so set; the smallest usage owes the flat fee.
        *table(
            Graduated(GOLDEN_1, **NO_FLAT),
            *[(0, "0.00"), ("0.001", "2.01"), (1, "12.00"), (21, "163.00"), (-1, "-10.00")],
        ),
        # Golden 2.
        *table(
            Volume(GOLDEN_2),
            *[(0, "10.00"), (101, "101.00"), (200, "200.00"), (210, "155.00"), (300, "200.00")],
            *[(100, "210.00"), ("100.01", "100.01"), ("200.5", "150.25"), (-1, "8.00")],
        ),
        *table(Volume(GOLDEN_2, **NO_FLAT), (0, "0.00"), (1, "12.00"), (-1, "-2.00")),
        # Golden 3.
        *table(
            Package(Decimal(10), Decimal(100)),
            *[(121, "1300.00"), (120, "1200.00"), (0, "0.00"), ("0.1", "100.00")],
            *[(-1, "0.00"), (-10, "-100.00"), (-15, "-100.00")],
        ),
        *table(Package(Decimal(10), Decimal(100), Decimal(10)), (121, "1200.00"), (120, "1100.00")),
        *table(
            Package(Decimal(10), Decimal(100), Decimal(200)),
            *[(121, "0.00"), (200, "0.00"), (201, "100.00"), (-20, "-200.00")],
        ),
        *table(Package(Decimal("2.5"), Decimal(1)), ("7.5", "3.00"), ("7.51", "4.00")),
        # Golden 5.
        *table(
            GraduatedPercentage(GOLDEN_5),
            *[(11, "500.12"), (21, "900.33"), (0, "200.00"), (10, "200.10"), (20, "500.30")],
        ),
        *table(GraduatedPercentage(GOLDEN_5, **NO_FLAT), (0, "0.00"), ("0.5", "200.01")),
        # Golden 6, as bands and as volume.
        *[
            case
            for kind in (Stairstep, Volume)
            for case in table(
                kind(GOLDEN_6),
                *[(0, "100.00"), (5, "100.00"), (14, "140.00"), (15, "150.00"), (16, "80.00")],
                *[("5.1", "150.00"), (10, "150.00"), ("15.1", "75.50"), (-3, "100.00")],
            )
        ],
        *table(Stairstep(GOLDEN_6, **NO_FLAT), (0, "0.00"), (1, "100.00"), (14, "140.00")),
        *table(
            Stairstep(make_tiers((5, 0, 100), (10, 0, 150)), Decimal("2.5")),
            *[(10, "150.00"), (11, "152.50"), ("10.01", "150.03"), (30, "200.00")],
        ),
        *table(Stairstep(make_tiers((None, 0, 100))), (0, "100.00"), (10**6, "100.00")),
        # Golden 7.
        *table(Graduated(GOLDEN_7), (130, "60.00"), (100, "0.00"), ("100.5", "1.00"), (0, "0.00")),
        # Packages within tiers: each tier counts its own started ones.
        *table(
            Graduated(make_tiers((100, 5, 0, 10), (None, 3, 1, 50))),
            *[(1, "5.00"), (91, "50.00"), (100, "50.00"), (101, "54.00"), (151, "57.00")],
        ),
        *table(
            Volume(make_tiers((100, 5, 0, 10), (None, 3, 1, 50))), (91, "50.00"), (101, "10.00")
        ),
        # Per unit.
        *table(
            PerUnit(Decimal("0.0002")),
            *[(10**6, "200.00"), (0, "0.00"), (24, "0.00"), (25, "0.01"), (-25, "-0.01")],
        ),
        *table(PerUnit(Decimal("-0.5")), (3, "-1.50")),
    ],
)
def test_amount(model, quantity, owed):
    assert rated(model, quantity) == owed


def test_a_graduated_rating_has_a_line_for_each_tier_it_reaches():
    rating = Graduated(GOLDEN_1).rate(Decimal(21))
    assert [
        tuple(map(str, (one.code, one.tier_from, one.tier_to, one.quantity, one.flat, one.amount)))
        for one in rating.lines
    ] == [
        ("tier", "0", "10", "10", "2", "102.00"),
        ("tier", "10", "20", "10", "3", "53.00"),
        ("tier", "20", "None", "1", "3", "8.00"),
    ]
    assert explain(rating).splitlines() == [
        "10 x 10 + 2 (above 0, up to 10) = 102.00",
        "10 x 5 + 3 (above 10, up to 20) = 53.00",
        "1 x 5 + 3 (above 20, up to None) = 8.00",
        "in all = 163.00",
    ]
    free = Graduated(GOLDEN_7).rate(Decimal(130))
    assert [str(line.amount) for line in free.lines] == ["0.00", "60.00"]


def test_lines_of_other_models():
    def lines(model, quantity):
        found = model.rate(Decimal(quantity)).lines
        return [(one.code, str(one.quantity), str(one.unit_price), str(one.flat)) for one in found]

    assert lines(Volume(GOLDEN_2), 210) == [("volume", "210", "0.5", "50")]
    assert lines(Stairstep(GOLDEN_6), 6) == [("band", "0", "0", "150")]
    assert lines(Stairstep(GOLDEN_6), 14) == [("volume", "14", "10", "0")]
    overage = Stairstep(make_tiers((5, 0, 100)), Decimal(3))
    assert lines(overage, 7) == [("band", "0", "0", "100"), ("overage", "2", "3", "0")]
    assert lines(overage, 5) == [("band", "0", "0", "100")]
    assert lines(Package(Decimal(10), Decimal(100)), 121) == [("package", "13", "100", "0")]
    assert lines(PerUnit(Decimal(7)), 0) == []
    percent = GraduatedPercentage(GOLDEN_5).rate(Decimal(11)).lines
    assert [str(line.unit_price) for line in percent] == ["0.01", "0.02"]


def test_lines_are_rounded_so_that_they_add_up():
    thirds = make_tiers((1, "0.333"), (2, "0.333"), (3, "0.333"))
    rating = check_rating(Graduated(thirds).rate(Decimal(3)))
    assert [str(line.amount) for line in rating.lines] == ["0.33", "0.34", "0.33"]
    assert str(rating.amount) == "1.00"
    assert rating.exact == Fraction(999, 1000)
    assert rating.steps[-1].code == "rounded"
    assert str(Graduated(thirds).rate(Decimal(3), Decimal(1)).amount) == "1"
    assert str(Graduated(thirds).rate(Decimal("1.5"), Decimal("0.001")).amount) == "0.500"


@pytest.mark.parametrize(
    ("quantities", "amounts"),
    [
        # Running sums of half a cent on both sides of zero: ties go one way.
        ((-1, 2), ("0.00", "0.01")),
        ((1, -2), ("0.00", "-0.01")),
        ((-1, 4, -2), ("0.00", "0.02", "-0.01")),
        ((1, -2, 1), ("0.01", "-0.01", "0.00")),
        ((1, 2, 2), ("0.01", "0.01", "0.01")),
        ((-1, -2, -2), ("-0.01", "-0.01", "-0.01")),
    ],
)
def test_no_line_is_a_whole_cent_off_its_exact_amount(quantities, amounts):
    model = Matrix({}, Decimal("0.005"))
    rating = check_rating(model.rate(dict(zip("abc", map(Decimal, quantities), strict=False))))
    assert tuple(str(line.amount) for line in rating.lines) == amounts


def test_one_model_rates_in_several_currencies():
    model = Graduated(make_tiers((1, "0.49"), (None, "0.49")))
    amounts = [str(model.rate(Decimal(2), dec(unit)).amount) for unit in ("1", "0.01", "1")]
    assert amounts == ["1", "0.98", "1"]
    for unit, parts in (("1", ["0", "1"]), ("0.01", ["0.49", "0.49"]), ("1", ["0", "1"])):
        rating = model.rate(Decimal(2), dec(unit))
        assert [str(line.amount) for line in rating.lines] == parts


def test_matrix():
    model = Matrix({"fr": Decimal("0.10"), "de": Decimal("0.20")}, Decimal(1))
    usage = {"us": Decimal(2), "de": Decimal(3), "": Decimal(1), "fr": Decimal("0.55")}
    rating = check_rating(model.rate(usage))
    assert [(line.key, str(line.amount)) for line in rating.lines] == [
        ("fr", "0.06"),
        ("de", "0.60"),
        ("", "1.00"),
        ("us", "2.00"),
    ]
    assert (str(rating.quantity), str(rating.amount)) == ("6.55", "3.66")
    assert str(model.rate({}).amount) == "0.00"
    assert str(Matrix({}, Decimal(2)).rate({"x": Decimal(3)}).amount) == "6.00"
    # What was taken back entirely owes nothing, whatever it would have cost.
    assert (
        str(Matrix({"fr": Decimal(2)}).rate({"fr": Decimal(1), "x": Decimal(0)}).amount) == "2.00"
    )
    with pytest.raises(EngineError) as refusal:
        Matrix({"fr": Decimal(0)}).rate(usage)
    assert refusal.value.code == "no_price_for_value"
    assert refusal.value.values == {"value": ""}


def test_tiers_may_say_where_they_start():
    for starts in ((0, 10, 20), (0, 11, 21), (1, 11, 21), (None, 11, None)):
        rows = [(up_to, start) for up_to, start in zip((10, 20, None), starts, strict=True)]
        listed = tuple(Tier(dec(up_to), Decimal(1), start=dec(start)) for up_to, start in rows)
        assert rated(Graduated(listed), "10.5") == "10.50"


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ((), "no_tiers"),
        (((10, 1), (10, 1)), "tiers_not_ascending"),
        (((10, 1), (5, 1), (None, 1)), "tiers_not_ascending"),
        (((None, 1), (5, 1)), "open_tier_not_last"),
        (((None, 1), (None, 1)), "open_tier_not_last"),
        (((0, 1),), "tier_bound_not_positive"),
        (((-5, 1),), "tier_bound_not_positive"),
        (((10, -1),), "negative_price"),
        (((10, 1, -1),), "negative_price"),
        (((10, 1, 0, 0),), "not_positive"),
        (((10, 1), (20, 1, 0, None, 12)), "tier_gap"),
        (((10, 1), (20, 1, 0, None, "10.5")), "tier_gap"),
        ((("10.5", 1), (20, 1, 0, None, "11.5")), "tier_gap"),
        (((10, 1), (20, 1, 0, None, 9)), "tier_overlap"),
        (((10, 1, 0, None, -1),), "tier_overlap"),
        (((10, 1, 0, None, 2),), "tier_gap"),
        ((("NaN", 1),), "not_a_number"),
        (((10, "Infinity"),), "not_a_number"),
    ],
)
@pytest.mark.parametrize("kind", [Graduated, Volume, Stairstep, GraduatedPercentage])
def test_bad_tiers_are_refused(kind, rows, code):
    with pytest.raises(EngineError) as refusal:
        kind(make_tiers(*rows))
    assert refusal.value.code == code
    assert str(refusal.value)


@pytest.mark.parametrize("kind", [Graduated, Volume, Stairstep, GraduatedPercentage])
def test_a_quantity_beyond_a_closed_last_tier_is_refused(kind):
    model = kind(make_tiers((10, 1), (20, 1)))
    model.rate(Decimal(20))
    with pytest.raises(EngineError) as refusal:
        model.rate(Decimal("20.001"))
    assert refusal.value.code == "beyond_last_tier"
    assert refusal.value.values == {"quantity": Decimal("20.001"), "up_to": Decimal(20)}


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: Package(Decimal(0), Decimal(1)), "not_positive"),
        (lambda: Package(Decimal(1), Decimal(-1)), "negative_price"),
        (lambda: Package(Decimal(1), Decimal(1), Decimal(-1)), "negative_units"),
        (lambda: Stairstep(GOLDEN_6, Decimal(1)), "overage_needs_bound"),
        (lambda: Stairstep(make_tiers((5, 1)), Decimal(-1)), "negative_price"),
        (lambda: Matrix({}), "no_prices"),
        (lambda: Matrix({"a": Decimal(-1)}), "negative_price"),
        (lambda: Matrix({}, Decimal(-1)), "negative_price"),
        (lambda: PerUnit(Decimal("NaN")), "not_a_number"),
        (lambda: PerUnit(Decimal(1)).rate(Decimal("-Infinity")), "not_a_number"),
        (lambda: Graduated(GOLDEN_1).rate(Decimal("sNaN")), "not_a_number"),
        (lambda: PerUnit(Decimal(1)).rate(Decimal("1E+31")), "number_too_long"),
        (lambda: PerUnit(Decimal(1)).rate(Decimal("1E-31")), "number_too_long"),
        (lambda: PerUnit(Decimal(1)).rate(Decimal("1." + "1" * 60)), "number_too_long"),
    ],
)
def test_refusals(call, code):
    with pytest.raises(EngineError) as refusal:
        call()
    assert refusal.value.code == code
    assert str(refusal.value)


def test_floats_are_refused_and_whole_numbers_are_not():
    for call in (
        lambda: PerUnit(0.1),
        lambda: PerUnit(Decimal(1)).rate(1.0),
        lambda: Graduated(GOLDEN_1).rate(True),
        lambda: Tier(1.5, Decimal(1)),
        lambda: Matrix({"a": 1.5}),
        lambda: Package(10.0, Decimal(1)),
    ):
        with pytest.raises(TypeError):
            call()
    assert str(Graduated(GOLDEN_1).rate(21).amount) == "163.00"


def test_long_numbers_are_rated_exactly():
    quantity = Decimal("123456789012345678901234567890.123456789012345678901234567891")
    price = Decimal("0.000000000000000000000000000001")
    model = Graduated((Tier(None, price),))
    assert model.rate(quantity).exact == Fraction(quantity) * Fraction(price)
    # A line's amount is not cut to the 28 digits of Python's default either.
    rating = check_rating(
        Graduated((Tier(Decimal(1), price), Tier(None, Decimal(7)))).rate(quantity)
    )
    assert str(rating.amount) == "864197523086419752308641975223.86"


models = st.one_of(
    tiers().map(Graduated),
    tiers().map(lambda some: Graduated(some, zero_usage_owes_flat=False)),
    tiers().map(Volume),
    tiers().map(Stairstep),
    tiers().map(GraduatedPercentage),
    prices.map(PerUnit),
    st.builds(Package, st.decimals(Decimal("0.1"), 50, places=1), prices, quantities),
)


@given(models, signed, roundings)
def test_lines_make_the_amount(model, quantity, rounding):
    rating = check_rating(model.rate(quantity, rounding), rounding)
    assert rating.quantity == quantity
    assert from_data(to_data(rating)).lines == rating.lines
    assert from_data(to_data(rating)).unrounded == rating.unrounded
    assert steps_data(rating) == [
        (step.code, {name: as_text(value) for name, value in step.values.items()})
        for step in rating.steps
    ]


def as_text(value):
    return value if value is None or isinstance(value, str) else str(value)


def plain_graduated(some, quantity, zero_owes):
    """The definition, unit range by unit range, without any preparation."""
    total, lower = Fraction(0), Fraction(0)
    for number, tier in enumerate(some):
        upper = quantity if tier.up_to is None else min(quantity, tier.up_to)
        units = Fraction(upper) - lower
        if number and units <= 0:
            break
        if tier.package is not None:
            units = -(-units // Fraction(tier.package))
        total += units * Fraction(tier.unit_price)
        if number or quantity > 0 or zero_owes:
            total += Fraction(tier.flat)
        lower = Fraction(upper)
    return total


@given(tiers(), signed, st.booleans())
def test_graduated_follows_its_definition(some, quantity, zero_owes):
    rating = Graduated(some, zero_owes).rate(quantity)
    assert rating.exact == plain_graduated(some, quantity, zero_owes)


@given(tiers(), st.data())
def test_a_bound_belongs_to_the_tier_below_it(some, data):
    bounds = [tier.up_to for tier in some if tier.up_to is not None]
    if not bounds:
        return
    index = data.draw(st.integers(0, len(bounds) - 1))
    line = Volume(some).rate(bounds[index]).lines
    assert all(one.tier_to == bounds[index] for one in line)
    assert len(Graduated(some).rate(bounds[index]).lines) <= index + 1
    assert len(Graduated(some).rate(bounds[index] + Decimal("0.001")).lines) >= index + 1


@given(tiers(packages=False), quantities, st.decimals(0, 1, places=3))
def test_graduated_is_continuous_but_for_its_flat_fees(some, quantity, step):
    """A little more usage costs no more than its units at the dearest price, plus flat fees."""
    model = Graduated(some)
    more = model.rate(quantity + step).exact - model.rate(quantity).exact
    flats = sum(Fraction(tier.flat) for tier in some)
    dearest = max(Fraction(tier.unit_price) for tier in some)
    assert 0 <= more <= Fraction(step) * dearest + flats


rising = st.one_of(
    st.builds(Graduated, tiers(), st.booleans()),
    tiers().map(GraduatedPercentage),
    prices.map(PerUnit),
    st.builds(Package, st.decimals(Decimal("0.1"), 50, places=1), prices, quantities),
)


@given(rising, signed, signed)
def test_more_usage_never_costs_less(model, one, two):
    low, high = sorted([one, two])
    assert model.rate(low).exact <= model.rate(high).exact
    assert model.rate(low).amount <= model.rate(high).amount


@given(tiers(packages=False), quantities)
def test_volume_is_quantity_times_the_price_of_its_tier(some, quantity):
    tier = next(one for one in some if one.up_to is None or quantity <= one.up_to)
    expected = Fraction(quantity) * Fraction(tier.unit_price) + Fraction(tier.flat)
    assert Volume(some).rate(quantity).exact == expected
    alike = Graduated((tier if tier.up_to is None else Tier(None, tier.unit_price, tier.flat),))
    assert alike.rate(quantity).exact == expected


@given(st.decimals(Decimal("0.1"), 50, places=1), prices, quantities, quantities)
def test_packages_are_enough_and_not_one_too_many(size, price, free, quantity):
    (note,) = (rating := Package(size, price, free).rate(quantity)).notes
    count = sum(line.quantity for line in rating.lines)
    assert note.values["units"] == max(0, quantity - free)
    assert (count - 1) * size < note.values["units"] or not count
    assert count * size >= note.values["units"]


@given(st.dictionaries(st.sampled_from("abcd"), prices), prices, st.data())
def test_matrix_adds_its_values_up(by_value, default, data):
    usage = data.draw(st.dictionaries(st.sampled_from("abcdef"), signed))
    rating = check_rating(Matrix(by_value, default).rate(usage))
    assert rating.exact == sum(
        Fraction(units) * Fraction(by_value.get(value, default)) for value, units in usage.items()
    )
    assert rating.quantity == sum(usage.values())
