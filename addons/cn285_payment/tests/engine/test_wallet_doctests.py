"""The examples in the engine's documentation are true."""

import doctest
import importlib

import pytest


@pytest.mark.parametrize("name", ["wallet", "topup", "passes", "netting"])
def test_examples(name):
    module = importlib.import_module(f"cn285_payment_house.cn285_payment.engine.{name}")
    results = doctest.testmod(module)
    assert results.attempted
    assert not results.failed
