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


@pytest.fixture(scope="module")
def undisturbed(seeded):
    """What one process bills that nobody disturbs."""
    with copied(seeded) as name:
        report = work(WORKER, name, "once")
    assert report["billed"]
    check(report)
    return report


def check(report):
    assert set(report["codes"]) == {0}
    assert report["open"] == 0
    assert report["untaxed"] == report["rows"], "the invoices are the rows"
    assert report["posted"]


def test_job_beside_scheduled_action_and_run(seeded, undisturbed):
    with copied(seeded) as name:
        report = work(WORKER, name, "twice")
    check(report)
    assert report["billed"] == undisturbed["billed"]
    assert report["lines"] == undisturbed["lines"]


def test_killed_at_random_points_and_looked_at_again(seeded, undisturbed):
    with copied(seeded) as name:
        report = work(WORKER, name, "kill")
    assert report["killed"] >= 3, "the kills must hit the work"
    check(report)
    assert report["billed"] == undisturbed["billed"]


def test_beside_a_running_ingest(seeded):
    reports = []
    for command in ("apart", "beside"):
        with copied(seeded) as name:
            reports.append(work(WORKER, name, command))
        check(reports[-1])
    apart, beside = map(deliveries, reports)
    assert apart == beside, "each delivery once, whenever it was seen"


def deliveries(report):
    return sorted(row for _name, rows in report["billed"] for row in rows if "delivery" in row)
