"""Rating beside a running ingest; and usage uninstalled and installed again. Real processes."""

import os
from decimal import Decimal
from pathlib import Path

import pytest

from .processes import copied, work

WORKER = Path(__file__).with_name("usage_beside_worker.py")


@pytest.fixture(scope="module")
def seeded():
    """A database with contracts that bill usage."""
    with copied(os.environ["CN285_TEST_TEMPLATE"]) as name:
        work(WORKER, name, "seed")
        yield name


def test_rating_beside_an_ingest_loses_nothing_and_bills_nothing_twice(seeded):
    with copied(seeded) as name:
        report = work(WORKER, name, "beside")
    assert report["code"] == 0
    assert report["issues"] == []
    assert report["events"] == 40_000
    assert report["differences"], "billing must have met the ingest half-way"
    assert report["rated"] == report["quantity"]
    # Whole cents whatever was seen when: one cent a call.
    assert Decimal(report["amount"]) == Decimal(report["quantity"]) / 100
    assert report["invoiced"] == report["amount"]


def test_uninstalled_without_a_trace_and_installed_again(seeded):
    with copied(seeded) as name:
        report = work(WORKER, name, "uninstall")
    assert report["left"] == []
    assert (report["events"], report["accepted"]) == (0, 1)
