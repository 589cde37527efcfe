"""What a customer is worth over his life."""

from decimal import Decimal

import pytest
from cn285_analytics_house.cn285_analytics.engine.worth import (
    discounted_value,
    lifetime_value,
    monthly_churn,
)


def test_lifetime_value():
    assert lifetime_value(100, Decimal("0.05")) == 2000
    assert lifetime_value(100, Decimal("0.05"), Decimal("0.8")) == 1600


def test_without_churn_nobody_knows():
    assert lifetime_value(100, 0) is None
    assert discounted_value(100, 0, 1, 36, Decimal("0.1")) is None


def test_discounted_value():
    found = discounted_value(100, Decimal("0.05"), Decimal("0.8"), 36, Decimal("0.1"))
    assert round(found, 2) == 1226.05


@pytest.mark.parametrize(("yearly", "expected"), [(0, 0), ("0.4596399", 0.05), (1, None)])
def test_monthly_equivalent(yearly, expected):
    found = monthly_churn(Decimal(yearly))
    assert found == expected if expected is None else round(found, 6) == expected
