"""Ratings written directly say what the encoder of JSON would."""

import json
from datetime import date
from decimal import Decimal

from cn285_house.cn285_contract.engine.pricing import Step
from cn285_house.cn285_usage.engine.allowance import Allowance, Rollover, rate_beyond, use_allowance
from cn285_house.cn285_usage.engine.bounds import apply_bounds
from cn285_house.cn285_usage.engine.charge_models import Graduated, Matrix, Package, PerUnit, Volume
from cn285_house.cn285_usage.engine.rating import RatedLine, Rating, steps_data, to_data
from cn285_house.cn285_usage.engine.rating_text import RatingTexts
from hypothesis import given
from hypothesis import strategies as st
from usage_strategies import money, prices, roundings, signed, tiers


def check(*ratings):
    """All of them by one writer, as a batch has it, and once more."""
    texts = RatingTexts()
    for rating in (*ratings, *ratings):
        assert json.loads(texts.data(rating)) == to_data(rating)
        expected = [[f"usage_{code}", values] for code, values in steps_data(rating)]
        assert json.loads(texts.steps([rating], "usage_") or "[]") == expected
    all_steps = [list(step) for rating in ratings for step in steps_data(rating)]
    assert json.loads(texts.steps(ratings) or "[]") == all_steps


@given(tiers(), st.lists(signed, max_size=5), roundings)
def test_tiers(steps, quantities, rounding):
    model, volume = Graduated(steps), Volume(steps)
    check(*(one.rate(quantity, rounding) for quantity in quantities for one in (model, volume)))


@given(prices, signed, roundings, money)
def test_units_packages_allowances_and_bounds(price, quantity, rounding, amount):
    rating = PerUnit(price).rate(quantity, rounding)
    use = use_allowance(quantity, Allowance(Decimal(10), Rollover.once), Decimal("2.5"))
    check(
        rating,
        Package(Decimal(7), price).rate(quantity, rounding),
        rate_beyond(PerUnit(price), quantity, use, rounding),
        apply_bounds(rating, minimum=amount, maximum=None, share=1, rounding=rounding),
    )


def test_what_people_wrote_is_escaped():
    key = 'Zürich "süd"\\\n\t\x00\u2028😀'
    matrix = Matrix({key: Decimal("0.10")}, Decimal(1))
    line = RatedLine("macro", *(Decimal("1E+2"),) * 4, key=key, since=date(2026, 5, 1))
    notes = (
        Step("cascade_amount", {"key": key, "total": Decimal(5), "n": 3, "none": None}),
        Step("terms", {"since": date(2026, 5, 1).isoformat(), "true": True}),
    )
    check(
        matrix.rate({key: Decimal(3), "": Decimal(1)}),
        Rating(Decimal("1E+2"), Decimal("-0.005"), Decimal("-0.01"), (line,), notes),
        Rating(Decimal(0), Decimal(0), Decimal(0)),
    )
