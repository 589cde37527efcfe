"""Test cards and accounts: what happens when they are charged, by number.

A step says what one call that charges does:

=====================  =====================================================================
``ok``                 charged
``decline:CODE``       refused with this decline code (or failure code, of an account)
``authenticate``       off session refused (``authentication_required``); on session a challenge
``charge_then_hang``   charged, then the answer takes longer than the caller waits
``hang``               the answer takes longer than the caller waits, nothing is charged
``charge_then_drop``   charged, then the connection is closed without an answer
``drop``               the connection is closed, nothing is charged
``charge_then_500``    charged, then status 500: kept under the idempotency key, and replayed
``error_500``          status 500, nothing is charged: kept and replayed as well
``rate_limited``       status 429, nothing is kept
``lock_timeout``       status 409, nothing is kept
=====================  =====================================================================

Accounts (SEPA) are never charged at once: ``ok`` and ``decline`` come days later, and
``ok_then_dispute`` is taken back by the debtor's bank after that.
"""

import hashlib

STEPS = (
    "ok",
    "authenticate",
    "charge_then_hang",
    "hang",
    "charge_then_drop",
    "drop",
    "charge_then_500",
    "error_500",
    "rate_limited",
    "lock_timeout",
    "ok_then_dispute",
)

# Stripe's own test numbers (https://docs.stripe.com/testing).
NUMBERS = {
    "4242424242424242": ("ok",),
    "5555555555554444": ("ok",),
    "4000000000000002": ("decline:generic_decline",),
    "4000000000009995": ("decline:insufficient_funds",),
    "4000000000009987": ("decline:lost_card",),
    "4000000000009979": ("decline:stolen_card",),
    "4000000000000069": ("decline:expired_card",),
    "4000000000000127": ("decline:incorrect_cvc",),
    "4000000000000119": ("decline:processing_error",),
    "4000000000006975": ("decline:card_velocity_exceeded",),
    "4000002760003184": ("authenticate",),
    "4000003800000446": ("ok",),  # needs authentication, which was given when it was set up
    "4000000000000259": ("ok_then_dispute",),
}

# Decline codes without a number of Stripe's, and the calls that break: numbers of our own, whose
# last four digits count up. Always the same number for the same step.
_OURS = (
    "decline:authentication_required",
    "decline:call_issuer",
    "decline:do_not_honor",
    "decline:do_not_try_again",
    "decline:fraudulent",
    "decline:highest_risk_level",
    "decline:incorrect_number",
    "decline:incorrect_zip",
    "decline:invalid_account",
    "decline:issuer_not_available",
    "decline:pickup_card",
    "decline:reenter_transaction",
    "decline:revocation_of_all_authorizations",
    "decline:revocation_of_authorization",
    "decline:stop_payment_order",
    "decline:transaction_not_allowed",
    "decline:try_again_later",
    "decline:withdrawal_count_limit_exceeded",
    "charge_then_hang",
    "hang",
    "charge_then_drop",
    "drop",
    "charge_then_500",
    "error_500",
    "rate_limited",
    "lock_timeout",
)
NUMBERS |= {f"40000077{number:08d}": (step,) for number, step in enumerate(_OURS, start=1)}

IBANS = {
    "FR1420041010050500013M02606": ("ok",),
    "DE89370400440532013000": ("ok",),
    "FR8420041010050500013M02607": ("decline:insufficient_funds",),
    "DE62370400440532013001": ("decline:insufficient_funds",),
    "FR7920041010050500013M02600": ("ok_then_dispute",),
    "DE35370400440532013002": ("ok_then_dispute",),
    "FR0520041010050500013M02601": ("decline:account_closed",),
    "FR2720041010050500013M02602": ("decline:debit_not_authorized",),
}

# Codes that Stripe reports as the error's own code, instead of card_declined.
_OWN_CODE = {
    "expired_card",
    "incorrect_cvc",
    "incorrect_number",
    "processing_error",
    "incorrect_zip",
}
_ADVICE = {
    "do_not_try_again": "do_not_try_again",
    "lost_card": "do_not_try_again",
    "stolen_card": "do_not_try_again",
    "fraudulent": "do_not_try_again",
    "expired_card": "confirm_card_data",
    "incorrect_number": "confirm_card_data",
    "insufficient_funds": "try_again_later",
    "try_again_later": "try_again_later",
}
_MESSAGES = {
    "expired_card": "Your card has expired.",
    "insufficient_funds": "Your card has insufficient funds.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "incorrect_number": "Your card number is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
}
_BRANDS = {"4": "visa", "5": "mastercard", "3": "amex", "6": "discover"}


def card_number(step):
    """A number whose card does this step, always: ``card_number("decline:lost_card")``."""
    return next(number for number, steps in NUMBERS.items() if steps == (step,))


def steps_of(number):
    """What happens when a card or an account is charged; whatever is not in the tables is good."""
    return NUMBERS.get(number) or IBANS.get(number) or ("ok",)


def card_details(number, month, year):
    """The ``card`` of a payment method."""
    return {
        "brand": _BRANDS.get(number[:1], "visa"),
        "country": "FR",
        "exp_month": int(month),
        "exp_year": int(year),
        "fingerprint": hashlib.sha256(number.encode()).hexdigest()[:16],
        "funding": "debit" if number[:1] == "5" else "credit",
        "last4": number[-4:],
    }


def account_details(iban):
    """The ``sepa_debit`` of a payment method."""
    return {
        "bank_code": iban[4:9],
        "country": iban[:2],
        "fingerprint": hashlib.sha256(iban.encode()).hexdigest()[:16],
        "last4": iban[-4:],
    }


def refusal(code):
    """What an error says about a decline code: code, decline_code, advice_code, message."""
    return {
        "code": code if code in _OWN_CODE or code == "authentication_required" else "card_declined",
        "decline_code": code,
        "advice_code": _ADVICE.get(code),
        "network_decline_code": "51" if code == "insufficient_funds" else "05",
        "message": _MESSAGES.get(code, "Your card was declined."),
    }
