"""What is billed is collected by Stripe, whatever happens on the way, and by nobody twice.

Real processes, real sockets: three months of contracts whose means are good, refused for a while or
for good, challenged by their bank, expired and renewed, debited days later; answers get lost,
disputes are lost and won, events come doubled and in any order, workers are killed.
"""

import os
from pathlib import Path

import pytest

from .processes import copied, work

WORKER = Path(__file__).with_name("stripe_worker.py")
#: Whose means never paid, or gave the money back.
UNPAID = {"lost card", "debit fails", "disputes"}


@pytest.fixture(scope="module")
def story():
    with copied(os.environ["CN285_TEST_TEMPLATE"]) as name:
        yield work(WORKER, name, "story")


def test_it_was_disturbed(story):
    assert story["killed"] >= 9
    assert set(story["codes"]) == {0}
    seen = {"AM04", "charge_disputed", "expired_card", "insufficient_funds", "lost_card"}
    assert set(story["codes_seen"]) == seen


def test_nobody_is_charged_twice(story):
    assert story["charged_twice"] == []
    for name, total, residual, net in story["invoices"]:
        assert net in (0, total), (name, net)
        assert total - residual == net, name


def test_each_is_paid_as_its_means_allow(story):
    assert len(story["invoices"]) == 36
    unpaid = {name for name, _total, residual, _net in story["invoices"] if residual}
    assert unpaid == UNPAID
    disputed = [
        bool(residual) for name, _t, residual, _n in story["invoices"] if name == "disputes"
    ]
    assert disputed == [True, False, False]


def test_books_and_stripe_agree(story):
    assert story["outstanding"] == story["ledger"] > 0
    assert story["receivable"] == sum(residual for *_more, residual, _net in story["invoices"])
    assert story["ledger"] == sum(net for *_more, net in story["invoices"])


def test_nothing_is_left(story):
    # The last debit is on its way.
    assert set(story["states"]) <= {"done", "declined", "returned", "cancelled", "pending"}
    assert story["events_open"] == 0
    assert story["events"] == story["distinct_events"]


def test_customers_are_brought_back(story):
    """A mail for each month in which the bank wanted its customer."""
    assert story["mails"] == 3
