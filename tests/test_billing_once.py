"""Invariant "once": the same invoices, run twice, in parallel, or killed half-way.

Real processes on real databases, copied from the template that ``make test`` names.
"""

import os
from pathlib import Path

import pytest

from .processes import copied, work

WORKER = Path(__file__).with_name("billing_worker.py")


@pytest.fixture(scope="module")
def seeded():
    """A database with contracts that are due."""
    with copied(os.environ["CN285_TEST_TEMPLATE"]) as name:
        work(WORKER, name, "seed")
        yield name


@pytest.fixture(scope="module")
def undisturbed(seeded):
    """What one process bills that nobody disturbs."""
    with copied(seeded) as name:
        report = work(WORKER, name, "once")
    assert report["codes"] == [0]
    assert len(report["invoices"]) > 100
    return report


def assert_same(report, undisturbed):
    assert report["invoices"] == undisturbed["invoices"]
    assert report["gapless"], "numbers follow each other without a hole"
    assert report["rows"] == report["lines"] == undisturbed["rows"]
    assert report["due"] == 0


def test_undisturbed(undisturbed):
    assert undisturbed["gapless"]
    assert undisturbed["rows"] == undisturbed["lines"]
    assert undisturbed["due"] == 0


def test_two_processes_at_once(seeded, undisturbed):
    with copied(seeded) as name:
        report = work(WORKER, name, "twice")
    assert report["codes"] == [0, 0]
    assert_same(report, undisturbed)


def test_two_processes_at_the_same_run(seeded, undisturbed):
    with copied(seeded) as name:
        report = work(WORKER, name, "same")
    assert report["codes"] == [0, 0]
    assert_same(report, undisturbed)


def test_killed_at_random_points_and_run_again(seeded, undisturbed):
    with copied(seeded) as name:
        report = work(WORKER, name, "kill")
    assert report["killed"] >= 3, "the kills must hit the billing"
    assert report["codes"] == [0]
    assert_same(report, undisturbed)
