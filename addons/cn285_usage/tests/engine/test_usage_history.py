"""Terms that change within a period: parts add up to the whole, and each is rated by its own."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from cn285_house.cn285_contract.engine.pricing import DiscountWindow
from cn285_house.cn285_usage.engine.allowance import Allowance, Rollover
from cn285_house.cn285_usage.engine.bounds import apply_bounds
from cn285_house.cn285_usage.engine.charge_models import (
    Graduated,
    GraduatedPercentage,
    Matrix,
    Package,
    PerUnit,
    Stairstep,
    Volume,
)
from cn285_house.cn285_usage.engine.discount import Discounts, discount_rating
from cn285_house.cn285_usage.engine.history import (
    Method,
    Part,
    bound_parts,
    rate_beyond_parts,
    rate_parts,
    spread_evenly,
)
from cn285_house.cn285_usage.engine.percentage import Percentage
from cn285_house.cn285_usage.engine.sharing import rate_together, rate_together_parts
from cn285_house.cn285_usage.engine.tariff import Feed, Tariff, Usage
from hypothesis import given
from hypothesis import strategies as st
from usage_strategies import check_rating, dec, make_tiers, money, prices, quantities, signed, tiers

APRIL = date(2026, 4, 1)
ANY = st.data()


def day(number):
    return APRIL + timedelta(days=number - 1)


def parts(*rows):
    """Parts of April, each ``(first day, tariff, units used in it)``; terms are the tariffs."""
    starts = [day(first) for first, _tariff, _units in rows]
    ends = [*starts[1:], day(31)]
    running, result = Decimal(0), []
    for start, end, (_first, tariff, units) in zip(starts, ends, rows, strict=True):
        running += dec(units)
        result.append(Part(start, end, tariff, tariff, Usage.of(running)))
    return result


def per_unit(price, **more):
    return Tariff(PerUnit(dec(price)), **more)


def amounts(parted):
    return [
        (line.code, str(line.since or "")[5:], str(line.amount)) for line in parted.rating.lines
    ]


def with_days(split, parted):
    pairs = zip(split, parted.exacts, strict=True)
    return [((part.start, part.end), exact) for part, exact in pairs]


# === WORKED FIGURES === #


def test_a_new_price_holds_for_the_usage_of_its_days():
    parted = rate_parts(parts((1, per_unit("2"), "60"), (16, per_unit("3"), "40")))
    assert amounts(parted) == [("unit", "", "120.00"), ("unit", "04-16", "120.00")]
    assert [str(exact) for exact in parted.exacts] == ["120", "120"]


def test_tiers_go_on_where_the_part_before_ended():
    first = Tariff(Graduated(make_tiers((100, 2), (None, 1))))
    second = Tariff(Graduated(make_tiers((100, 3), (None, "1.5"))))
    parted = rate_parts(parts((1, first, 80), (16, second, 70)))
    # 80 x 2; then 20 x 3 to the bound, 50 x 1.50 beyond it.
    assert str(parted.rating.amount) == "295.00"
    assert amounts(parted) == [
        ("tier", "", "160.00"),
        ("tier", "04-16", "60.00"),
        ("tier", "04-16", "75.00"),
    ]


def test_each_part_by_itself_begins_anew():
    first = Tariff(Graduated(make_tiers((100, 2), (None, 1))), allowance=Allowance(Decimal(60)))
    second = Tariff(Graduated(make_tiers((100, 3), (None, 1))), allowance=Allowance(Decimal(90)))
    parted = rate_parts(parts((1, first, 80), (16, second, 70)), method=Method.windows)
    # 80 - 30 at 2; 70 - 45 at 3.
    assert str(parted.rating.amount) == "175.00"
    assert parted.rating.quantity == 150


@pytest.mark.parametrize(
    ("used", "billed"),
    # 100 for 15 days, 300 for 15 days: 200 are included.
    [((150, 30), "0.00"), ((150, 100), "150.00"), ((250, 0), "100.00"), ((250, 10), "130.00")],
)
def test_included_units_go_by_their_days_and_are_used_in_order(used, billed):
    first = per_unit("2", allowance=Allowance(Decimal(100)))
    second = per_unit("3", allowance=Allowance(Decimal(300)))
    parted = rate_parts(parts((1, first, used[0]), (16, second, used[1])))
    assert str(parted.rating.amount) == billed
    note = parted.rating.notes[0]
    assert (note.code, note.values["granted"]) == ("allowance", 200)


def test_volume_is_in_the_tier_of_the_whole_period():
    first = Tariff(Volume(make_tiers((100, 2, 30), (None, 1, 30))))
    second = Tariff(Volume(make_tiers((100, 3, 60), (None, "1.5", 60))))
    parted = rate_parts(parts((1, first, 100), (16, second, 100)))
    # 100 x 1 + 15.00, and 100 x 1.50 + 30.00.
    assert str(parted.rating.amount) == "295.00"


def test_a_band_is_owed_by_share_of_the_days():
    first = Tariff(Stairstep(make_tiers((10, 0, 100), (20, 0, 200)), overage=dec(5)))
    second = Tariff(Stairstep(make_tiers((10, 0, 130), (20, 0, 260)), overage=dec(7)))
    assert str(rate_parts(parts((1, first, 4), (11, second, 3))).rating.amount) == "120.00"
    # A third of 200, two of 260, and 2 x 5 + 3 x 7 beyond.
    found = rate_parts(parts((1, first, 22), (11, second, 3))).rating
    assert str(found.amount) == "271.00"


def test_what_is_spread_evenly_counts_by_days():
    days = [(day(1), day(11)), (day(11), day(31))]
    usage = spread_evenly(Usage(dec(10), {"a": dec(10)}, (dec(1), dec(2), dec(3))), days)
    assert [str(one.quantity) for one in usage] == ["3.333333", "10"]
    assert [len(one.amounts) for one in usage] == [1, 3]


def test_bounds_count_by_days():
    first, second = per_unit("1", minimum=dec(30)), per_unit("1", minimum=dec(90))
    split = parts((1, first, 5), (16, second, 5))
    parted = rate_parts(split)
    assert str(bound_parts(parted.rating, split, parted.exacts).amount) == "60.00"


def test_a_bound_of_some_days_is_compared_with_these():
    first, second = per_unit("1"), per_unit("1", maximum=dec(90))
    split = parts((1, first, 100), (16, second, 100))
    parted = rate_parts(split)
    # The second half has at most 45.00.
    assert str(bound_parts(parted.rating, split, parted.exacts).amount) == "145.00"


def test_a_discount_is_off_the_usage_of_its_days():
    split = parts((1, per_unit("1"), 60), (16, per_unit("1"), 40))
    parted = rate_parts(split)
    pairs = [
        ((part.start, part.end), exact) for part, exact in zip(split, parted.exacts, strict=True)
    ]
    discounts = Discounts(((None, Decimal(0)), (day(16), Decimal(50))))
    found = discount_rating(parted.rating, discounts=discounts, days=(day(1), day(31)), parts=pairs)
    assert str(check_rating(found).amount) == "80.00"
    # Without its days: half of the days at half the price.
    whole = discount_rating(parted.rating, discounts=discounts, days=(day(1), day(31)))
    assert str(whole.amount) == "75.00"


def test_days_on_which_a_discount_changes():
    windows = (DiscountWindow(day(5), day(10), percent=Decimal(10)),)
    discounts = Discounts(
        ((None, Decimal(5)), (day(20), Decimal(5)), (day(25), Decimal(0))), windows
    )
    assert discounts.changes_within((day(1), day(31))) == [day(5), day(10), day(25)]
    assert discounts.changes_within((day(10), day(25))) == []
    assert not Discounts().changes_within((day(1), day(31)))


# === PARTS ADD UP TO THE WHOLE === #


@st.composite
def models(draw):
    kind = draw(st.sampled_from(["unit", "graduated", "volume", "stair", "package", "percent"]))
    if kind == "unit":
        return PerUnit(draw(prices))
    if kind == "graduated":
        return Graduated(draw(tiers()), draw(st.booleans()))
    if kind == "volume":
        return Volume(draw(tiers()), draw(st.booleans()))
    if kind == "stair":
        return Stairstep(draw(tiers()), None, draw(st.booleans()))
    if kind == "percent":
        return GraduatedPercentage(draw(tiers(packages=False)))
    return Package(
        Decimal(draw(st.integers(1, 50))), draw(prices), Decimal(draw(st.integers(0, 9)))
    )


@st.composite
def cut_days(draw):
    return [1, *sorted(draw(st.sets(st.integers(2, 30), max_size=4)))]


@given(models(), cut_days(), st.none() | st.integers(0, 300), ANY)
def test_parts_of_the_same_terms_make_the_whole(model, cuts, units, data):
    allowance = None if units is None else Allowance(Decimal(units), Rollover.once)
    tariff = Tariff(model, allowance=allowance)
    split = parts(*((cut, tariff, data.draw(signed)) for cut in cuts))
    share = data.draw(st.sampled_from([Fraction(1), Fraction(1, 3)]))
    carried = Decimal(data.draw(st.integers(0, 5)))
    whole, left = tariff.rate(split[-1].running, share, carried=carried)
    parted = rate_parts(split, share=share, carried=carried)
    check_rating(parted.rating)
    assert (parted.rating.quantity, parted.rating.exact, parted.rating.amount) == (
        whole.quantity,
        whole.exact,
        whole.amount,
    )
    assert sum(map(Fraction, parted.exacts)) == whole.exact
    assert parted.carried_out == left or not allowance


@given(models(), cut_days(), money, money, ANY)
def test_bounds_of_the_same_terms_are_those_of_the_whole(model, cuts, least, more, data):
    tariff = Tariff(model, minimum=least, maximum=least + more)
    split = parts(*((cut, tariff, data.draw(signed)) for cut in cuts))
    parted = rate_parts(split)
    expected = apply_bounds(parted.rating, minimum=least, maximum=least + more)
    assert bound_parts(parted.rating, split, parted.exacts).amount == expected.amount


@given(cut_days(), ANY)
def test_percentages_of_events_add_up(cuts, data):
    model = Percentage(dec("1.3"), dec("0.2"), dec(1), dec(9), 3, dec(50))
    tariff = Tariff(model, Feed.events)
    events = data.draw(st.lists(st.decimals(1, 900, places=2), max_size=12))
    bounds = sorted(data.draw(st.integers(0, len(events))) for _cut in cuts[1:])
    starts, ends = [day(cut) for cut in cuts], [*(day(cut) for cut in cuts[1:]), day(31)]
    split = [
        Part(start, end, tariff, tariff, Usage(sum(events[:until], Decimal(0)), {}, events[:until]))
        for start, end, until in zip(starts, ends, [*bounds, len(events)], strict=True)
    ]
    whole, _left = tariff.rate(split[-1].running)
    parted = rate_parts(split)
    assert (parted.rating.exact, parted.rating.amount) == (whole.exact, whole.amount)
    assert parted.rating.quantity == whole.quantity


@given(cut_days(), ANY)
def test_prices_by_value_add_up(cuts, data):
    tariff = Tariff(Matrix({"a": dec("0.013"), "b": dec("2")}, dec("0.7")), Feed.values)
    values, split = {}, []
    starts, ends = [day(cut) for cut in cuts], [*(day(cut) for cut in cuts[1:]), day(31)]
    for start, end in zip(starts, ends, strict=True):
        for value in data.draw(st.sets(st.sampled_from("abc"))):
            values[value] = values.get(value, Decimal(0)) + data.draw(signed)
        running = Usage(sum(values.values(), Decimal(0)), dict(values))
        split.append(Part(start, end, tariff, tariff, running))
    whole, _left = tariff.rate(split[-1].running)
    parted = rate_parts(split)
    assert (parted.rating.exact, parted.rating.amount) == (whole.exact, whole.amount)
    assert parted.rating.quantity == whole.quantity


@given(models(), cut_days(), st.integers(0, 300), ANY)
def test_what_lies_beyond_included_units_adds_up(model, cuts, included, data):
    tariff = Tariff(model)
    split = parts(*((cut, tariff, data.draw(signed)) for cut in cuts))
    used = split[-1].running.quantity
    consumed = min(Decimal(included), max(used, Decimal(0)))
    parted = rate_beyond_parts(split, consumed)
    assert parted.rating.exact == model.rate(used - consumed).exact
    assert parted.rating.quantity == used


@given(models(), cut_days(), st.integers(0, 100), ANY)
def test_one_percentage_on_all_parts_is_that_on_the_whole(model, cuts, percent, data):
    tariff = Tariff(model)
    split = parts(*((cut, tariff, data.draw(signed)) for cut in cuts))
    parted = rate_parts(split)
    pairs = [
        ((part.start, part.end), exact) for part, exact in zip(split, parted.exacts, strict=True)
    ]
    days = split[0].start, split[-1].end
    whole = discount_rating(parted.rating, percent=Decimal(percent), days=days)
    found = discount_rating(parted.rating, percent=Decimal(percent), days=days, parts=pairs)
    assert found.amount == whole.amount


@given(models(), cut_days(), st.integers(0, 300), ANY)
def test_what_several_use_together_adds_up(model, cuts, units, data):
    tariff = Tariff(model, allowance=Allowance(Decimal(units)), maximum=Decimal(500))
    split = {
        key: parts(*((cut, tariff, data.draw(quantities)) for cut in cuts)) for key in ("a", "b")
    }
    used = {key: own[-1].running.quantity for key, own in split.items()}
    whole = rate_together(tariff, used)
    found = rate_together_parts(split)
    assert sum(one.rating.amount for one in found.values()) == sum(
        rating.amount for rating, _left in whole.values()
    )
    assert {key: one.rating.quantity for key, one in found.items()} == used


@given(models(), cut_days(), ANY)
def test_each_part_by_itself_is_a_period_of_its_own(model, cuts, data):
    tariffs = [Tariff(model) for _cut in cuts]
    rows = [(cut, one, data.draw(signed)) for cut, one in zip(cuts, tariffs, strict=True)]
    split = [replace(part, terms=number) for number, part in enumerate(parts(*rows))]
    parted = rate_parts(split, method=Method.windows)
    check_rating(parted.rating)
    expected = sum(model.rate(units).exact for _cut, _tariff, units in rows)
    assert parted.rating.exact == expected
