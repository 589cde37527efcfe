"""What a provider's refusal means: whether it is tried again, by whom, or never.

Codes of cards are those of Stripe's ``decline_code`` and ``code``, which most providers pass on
from the networks; those of direct debits are ISO 20022's external return reasons, as the EPC's
rulebooks use them. The classes follow the networks' rules for recurring charges: Visa's
categories of decline codes, Mastercard's merchant advice codes.
"""

# May succeed later: tried again as the policy says.
DECLINED = "declined"
# Only the customer can help: he is written to at once, nothing is tried until his means change.
CUSTOMER = "customer"
# Never again with these means.
HARD = "hard"
# Nobody knows whether money moved: the same transaction again, or the provider is asked.
UNKNOWN = "unknown"
# The provider did nothing and asks to come again: the same transaction.
TECHNICAL = "technical"
# Our own mistake: nothing was charged, somebody has to mend it.
CONFIG = "config"

OUTCOMES = (DECLINED, CUSTOMER, HARD, UNKNOWN, TECHNICAL, CONFIG)
# Answers that end an attempt without money.
FINAL = frozenset({DECLINED, CUSTOMER, HARD, CONFIG})
# Those that leave open whether money moved.
OPEN = frozenset({UNKNOWN, TECHNICAL})

CARD = "card"
SEPA = "sepa"

CARD_CODES = {
    **dict.fromkeys(
        (
            "approve_with_id",
            "card_declined",
            "card_velocity_exceeded",
            "do_not_honor",
            "duplicate_transaction",
            "generic_decline",
            "insufficient_funds",
            "issuer_not_available",
            "no_action_taken",
            "processing_error",
            "reenter_transaction",
            "try_again_later",
            "withdrawal_count_limit_exceeded",
        ),
        DECLINED,
    ),
    **dict.fromkeys(
        (
            "authentication_not_handled",
            "authentication_required",
            "call_issuer",
            "charge_disputed",  # ours: the customer's bank took it back
            "expired_card",
            "incorrect_address",
            "incorrect_cvc",
            "incorrect_pin",
            "incorrect_zip",
            "invalid_cvc",
            "invalid_expiry_month",
            "invalid_expiry_year",
            "offline_pin_required",
            "online_or_offline_pin_required",
            "pin_try_exceeded",
        ),
        CUSTOMER,
    ),
    **dict.fromkeys(
        (
            "card_not_supported",
            "currency_not_supported",
            "do_not_try_again",
            "fraudulent",
            "highest_risk_level",
            "incorrect_number",
            "invalid_account",
            "invalid_number",
            "lost_card",
            "merchant_blacklist",
            "new_account_information_available",
            "not_permitted",
            "pickup_card",
            "restricted_card",
            "revocation_of_all_authorizations",
            "revocation_of_authorization",
            "security_violation",
            "service_not_allowed",
            "stolen_card",
            "stop_payment_order",
            "transaction_not_allowed",
        ),
        HARD,
    ),
    **dict.fromkeys(("invalid_amount", "testmode_decline", "live_mode_test_card"), CONFIG),
}
SEPA_CODES = {
    **dict.fromkeys(("AM04", "MS03"), DECLINED),
    **dict.fromkeys(("MD06", "MS02", "SL01"), CUSTOMER),
    **dict.fromkeys(
        ("AC01", "AC04", "AC06", "AC13", "AG01", "MD01", "MD02", "MD07"),
        HARD,
    ),
    **dict.fromkeys(("AG02", "AM05", "BE05", "DT01", "FF01", "FF05", "RC01"), CONFIG),
}
# What the issuer advises stands above what its code says otherwise.
ADVICE = {
    "do_not_try_again": HARD,
    "try_again_later": DECLINED,
    "confirm_card_data": CUSTOMER,
}

_CODES = {CARD: CARD_CODES, SEPA: SEPA_CODES}
_NOTHING_DONE = frozenset({409, 425, 429})
_OURS = frozenset({400, 401, 403, 404, 405, 415, 422})


def classify(code: str | None, advice: str | None = None, rail: str = CARD) -> str:
    """Return the class of a refusal: one of :data:`FINAL`.

    A code that nobody knows is taken for one that may succeed later.

    :param code: the provider's or the bank's reason
    :param advice: what the issuer advises, which stands above the code
    :param rail: :data:`CARD`, or :data:`SEPA` for direct debits
    """
    if advice in ADVICE:
        return ADVICE[advice]
    key = (code or "").strip()
    key = key.upper() if rail == SEPA else key.lower()
    return _CODES[rail].get(key, DECLINED)


def classify_status(status: int | None, code: str | None = None, advice: str | None = None) -> str:
    """Return the class of an HTTP answer that is no success; ``None``: there was no answer.

    402 is a refusal, by its code; a code of the table is believed whatever the status. 409 and 429
    ask to come again; other numbers above 499 leave open what was done; the rest are our mistakes.
    """
    if status is None or status >= 500:
        return UNKNOWN
    if status in _NOTHING_DONE:
        return TECHNICAL
    if status == 402 or (code or "").lower() in CARD_CODES or advice in ADVICE:
        return classify(code, advice)
    return CONFIG if status in _OURS or status < 500 else UNKNOWN
