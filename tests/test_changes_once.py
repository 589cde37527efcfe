"""Invariant "once" of contract changes: none is lost, none is applied twice.

Real processes on real databases, copied from the template that ``make test`` names.
"""

import os
from pathlib import Path

import pytest

from .processes import copied, work

WORKER = Path(__file__).with_name("change_worker.py")


@pytest.fixture(scope="module")
def seeded():
    """A database with billed contracts of which two changes each are due."""
    with copied(os.environ["CN285_TEST_TEMPLATE"]) as name:
        work(WORKER, name, "seed")
        yield name


@pytest.fixture(scope="module")
def undisturbed(seeded):
    """What one process applies that nobody disturbs."""
    with copied(seeded) as name:
        report = work(WORKER, name, "once")
    assert report["codes"] == [0]
    assert set(report["states"]) == {"applied"}
    return report


def same(report, undisturbed):
    names = ("states", "items", "credits")
    assert report["days"], "no day is billed twice"
    return [report[name] for name in names] == [undisturbed[name] for name in names]


def test_two_changes_of_one_contract_at_once(seeded):
    """Neither is lost: the item has the one's quantity and the other's price."""
    with copied(seeded) as name:
        report = work(WORKER, name, "two")
    assert report["codes"] == [0, 0]
    assert report["states"].count("applied") == 2
    [changed] = [item for item in report["items"] if item[:2] != [1.0, 31.0]]
    assert changed[:2] == [3.0, 62.0]
    assert report["days"]


def test_two_processes_apply_what_is_due(seeded, undisturbed):
    with copied(seeded) as name:
        report = work(WORKER, name, "due")
    assert report["codes"] == [0, 0]
    assert same(report, undisturbed)


def test_killed_again_and_again(seeded, undisturbed):
    with copied(seeded) as name:
        report = work(WORKER, name, "kill")
    assert report["killed"] > 0
    assert same(report, undisturbed)
