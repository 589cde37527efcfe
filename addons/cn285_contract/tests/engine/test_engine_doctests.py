"""The examples in the engine's documentation are true."""

import doctest
import importlib

import pytest


@pytest.mark.parametrize("name", ["calendar", "limits", "money", "mrr", "product_rules"])
def test_examples(name):
    results = doctest.testmod(importlib.import_module(f"cn285_engine.{name}"))
    assert results.attempted
    assert not results.failed
