"""Charging a means: what its step says becomes a charge, an error or a broken call."""

from datetime import datetime, timezone

from . import cards, means
from .account import Refusal
from .returns import open_dispute, show_charge

DAY = 86400


class Broken(Exception):
    """The call ends otherwise than with its answer: hang, drop, or a status of the server.

    :param str how: ``hang``, ``drop`` or ``status``
    :param kept: whether the answer is kept under the idempotency key
    """

    def __init__(self, how, status=None, kept=False):
        super().__init__(how)
        self.how, self.status, self.kept = how, status, kept


def before(step):
    """What goes wrong before anything is done."""
    if step in ("hang", "drop"):
        raise Broken(step)
    if step == "error_500":
        raise Broken("status", 500, kept=True)
    if step == "rate_limited":
        raise Broken("status", 429)
    if step == "lock_timeout":
        raise Broken("status", 409)


def charge_intent(account, intent, method, step, off_session, values):
    """Charge an intent's method, as its step says."""
    intent["payment_method"] = method["id"]
    if intent["setup_future_usage"] and intent["customer"]:
        means.attach(account, method, intent["customer"])
    if method["type"] == "sepa_debit":
        _debit(account, intent, method, step, values)
        return
    if step == "authenticate":
        if off_session:
            _refuse(account, intent, method, "authentication_required")
        intent["status"] = "requires_action"
        intent["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": {}}
        account.tell("payment_intent.requires_action", intent)
        return
    if step.startswith("decline:"):
        _refuse(account, intent, method, step.partition(":")[2])
    if not step.startswith("charge_then") and _expired(account, method["card"]):
        _refuse(account, intent, method, "expired_card")
    succeed(account, intent, method)
    if step == "ok_then_dispute":
        charge = intent["charges"]["data"][0]["id"]
        account.later(DAY, lambda: open_dispute(account, account.get("charge", charge)))
    if step == "charge_then_hang":
        raise Broken("hang", kept=True)
    if step == "charge_then_drop":
        raise Broken("drop", kept=True)
    if step == "charge_then_500":
        raise Broken("status", 500, kept=True)


def _expired(account, card):
    today = datetime.fromtimestamp(account.clock.now(), timezone.utc)
    return bool(card["exp_year"]) and (card["exp_year"], card["exp_month"]) < (
        today.year,
        today.month,
    )


def _new_charge(account, intent, method, **values):
    details = {**method[method["type"]]}
    if method["type"] == "sepa_debit":
        details["mandate"] = intent.get("_mandate")
    charge = account.make(
        "charge",
        amount=intent["amount"],
        amount_refunded=0,
        captured=True,
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        disputed=False,
        failure_code=None,
        failure_message=None,
        outcome=None,
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details={"type": method["type"], method["type"]: details},
        refunded=False,
        refunds={"object": "list", "data": [], "has_more": False},
    )
    charge.update(values)
    show_charge(account, intent, charge)
    return charge


def _refuse(account, intent, method, code):
    """A refusal of the card's bank: kept on the intent, told by an event, status 402."""
    said = cards.refusal(code)
    charge = _new_charge(
        account,
        intent,
        method,
        status="failed",
        captured=False,
        failure_code=said["code"],
        failure_message=said["message"],
        outcome={
            "network_status": "declined_by_network",
            "reason": code,
            "advice_code": said["advice_code"],
            "network_decline_code": said["network_decline_code"],
            "type": "issuer_declined",
        },
    )
    intent["status"] = "requires_payment_method"
    intent["payment_method"] = None
    intent["last_payment_error"] = {
        "type": "card_error",
        **said,
        "charge": charge["id"],
        "payment_method": account.shown(method),
    }
    account.tell("charge.failed", charge)
    account.tell("payment_intent.payment_failed", intent)
    raise Refusal(
        402,
        said.pop("message"),
        "card_error",
        **said,
        charge=charge["id"],
        payment_method=account.shown(method),
        payment_intent=account.shown(intent),
    )


def succeed(account, intent, method):
    charge = _new_charge(account, intent, method, status="succeeded")
    if intent["capture_method"] == "manual":
        charge["captured"] = False
        intent.update(status="requires_capture", last_payment_error=None)
        show_charge(account, intent, charge)
        account.tell("payment_intent.amount_capturable_updated", intent)
        return
    cashed(account, intent, charge)


def cashed(account, intent, charge):
    charge["status"] = "succeeded"
    intent.update(status="succeeded", amount_received=charge["amount"], last_payment_error=None)
    show_charge(account, intent, charge)
    account.ledger.add("charge", charge["amount"], charge, account.clock.now())
    account.tell("charge.succeeded", charge)
    account.tell("payment_intent.succeeded", intent)


# ---------------------------------------------------------------------- SEPA


def _debit(account, intent, method, step, values):
    """A direct debit: under way for days, then settled or failed, and taken back later still."""
    mandate = values.get("mandate")
    if mandate:
        if account.get("mandate", mandate)["status"] != "active":
            raise Refusal(400, "The mandate is inactive.", code="mandate_invalid")
    else:
        known = account.all("mandate", payment_method=method["id"], status="active")
        mandate = known[0]["id"] if known else means.make_mandate(account, method)["id"]
    intent["_mandate"] = mandate
    charge = _new_charge(account, intent, method, status="pending")
    intent["status"] = "processing"
    account.tell("payment_intent.processing", intent)
    account.tell("charge.pending", charge)
    account.later(account.settlement_days * DAY, lambda: settle(account, intent, step))


def settle(account, intent, step="ok"):
    """The debtor's bank answers; nothing if that was done already."""
    if intent["status"] != "processing":
        return
    charge = account.get("charge", intent["charges"]["data"][0]["id"])
    if not step.startswith("decline:"):
        cashed(account, intent, charge)
        if step == "ok_then_dispute":
            account.later(DAY, lambda: open_dispute(account, charge, "debit_disputed", final=True))
        return
    code = step.partition(":")[2]
    charge.update(status="failed", failure_code=code, failure_message="The debit failed.")
    intent.update(
        status="requires_payment_method",
        payment_method=None,
        last_payment_error={
            "type": "card_error",
            "code": code,
            "decline_code": None,
            "message": "The debit failed.",
            "charge": charge["id"],
        },
    )
    show_charge(account, intent, charge)
    account.tell("charge.failed", charge)
    account.tell("payment_intent.payment_failed", intent)
