"""What a customer may come to owe, against what is granted."""

from decimal import Decimal

import pytest
from cn285_payment_house.cn285_payment.engine.exposure import Answer, Exposure, answer
from hypothesis import given
from hypothesis import strategies as st

D = Decimal


def test_above_the_limit_what_is_posted_is_collected():
    """Limit 200.00, open 150.00, rated usage 60.00: 150.00 is collected, 60.00 is left."""
    exposure = Exposure(open=D(150), usage=D(60))
    assert exposure.above(D(200)) == D(10)
    assert answer(exposure, D(200), D(150)) is Answer.collect
    after = exposure.after(D(150))
    assert after.total == D(60)
    assert answer(after, D(200), D(0)) is Answer.grant


@pytest.mark.parametrize(
    ("exposure", "limit", "collectable", "expected"),
    [
        (Exposure(D(200)), D(200), D(0), Answer.grant),
        (Exposure(D("200.01")), D(200), D(0), Answer.refuse),
        (Exposure(D("200.01")), None, D(0), Answer.grant),
        (Exposure(D(150), D(30), D(30), D(10)), D(200), D(0), Answer.grant),
        (Exposure(D(150), D(30), D(30), D("9.99")), D(200), D(0), Answer.refuse),
        (Exposure(D("0.01")), D(0), D(0), Answer.refuse),
        (Exposure(D(-50), usage=D(50)), D(0), D(0), Answer.grant),
    ],
)
def test_answers(exposure, limit, collectable, expected):
    assert answer(exposure, limit, collectable) is expected


def test_more_counts_too():
    assert Exposure(D(150)).above(D(200), D(50)) == 0
    assert Exposure(D(150)).above(D(200), D("50.01")) == D("0.01")


money = st.decimals(D(-1000), D(10**5), places=2)


@given(money, money, money, money, money, money)
def test_never_refused_before_it_was_tried(opened, due, usage, wallet, limit, collectable):
    exposure = Exposure(opened, due, usage, wallet)
    found = answer(exposure, limit, collectable)
    assert (found is Answer.grant) is (exposure.total <= limit)
    assert (found is Answer.refuse) is (exposure.total > limit and collectable <= 0)
