"""Which of a customer's payment intents is a transaction's, and what it says.

Stripe's shapes as of API version 2019-05-16 (https://docs.stripe.com/api/payment_intents/object).
"""

from collections.abc import Iterable
from dataclasses import dataclass

# What may follow from an intent, as the collection calls it.
DONE = "done"
PENDING = "pending"
DECLINED = "declined"
NOTHING = "nothing"

_ANSWERS = {
    "succeeded": DONE,
    "processing": PENDING,
    "requires_capture": PENDING,
    # Off session nobody is there to act; what was not confirmed was not charged.
    "requires_action": DECLINED,
    "requires_confirmation": DECLINED,
    "requires_payment_method": DECLINED,
    "canceled": DECLINED,
}
# In which an old link or window could still charge the customer.
OPEN = ("requires_payment_method", "requires_confirmation", "requires_action", "requires_capture")


@dataclass(frozen=True)
class Answer:
    """What became of a transaction at Stripe.

    :param state: :data:`DONE`, :data:`PENDING`, :data:`DECLINED`, or :data:`NOTHING` where Stripe
        has no intent of it
    :param reference: the intent's id, empty where there is none
    :param code: the reason of a refusal, as the issuer says it if it does
    :param advice: what the issuer advises
    :param message: the refusal in words for the customer
    """

    state: str
    reference: str = ""
    code: str = ""
    advice: str = ""
    message: str = ""


def answer_of(intent: dict | None) -> Answer:
    """What an intent says; a status that nobody knows leaves it pending, as money may move."""
    if not intent:
        return Answer(NOTHING)
    status = intent.get("status")
    state = _ANSWERS.get(status, PENDING)
    if state != DECLINED:
        return Answer(state, intent["id"])
    error = intent.get("last_payment_error") or {}
    code = error.get("decline_code") or error.get("code") or _code_of_charge(intent)
    if status == "requires_action":
        code = code or "authentication_required"
    return Answer(
        DECLINED,
        intent["id"],
        code or (status if status == "canceled" else ""),
        error.get("advice_code") or "",
        error.get("message") or "",
    )


def _code_of_charge(intent: dict) -> str:
    charges = (intent.get("charges") or {}).get("data") or []
    return (charges[0].get("failure_code") or "") if charges else ""


def refund_state(refund: dict) -> str:
    """What a refund's status means; one that nobody knows may have moved money."""
    return {"succeeded": DONE, "failed": DECLINED, "canceled": DECLINED}.get(
        refund.get("status") or "", PENDING
    )


def of_reference(intents: Iterable[dict], reference: str) -> dict | None:
    """The intent of a transaction among a customer's, by its description.

    There should be one; where there are several, that which moved money comes first, then that
    which may, then the newest.
    """
    own = [intent for intent in intents if intent.get("description") == reference]
    order = {DONE: 0, PENDING: 1, DECLINED: 2}
    own.sort(key=lambda each: (order[answer_of(each).state], -each.get("created", 0)))
    return own[0] if own else None


def charged(intents: Iterable[dict], reference: str) -> list[dict]:
    """The intents of a transaction that were paid: more than one is one too many."""
    return [
        intent
        for intent in intents
        if intent.get("description") == reference and intent.get("status") == "succeeded"
    ]
