"""An event counts once: recorded by two processes at once, or by one that is killed half-way.

Real processes on real databases, copied from the template that ``make test`` names.
"""

import os
from pathlib import Path

import pytest

from .processes import copied, work

WORKER = Path(__file__).with_name("usage_worker.py")


@pytest.fixture(scope="module")
def seeded():
    """A database with items and a metric."""
    with copied(os.environ["CN285_TEST_TEMPLATE"]) as name:
        work(WORKER, name, "seed")
        yield name


@pytest.fixture(scope="module")
def undisturbed(seeded):
    """What one process records that nobody disturbs."""
    with copied(seeded) as name:
        report = work(WORKER, name, "once")
    assert report["codes"] == [0]
    assert report["events"] == 30_000
    return report


def assert_same(report, undisturbed):
    for name in ("events", "different", "keys", "logged", "quantity", "content"):
        assert report[name] == undisturbed[name], name


def test_undisturbed(undisturbed):
    assert undisturbed["events"] == undisturbed["different"] == undisturbed["keys"]
    assert undisturbed["events"] == undisturbed["logged"]


@pytest.mark.parametrize("command", ["twice", "twice_whole"])
def test_two_processes_at_once(seeded, undisturbed, command):
    with copied(seeded) as name:
        report = work(WORKER, name, command)
    assert report["codes"] == [0, 0]
    assert_same(report, undisturbed)


def test_killed_half_way_and_repeated(seeded, undisturbed):
    with copied(seeded) as name:
        report = work(WORKER, name, "kill")
    assert report["killed"] >= 3, "the kills must hit the ingest"
    assert any(0 < count < 30_000 for count in report["counts"]), "one must hit it half-way"
    assert report["codes"] == [0]
    assert_same(report, undisturbed)
