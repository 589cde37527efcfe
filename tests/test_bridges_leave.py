"""The bridges to banks and Stripe are uninstalled while they have data: books and history stay."""

import os
from pathlib import Path

import pytest

from .processes import copied, work
from .remains import picture

WORKER = Path(__file__).with_name("bridges_worker.py")
KEPT = ("payments", "invoices", "open", "balance", "codes")


@pytest.fixture(scope="module")
def used():
    """A database in which both have collected: what is said, and what is there, at each step."""
    with copied(os.environ["CN285_TEST_TEMPLATE"]) as name:
        steps = ("upgrade", "story", "refused", "stripe", "after")
        yield {step: work(WORKER, name, step) for step in steps}


@pytest.fixture(scope="module")
def begun():
    """One in which mandates are signed and debits wait, and nothing was booked yet."""
    with copied(os.environ["CN285_TEST_TEMPLATE"]) as name:
        told = {step: work(WORKER, name, step) for step in ("waiting", "uninstall", "after")}
        yield {**told, "picture": picture(name)}


def test_names_of_steps_are_kept_by_an_upgrade(used):
    """What a manager has renamed stays as he wrote it; in other languages the usual name comes."""
    names = used["upgrade"]["names"]
    assert names["en_US"][:3] == ["Reminder", "Last reminder", "Ring him up"]
    assert names["fr_FR"][1] == "Dernier rappel"


def test_there_is_something_to_lose(used):
    story = used["story"]
    assert sorted(story["installed"]) == ["cn285_payment_sepa", "cn285_payment_stripe"]
    assert story["attempts"]["done"] == 11
    assert story["attempts"]["returned"] == 1
    assert story["attempts"]["pending"] >= 11
    assert story["usable"] == 12
    assert float(story["open"]) > 0


def test_a_bank_that_has_paid_stays(used):
    """By Odoo's rule for all providers: payments are booked by it. Nothing is lost by asking."""
    assert "payments using this payment method already exist" in used["refused"]["said"]
    assert used["refused"]["installed"] == used["story"]["installed"]
    assert used["refused"]["attempts"] == used["story"]["attempts"]


def test_stripe_leaves_and_books_stay(used):
    for step in ("stripe", "after"):
        assert used[step]["installed"] == ["cn285_payment_sepa"]
        assert {name: used[step][name] for name in KEPT} == {
            name: used["story"][name] for name in KEPT
        }
    assert used["after"]["usable"] == 12


def test_what_waits_is_called_off_with_the_bank(begun):
    """Invoices can be collected by other means afterwards."""
    assert begun["waiting"]["attempts"] == {"pending": 12}
    assert not begun["uninstall"]["installed"]
    for step in ("uninstall", "after"):
        assert "pending" not in begun[step]["attempts"]
        assert begun[step]["attempts"]["cancelled"] >= 12
        assert begun[step]["usable"] == 0
        assert begun[step]["open"] == begun["waiting"]["open"]


def test_nothing_of_theirs_remains(begun):
    left = {
        name
        for part in ("relation", "column")
        for name in begun["picture"][part]
        if any(word in name for word in ("cn285_sepa", "cn285_stripe", "cn285_creditor"))
    }
    assert not left


def test_orders_at_the_bank_are_awaited():
    """Nobody would know any more whether they were paid."""
    with copied(os.environ["CN285_TEST_TEMPLATE"]) as name:
        for step in ("waiting", "ordered"):
            work(WORKER, name, step)
        told = work(WORKER, name, "refused")
    assert "12 debits are ordered and not settled yet" in told["said"]
    assert told["attempts"] == {"pending": 12}
