"""Invariant "once" of revenue: the same entries, run again, in parallel, or killed half-way.

Real processes on real databases, copied from the template that ``make test`` names.
"""

import os
from pathlib import Path

import pytest

from .processes import copied, work

WORKER = Path(__file__).with_name("revrec_worker.py")


@pytest.fixture(scope="module")
def seeded():
    """A database with invoices whose revenue is to be recognised."""
    with copied(os.environ["CN285_TEST_TEMPLATE"]) as name:
        work(WORKER, name, "seed")
        yield name


@pytest.fixture(scope="module")
def undisturbed(seeded):
    """What one process recognises that nobody disturbs."""
    with copied(seeded) as name:
        report = work(WORKER, name, "once")
    assert report["codes"] == [0]
    assert len(report["items"]) > 100
    return report


def assert_same(report, undisturbed):
    for what in ("items", "lines", "positions", "schedules", "runs_done"):
        assert report[what] == undisturbed[what], what
    assert report["linked"], "each line knows its journal item"
    assert report["differences"] == [0, 0]


def test_undisturbed(undisturbed):
    assert undisturbed["linked"]
    assert undisturbed["runs_done"] == 2
    assert undisturbed["differences"] == [0, 0]


def test_run_again(seeded, undisturbed):
    with copied(seeded) as name:
        report = work(WORKER, name, "again")
    assert report["codes"] == [0, 0, 0]
    assert_same(report, undisturbed)


def test_two_processes_at_once(seeded, undisturbed):
    with copied(seeded) as name:
        report = work(WORKER, name, "twice")
    assert report["codes"] == [0, 0]
    assert_same(report, undisturbed)


def test_two_processes_at_the_same_run(seeded, undisturbed):
    with copied(seeded) as name:
        report = work(WORKER, name, "same")
    assert report["codes"] == [0, 0, 0]
    assert_same(report, undisturbed)


def test_killed_at_random_points_and_run_again(seeded, undisturbed):
    with copied(seeded) as name:
        report = work(WORKER, name, "kill")
    assert report["killed"] >= 3, "the kills must hit the recognition"
    assert report["codes"] == [0]
    assert_same(report, undisturbed)
