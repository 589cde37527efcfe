"""What payment intents say, and which of several is a transaction's."""

import pytest
from cn285_payment_stripe_engine import intents

REFUSED = {"code": "card_declined", "decline_code": "lost_card", "advice_code": "do_not_try_again"}


def intent(status, number=1, reference="C1-1", **more):
    return {"id": f"pi_{number}", "description": reference, "status": status, **more}


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("succeeded", "done"),
        ("processing", "pending"),
        ("requires_capture", "pending"),
        ("requires_payment_method", "declined"),
        ("requires_action", "declined"),
        ("canceled", "declined"),
        ("a_status_of_tomorrow", "pending"),
    ],
)
def test_states(status, state):
    assert intents.answer_of(intent(status)).state == state


def test_none():
    assert intents.answer_of(None) == intents.Answer("nothing")


def test_refusals():
    answer = intents.answer_of(intent("requires_payment_method", last_payment_error=REFUSED))
    assert (answer.code, answer.advice, answer.reference) == (
        "lost_card",
        "do_not_try_again",
        "pi_1",
    )
    # The code of the bank comes before Stripe's, and that before the charge's.
    plain = {"code": "expired_card"}
    assert intents.answer_of(intent("requires_payment_method", last_payment_error=plain)).code == (
        "expired_card"
    )
    charges = {"data": [{"failure_code": "insufficient_funds"}, {"failure_code": "older"}]}
    answer = intents.answer_of(intent("requires_payment_method", charges=charges))
    assert answer.code == "insufficient_funds"
    assert intents.answer_of(intent("canceled")).code == "canceled"
    assert intents.answer_of(intent("requires_action")).code == "authentication_required"
    assert intents.answer_of(intent("requires_payment_method")).code == ""


def test_the_one_that_moved_money_comes_first():
    refused = intent("requires_payment_method", 1, created=30)
    under_way = intent("processing", 2, created=20)
    paid = intent("succeeded", 3, created=10)
    other = intent("succeeded", 4, "C1-11", created=40)
    assert intents.of_reference([refused, under_way, paid, other], "C1-1") == paid
    assert intents.of_reference([refused, under_way], "C1-1") == under_way
    assert intents.of_reference([refused, intent("canceled", 5, created=31)], "C1-1")["id"] == (
        "pi_5"
    )
    assert intents.of_reference([other], "C1-1") is None
    assert intents.of_reference([], "C1-1") is None


def test_paid_twice():
    paid = [intent("succeeded", number) for number in (1, 2)]
    assert intents.charged([*paid, intent("processing", 3)], "C1-1") == paid


def test_refunds():
    states = ("succeeded", "pending", "requires_action", "failed", "canceled", None)
    found = [intents.refund_state({"status": status}) for status in states]
    assert found == ["done", "pending", "pending", "declined", "declined", "pending"]
