"""Invariant "once": the same invoices, run twice, in parallel, or killed half-way.

Real processes on real databases, copied from the template that ``make test`` names.
"""

import json
import os
import subprocess
import sys
import uuid
from contextlib import contextmanager
from pathlib import Path

import pytest

WORKER = Path(__file__).with_name("billing_worker.py")


@contextmanager
def copied(source):
    """A copy of a database, dropped at the end."""
    name = f"{source}_{uuid.uuid4().hex[:6]}"
    subprocess.run(["createdb", "-T", source, name], check=True)
    try:
        yield name
    finally:
        subprocess.run(["dropdb", "--force", name], check=True)


def work(database, command):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", WORKER, database, command],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def seeded():
    """A database with contracts that are due."""
    with copied(os.environ["CN285_TEST_TEMPLATE"]) as name:
        work(name, "seed")
        yield name


@pytest.fixture(scope="module")
def undisturbed(seeded):
    """What one process bills that nobody disturbs."""
    with copied(seeded) as name:
        report = work(name, "once")
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
        report = work(name, "twice")
    assert report["codes"] == [0, 0]
    assert_same(report, undisturbed)


def test_two_processes_at_the_same_run(seeded, undisturbed):
    with copied(seeded) as name:
        report = work(name, "same")
    assert report["codes"] == [0, 0]
    assert_same(report, undisturbed)


def test_killed_at_random_points_and_run_again(seeded, undisturbed):
    with copied(seeded) as name:
        report = work(name, "kill")
    assert report["killed"] >= 3, "the kills must hit the billing"
    assert report["codes"] == [0]
    assert_same(report, undisturbed)
