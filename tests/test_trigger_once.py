"""What usage triggers is billed once: by the job, the scheduled action and a run at the same time.

Real processes on real databases, copied from the template that ``make test`` names.
"""

import os
from pathlib import Path

import pytest

from .processes import copied, work

WORKER = Path(__file__).with_name("trigger_worker.py")


@pytest.fixture(scope="module")
def seeded():
    """A database with events that trigger invoices."""
    with copied(os.environ["CN285_TEST_TEMPLATE"]) as name:
        work(WORKER, name, "seed")
        yield name


def undisturbed(seeded, command):
    """What one process bills that nobody disturbs."""
    with copied(seeded) as name:
        report = work(WORKER, name, command)
    assert set(report["codes"]) == {0}
    assert report["billed"]
    check(report)
    return report


def check(report):
    assert set(report["codes"]) == {0}
    assert report["open"] == 0
    assert report["untaxed"] == report["rows"], "the invoices are the rows"
    assert report["posted"]


def test_job_beside_scheduled_action_and_run(seeded):
    expected = undisturbed(seeded, "once")
    with copied(seeded) as name:
        report = work(WORKER, name, "twice")
    check(report)
    assert report["billed"] == expected["billed"]
    assert report["lines"] == expected["lines"]


def test_killed_at_random_points_and_looked_at_again(seeded):
    expected = undisturbed(seeded, "once")
    with copied(seeded) as name:
        report = work(WORKER, name, "kill")
    assert report["killed"] >= 3, "the kills must hit the work"
    check(report)
    assert report["billed"] == expected["billed"]


def test_beside_a_running_ingest(seeded):
    with copied(seeded) as name:
        report = work(WORKER, name, "beside")
    check(report)
    deliveries = [one for _name, rows in report["billed"] for one in rows if "delivery" in one]
    apart = undisturbed(seeded, "apart")
    expected = [one for _name, rows in apart["billed"] for one in rows if "delivery" in one]
    assert sorted(deliveries) == sorted(expected), "each delivery once, whenever it was seen"
