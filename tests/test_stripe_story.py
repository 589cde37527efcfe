"""What is billed is collected by Stripe, whatever happens on the way, and by nobody twice.

Real processes, real sockets: three months of contracts whose means are good, refused for a while or
for good, challenged by their bank, expired and renewed, debited days later; answers get lost,
disputes are lost and won, events come doubled and in any order, workers are killed. One pays before
his contract starts. Who does not
pay is suspended, and active again once he has paid; a wallet is filled up, and what was disputed of
it is taken back; a credit note lowers the next charge. At the end the books, Stripe's ledger and
the contracts say the same, to the cent.
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
    assert set(story["codes_seen"]) == {*seen, "generic_decline"}


def test_nobody_is_charged_twice(story):
    assert story["charged_twice"] == []
    for name, total, residual, net, credited in story["invoices"]:
        assert net in (0, total - credited), (name, net)
        assert total - residual == net + credited, name
        assert not credited or name in ("good", "wallet"), name


def test_each_is_paid_as_its_means_allow(story):
    assert len(story["invoices"]) == 45
    unpaid = {name for name, _total, residual, *_more in story["invoices"] if residual}
    assert unpaid == UNPAID
    disputed = [
        bool(residual) for name, _t, residual, *_more in story["invoices"] if name == "disputes"
    ]
    assert disputed == [True, False, False]


def test_books_and_stripe_agree(story):
    assert story["outstanding"] == story["ledger"] > 0
    residuals = sum(row[2] for row in story["invoices"])
    assert story["receivable"] == residuals + story["owed_of_topups"]
    charged = sum(row[3] for row in story["invoices"])
    assert story["ledger"] == charged + sum(row[2] for row in story["topups"])


def test_contracts_agree(story):
    """Suspended are those who owe; who has paid is active again on that day."""
    suspended = {name for name, state in story["contracts"].items() if state == "suspended"}
    # Who owes what his top-up paid is dunned as well.
    assert suspended - {"wallet"} == UNPAID
    assert set(story["contracts"].values()) == {"suspended", "active"}
    mine = [row[1:] for row in story["suspensions"] if row[0] == "suspended"]
    assert mine == [["activate", "2027-02-04"], ["deactivate", "2027-01-09"]]


def test_a_wallet_is_filled_up_and_pays(story):
    """150.00 a month, 135.59 are drawn; the second is disputed when 28.82 of it are left."""
    assert story["topups"] == [["2027-01-01", "done", 15000], ["2027-02-01", "returned", 0]]
    assert story["wallet"] == [0, 0, 0]
    assert story["owed_of_topups"] == 15000 - 2882
    paid = [row[3:] for row in story["invoices"] if row[0] == "wallet"]
    # The rule rests since: in March the card pays.
    assert paid == [[0, 13559], [0, 13559], [13559, 0]]


def test_a_credit_note_lowers_the_next_charge(story):
    paid = [row[3:] for row in story["invoices"] if row[0] == "good"]
    assert paid == [[11999, 0], [8399, 3600], [11999, 0]]


def test_nothing_is_left(story):
    # The last debit is on its way.
    assert set(story["states"]) <= {"done", "declined", "returned", "cancelled", "pending"}
    assert story["events_open"] == 0
    assert story["events"] == story["distinct_events"]


def test_customers_are_brought_back(story):
    """A mail for each month in which the bank wanted its customer."""
    assert story["mails"] == 3


def test_a_contract_that_is_paid_first(story):
    """It starts at the payment, which pays the first invoice; then its means are charged."""
    assert story["prepayments"] == [["prepaid", "done", 0]]
    paid = [row[1:] for row in story["invoices"] if row[0] == "prepaid"]
    assert paid == [[13679, 0, 13679, 0]] * 3
