"""The examples in the engine's documentation are true, and no float gets into it."""

import ast
import doctest
import importlib
from pathlib import Path

import pytest
from cn285_house.cn285_usage import engine

FILES = sorted(Path(engine.__path__[0]).glob("*.py"))


@pytest.mark.parametrize("name", ["aggregation", "event_binary", "exact"])
def test_examples(name):
    module = importlib.import_module(f"cn285_house.cn285_usage.engine.{name}")
    results = doctest.testmod(module)
    assert results.attempted
    assert not results.failed


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_float_is_written_or_made(path):
    """Rating never depends on binary fractions: no such literal, no such conversion."""
    for node in ast.walk(ast.parse(path.read_text())):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float | complex))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("float", "eval", "exec", "compile")
        if isinstance(node, ast.Import | ast.ImportFrom):
            assert "odoo" not in ast.unparse(node)
    assert len(FILES) > 10
