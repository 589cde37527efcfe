"""What is kept of means, and what returns and disputes mean."""

import doctest

import pytest
from cn285_payment_stripe_engine import means


def test_examples():
    results = doctest.testmod(means)
    assert results.attempted
    assert not results.failed


def test_accounts_and_others():
    found = means.details(
        {"type": "sepa_debit", "sepa_debit": {"last4": "3000", "fingerprint": "f"}}
    )
    assert found == {"brand": "SEPA", "last4": "3000", "fingerprint": "f"}
    assert means.details({"type": "link", "link": {}}) == {}
    assert means.details({"type": "klarna"}) == {}
    assert means.details(None) == {}


@pytest.mark.parametrize(
    ("dispute", "moved"),
    [
        ({"status": "needs_response", "balance_transactions": [{"amount": -100}]}, True),
        ({"status": "needs_response", "balance_transactions": []}, False),
        ({"status": "needs_response"}, True),
        ({"status": "lost", "balance_transactions": [{"amount": -100}]}, True),
        ({"status": "won", "balance_transactions": [{"amount": -100}, {"amount": 100}]}, False),
        ({"status": "warning_needs_response", "balance_transactions": []}, False),
        ({"status": "warning_closed"}, False),
    ],
)
def test_whether_money_was_taken(dispute, moved):
    assert means.takes_money(dispute) is moved


@pytest.mark.parametrize(
    ("reason", "rail", "code"),
    [
        ("fraudulent", "card", "fraudulent"),
        ("unrecognized", "card", "fraudulent"),
        ("subscription_canceled", "card", "revocation_of_authorization"),
        ("product_not_received", "card", "charge_disputed"),
        (None, "card", "charge_disputed"),
        ("debit_disputed", "sepa", "MD06"),
        ("debit_not_authorized", "sepa", "MD01"),
    ],
)
def test_disputes(reason, rail, code):
    assert means.dispute_code(reason, rail) == code
