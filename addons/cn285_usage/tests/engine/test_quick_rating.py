"""Ratings written without an object for each are those that are written one by one."""

from decimal import Decimal
from fractions import Fraction

import pytest
from cn285_house.cn285_usage.engine.allowance import Allowance, Rollover
from cn285_house.cn285_usage.engine.charge_models import (
    Graduated,
    Package,
    PerUnit,
    Stairstep,
    Volume,
)
from cn285_house.cn285_usage.engine.errors import UsageError
from cn285_house.cn285_usage.engine.exact import ZERO
from cn285_house.cn285_usage.engine.quick_rating import QuickRater
from cn285_house.cn285_usage.engine.rating_text import RatingTexts
from cn285_house.cn285_usage.engine.tariff import Tariff, Usage
from cn285_house.cn285_usage.engine.tiers import Tier
from hypothesis import given
from hypothesis import strategies as st
from usage_strategies import money, prices, roundings, signed, tiers

SHARES = st.sampled_from([1, Fraction(1, 2), Fraction(17, 31)])
LONG = st.decimals(-(10**12), 10**12, places=12).map(lambda one: one.normalize() + 0)


def one_by_one(tariff, quantity, share, rounding):
    rating, carried_out = tariff.rate(Usage(quantity), share, rounding, ZERO)
    rating = tariff.bound(rating, share, rounding, ZERO)
    texts = RatingTexts()
    steps = texts.steps([rating], "usage_")
    return tuple(
        map(
            str,
            (
                rating.quantity,
                rating.amount,
                texts.data(rating),
                steps[1:-1] if steps else "",
                carried_out,
            ),
        )
    )


def check(tariffs, quantities, share, rounding):
    """Character by character, each twice, by one writer for all."""
    rater = QuickRater()
    for tariff in (*tariffs, *tariffs):
        for quantity in quantities:
            expected = one_by_one(tariff, quantity, share, rounding)
            assert tuple(map(str, rater.rate(tariff, quantity, share, rounding))) == expected


@given(tiers(), st.lists(signed | LONG, min_size=1, max_size=6), SHARES, roundings, st.booleans())
def test_tiers(steps, quantities, share, rounding, owes):
    models = [Graduated(steps, owes), Volume(steps, owes), Stairstep(steps, None, owes)]
    bounds = [Decimal(0), *(tier.up_to for tier in steps if tier.up_to)]
    check([Tariff(model) for model in models], [*quantities, *bounds], share, rounding)


@given(prices, prices, st.lists(signed | LONG, max_size=6), SHARES, roundings, money)
def test_units_packages_allowances_and_bounds(price, other, quantities, share, rounding, amount):
    allowance = Allowance(Decimal(10), Rollover.no)
    check(
        [
            Tariff(PerUnit(price)),
            Tariff(PerUnit(-other)),
            Tariff(Package(Decimal(7), price)),
            Tariff(PerUnit(price), allowance=allowance),
            Tariff(PerUnit(price), minimum=amount),
            Tariff(Graduated((Tier(None, price),)), maximum=amount),
        ],
        [Decimal(0), Decimal("0.000"), Decimal(-0), *quantities],
        share,
        rounding,
    )


def test_what_cannot_be_rated_is_refused():
    closed = Tariff(Graduated((Tier(Decimal(10), Decimal(1)),)))
    units = Tariff(PerUnit(Decimal(1)))
    refused = {
        "beyond_last_tier": (closed, Decimal(11)),
        "number_too_long": (units, Decimal(10) ** 40),
        "not_a_number": (units, Decimal("NaN")),
    }
    for code, case in refused.items():
        with pytest.raises(UsageError) as error:
            QuickRater().rate(*case, 1, Decimal("0.01"))
        assert error.value.code == code
