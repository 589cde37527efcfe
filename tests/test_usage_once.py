"""An event counts once: recorded by two processes at once, or by one that is killed half-way.

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

WORKER = Path(__file__).with_name("usage_worker.py")


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
    """A database with items and a metric."""
    with copied(os.environ["CN285_TEST_TEMPLATE"]) as name:
        work(name, "seed")
        yield name


@pytest.fixture(scope="module")
def undisturbed(seeded):
    """What one process records that nobody disturbs."""
    with copied(seeded) as name:
        report = work(name, "once")
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
        report = work(name, command)
    assert report["codes"] == [0, 0]
    assert_same(report, undisturbed)


def test_killed_half_way_and_repeated(seeded, undisturbed):
    with copied(seeded) as name:
        report = work(name, "kill")
    assert report["killed"] >= 3, "the kills must hit the ingest"
    assert any(0 < count < 30_000 for count in report["counts"]), "one must hit it half-way"
    assert report["codes"] == [0]
    assert_same(report, undisturbed)
