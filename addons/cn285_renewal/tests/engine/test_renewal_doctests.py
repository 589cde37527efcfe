"""The examples in the engine's documentation are true."""

import doctest
import importlib

import pytest


@pytest.mark.parametrize(
    "name",
    ["holidays", "interest", "letter_text", "notice", "refund", "revision", "term", "withdrawal"],
)
def test_examples(name):
    module = importlib.import_module(f"cn285_renewal_house.cn285_renewal.engine.{name}")
    results = doctest.testmod(module)
    assert results.attempted
    assert not results.failed
