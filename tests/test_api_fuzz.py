"""The API held against its own specification by schemathesis: no 500, no status undocumented.

Over HTTP, by all phases: examples, coverage, fuzzing, and stateful, which follows OpenAPI's links.
A few cases an operation; ``CN285_API_CASES=500 make test ARGS="-n 0 -k fuzz"`` for a night of them,
a chapter after the other, and then all chapters by their links.
"""

import json
import os
from pathlib import Path

import pytest

from .processes import copied, work

WORKER = Path(__file__).with_name("api_fuzz_worker.py")
SPECIFICATION = Path(__file__).parents[1] / "addons" / "cn285_api" / "static" / "openapi.json"
CASES = os.environ.get("CN285_API_CASES", "2")
MANY = int(CASES) > 10


def _chapters():
    """``(chapter, phases)`` of each run."""
    if not MANY:
        return [("", "examples,fuzzing,stateful")]
    spec = json.loads(SPECIFICATION.read_text())
    tags = {
        tag
        for methods in spec["paths"].values()
        for about in methods.values()
        for tag in about["tags"]
    }
    return [*((tag, "examples,coverage,fuzzing") for tag in sorted(tags)), ("", "stateful")]


@pytest.mark.parametrize(("chapter", "phases"), _chapters())
def test_fuzz(chapter, phases):
    told = {"CN285_API_CASES": CASES, "CN285_API_CHAPTER": chapter, "CN285_API_PHASES": phases}
    with copied(os.environ["CN285_TEST_TEMPLATE"]) as name:
        report = work(WORKER, name, "fuzz", env={**os.environ, **told})
    assert report["code"] == 0, report["out"]
