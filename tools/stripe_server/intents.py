"""Payment intents: made, confirmed, cancelled, captured."""

import secrets

from . import means
from .account import Refusal
from .charges import before, cashed, charge_intent, succeed
from .forms import many, truth

CANCELLABLE = (
    "requires_payment_method",
    "requires_confirmation",
    "requires_action",
    "requires_capture",
)


def make_intent(account, values):
    """A payment intent, confirmed at once if asked to."""
    amount = values.get("amount", "")
    if not amount.isdigit() or not int(amount):
        raise Refusal(400, "Invalid integer: amount", code="parameter_invalid_integer")
    if not values.get("currency"):
        raise Refusal(400, "Missing required param: currency.", code="parameter_missing")
    if values.get("customer") and account.get("customer", values["customer"])["deleted"]:
        raise Refusal(404, f"No such customer: '{values['customer']}'", code="resource_missing")
    method, step = None, None
    if truth(values.get("confirm")):
        method = means.chosen_method(account, values, values.get("customer"))
        step = account.next_step(method)
        before(step)
    intent = account.make(
        "payment_intent",
        amount=int(amount),
        amount_received=0,
        canceled_at=None,
        capture_method=values.get("capture_method", "automatic"),
        charges={"object": "list", "data": [], "has_more": False},
        client_secret=None,
        confirmation_method="automatic",
        currency=values["currency"].lower(),
        customer=values.get("customer"),
        description=values.get("description"),
        last_payment_error=None,
        metadata=values.get("metadata") or {},
        next_action=None,
        payment_method=None,
        payment_method_types=many(values, "payment_method_types") or ["card"],
        setup_future_usage=values.get("setup_future_usage"),
        status="requires_payment_method",
    )
    intent["client_secret"] = f"{intent['id']}_secret_{secrets.token_hex(8)}"
    account.tell("payment_intent.created", intent)
    if method:
        charge_intent(account, intent, method, step, truth(values.get("off_session")), values)
    return intent


def confirm_intent(account, intent, values):
    """Charge an intent; on session unless the caller says otherwise."""
    if intent["status"] not in ("requires_payment_method", "requires_confirmation"):
        raise unexpected(intent, "confirm")
    given = {"payment_method": intent["payment_method"], **values}
    method = means.chosen_method(account, given, intent["customer"])
    step = account.next_step(method)
    before(step)
    intent["last_payment_error"] = None
    if values.get("setup_future_usage"):
        intent["setup_future_usage"] = values["setup_future_usage"]
    charge_intent(account, intent, method, step, truth(values.get("off_session")), values)
    return intent


def authenticate(account, intent, passed=True):
    """What the customer does in the challenge of his bank."""
    if intent["status"] != "requires_action":
        raise unexpected(intent, "authenticate")
    method = account.get("payment_method", intent["payment_method"])
    intent["next_action"] = None
    if passed:
        succeed(account, intent, method)
    else:
        intent["status"] = "requires_payment_method"
        intent["last_payment_error"] = {
            "type": "card_error",
            "code": "payment_intent_authentication_failure",
            "message": "The provided payment method has failed authentication.",
        }
        account.tell("payment_intent.payment_failed", intent)
    return intent


def cancel_intent(account, intent):
    """An intent that can never be charged any more."""
    if intent["status"] not in CANCELLABLE:
        raise unexpected(intent, "cancel")
    intent.update(status="canceled", canceled_at=int(account.clock.now()), next_action=None)
    account.tell("payment_intent.canceled", intent)
    return intent


def capture_intent(account, intent):
    if intent["status"] != "requires_capture":
        raise unexpected(intent, "capture")
    charge = account.get("charge", intent["charges"]["data"][0]["id"])
    charge["captured"] = True
    cashed(account, intent, charge)
    return intent


def unexpected(intent, what):
    """The refusal of what an intent's status does not allow."""
    return Refusal(
        400,
        f"You cannot {what} this PaymentIntent because it has a status of {intent['status']}.",
        code="payment_intent_unexpected_state",
        payment_intent={key: value for key, value in intent.items() if key[0] != "_"},
    )
