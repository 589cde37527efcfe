"""Customers, payment methods, mandates and setup intents."""

import secrets

from . import cards
from .account import Refusal


def make_customer(account, values):
    customer = account.make(
        "customer",
        **{name: values.get(name) for name in ("name", "email", "phone", "description", "address")},
        deleted=False,
    )
    account.tell("customer.created", customer)
    return customer


def delete_customer(account, customer):
    for method in account.all("payment_method", customer=customer["id"]):
        method["customer"] = None
    customer["deleted"] = True
    account.tell("customer.deleted", customer)
    return customer


def make_method(account, values):
    """A payment method of what somebody typed: ``card[number]`` or ``sepa_debit[iban]``."""
    kind = values.get("type", "card")
    given = values.get(kind) or {}
    if kind == "card":
        number = given.get("number", "").replace(" ", "")
        if not number.isdigit() or not 12 <= len(number) <= 19:
            raise Refusal(
                402, "Your card number is incorrect.", "card_error", code="incorrect_number"
            )
        details = cards.card_details(number, given.get("exp_month", 12), given.get("exp_year", 0))
    elif kind == "sepa_debit":
        number = given.get("iban", "").replace(" ", "")
        if len(number) < 15:
            raise Refusal(400, "The IBAN is invalid.", code="invalid_bank_account_iban")
        details = cards.account_details(number)
    else:
        raise Refusal(400, f"Invalid type: {kind}", param="type")
    return account.make(
        "payment_method",
        type=kind,
        customer=None,
        billing_details=values.get("billing_details") or {},
        _steps=cards.steps_of(number),
        **{kind: details},
    )


def attach(account, method, customer):
    """Make a payment method the customer's."""
    if method["customer"] not in (None, customer):
        raise Refusal(400, "This payment method is attached to another customer.")
    if method["customer"] is None:
        method["customer"] = customer
        account.tell("payment_method.attached", method)


def detach(account, method):
    """Take it from its customer: it is never charged again."""
    if method["customer"] is None:
        raise Refusal(400, "The payment method you provided is not attached to a customer.")
    previous, method["customer"] = {"customer": method["customer"]}, None
    method["_detached"] = True
    account.tell("payment_method.detached", method, previous)
    return method


def update_card(account, method, month, year, last4=None, automatic=True):
    """The bank issued a new card: Stripe's updater takes it over."""
    card = method["card"]
    previous = {"card": {"exp_month": card["exp_month"], "exp_year": card["exp_year"]}}
    card.update(exp_month=int(month), exp_year=int(year))
    if last4:
        previous["card"]["last4"] = card["last4"]
        card["last4"] = last4
    if "decline:expired_card" in method["_steps"]:
        method["_steps"] = ("ok",)
    kind = "payment_method.automatically_updated" if automatic else "payment_method.updated"
    account.tell(kind, method, previous)
    return method


def make_mandate(account, method):
    """A debtor's agreement to be debited."""
    return account.make(
        "mandate",
        payment_method=method["id"],
        status="active",
        type="multi_use",
        payment_method_details={"type": method["type"], method["type"]: {}},
        multi_use={},
    )


def end_mandate(account, mandate):
    """The debtor or his bank ended it."""
    mandate["status"] = "inactive"
    account.tell("mandate.updated", mandate, {"status": "active"})
    return mandate


def chosen_method(account, values, customer):
    """The payment method that a confirmation names or brings, attached where it has to be."""
    if values.get("payment_method_data"):
        return make_method(account, values["payment_method_data"])
    if not values.get("payment_method"):
        raise Refusal(400, "You must provide a payment method.", code="parameter_missing")
    method = account.get("payment_method", values["payment_method"])
    if method.get("_detached") or method["customer"] not in (None, customer):
        raise Refusal(
            400,
            f"The payment method {method['id']} is not attached to the customer.",
            code="payment_method_unactivated",
        )
    return method


# ---------------------------------------------------------------------- setup intents


def make_setup(account, values):
    if values.get("customer"):
        account.get("customer", values["customer"])
    setup = account.make(
        "setup_intent",
        client_secret=None,
        customer=values.get("customer"),
        description=values.get("description"),
        payment_method=None,
        payment_method_types=values.get("payment_method_types") or ["card"],
        status="requires_payment_method",
        mandate=None,
        last_setup_error=None,
        next_action=None,
        usage="off_session",
        metadata=values.get("metadata") or {},
    )
    setup["client_secret"] = f"{setup['id']}_secret_{secrets.token_hex(8)}"
    account.tell("setup_intent.created", setup)
    if values.get("confirm") == "true":
        confirm_setup(account, setup, values)
    return setup


def confirm_setup(account, setup, values):
    """The customer typed a means; a challenge comes first where the card wants one."""
    if setup["status"] not in ("requires_payment_method", "requires_confirmation"):
        raise Refusal(
            400,
            f"This SetupIntent cannot be confirmed: its status is {setup['status']}.",
            code="setup_intent_unexpected_state",
        )
    method = chosen_method(account, values, setup["customer"])
    setup["payment_method"] = method["id"]
    if method["_steps"][0] == "authenticate":
        setup["status"] = "requires_action"
        setup["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": {}}
        account.tell("setup_intent.requires_action", setup)
        return setup
    return finish_setup(account, setup)


def finish_setup(account, setup, passed=True):
    """The end of a setup: the means is the customer's, or the challenge was not passed."""
    if not passed:
        setup.update(
            status="requires_payment_method",
            next_action=None,
            payment_method=None,
            last_setup_error={
                "type": "card_error",
                "code": "setup_intent_authentication_failure",
                "message": "We are unable to authenticate your payment method.",
            },
        )
        account.tell("setup_intent.setup_failed", setup)
        return setup
    method = account.get("payment_method", setup["payment_method"])
    if setup["customer"]:
        attach(account, method, setup["customer"])
    if method["type"] == "sepa_debit":
        setup["mandate"] = make_mandate(account, method)["id"]
    setup.update(status="succeeded", next_action=None)
    account.tell("setup_intent.succeeded", setup)
    return setup
