"""The examples in the documentation of the engines of debt are true."""

import doctest
import importlib

import pytest


@pytest.mark.parametrize("name", ["dunning", "exposure", "penalties"])
def test_examples(name):
    module = importlib.import_module(f"cn285_payment_house.cn285_payment.engine.{name}")
    results = doctest.testmod(module)
    assert results.attempted
    assert not results.failed
