"""NetSuite and this system stay in step, whatever happens on the way.

Real processes, real sockets: items come, customers go both ways and both sides change one, a
billing run's invoices go, payments come back, a month's REVREC entries go, while one call in ten
fails and workers are killed at random steps.
"""

import os
from pathlib import Path

import pytest

from .processes import copied, work

WORKER = Path(__file__).with_name("netsuite_worker.py")


@pytest.fixture(scope="module")
def story():
    with copied(os.environ["CN285_TEST_TEMPLATE"]) as name:
        yield work(WORKER, name, "story")


def test_it_was_disturbed(story):
    assert story["killed"] == 12
    assert len(story["failures"]) >= 5
    assert story["codes"] == [0, 0, 0]


def test_nothing_is_left(story):
    assert story["open"] == {}


def test_both_sides_hold_the_same_invoices_each_once(story):
    assert len(story["invoices_here"]) >= 30
    assert story["invoices_there"] == story["invoices_here"]
    names = [name for name, _total, _rest in story["invoices_there"]]
    assert len(names) == len(set(names))


def test_payments_came_back_once(story):
    assert {rest for _name, _total, rest in story["invoices_here"]} == {"0.00"}
    total = sum(float(total) for _name, total, _rest in story["invoices_here"])
    assert story["cleared"] == f"{total:.2f}"
    assert story["clearings"] == len(story["invoices_here"])


def test_both_sides_hold_the_same_customers_each_once(story):
    assert story["customers_there"] == story["customers_here"]
    assert len(story["customers_here"]) == 13
    assert ["Client 03", "la@client.example"] in story["customers_here"], "theirs wins"
    assert ["Globex SA", "x@globex.example"] in story["customers_here"]


def test_entries_went_once_with_their_reversals(story):
    assert len(story["entries_here"]) == 20
    assert story["entries_there"] == story["entries_here"]
    assert sum(1 for *_entry, reversal in story["entries_there"] if reversal) == 10


def test_items_came_once(story):
    assert story["items"] == 2
