"""What Stripe tells of a card or of an account, and why banks return its direct debits."""

# Stripe's failure codes of SEPA debits (https://docs.stripe.com/payments/sepa-debit), as the bank's
# reasons of ISO 20022 (external return reason codes) that they stand for.
SEPA_REASONS = {
    "account_closed": "AC04",
    "bank_account_restricted": "AC06",
    "bank_ownership_changed": "AC04",
    "could_not_process": "MS03",
    "debit_disputed": "MD06",
    "debit_not_authorized": "MD01",
    "generic_could_not_process": "MS03",
    "insufficient_funds": "AM04",
    "invalid_account_number": "AC01",
    "no_account": "AC01",
    "recipient_deceased": "MD07",
    "refer_to_customer": "MS02",
}

# Status of a dispute in which the bank only asks: no money has moved.
INQUIRIES = ("warning_needs_response", "warning_under_review", "warning_closed")
# Status of a dispute that is not decided.
UNDECIDED = ("warning_needs_response", "warning_under_review", "needs_response", "under_review")
# Reasons of disputes after which a card is never charged again; after others the customer is asked.
_NEVER_AGAIN = {
    "fraudulent": "fraudulent",
    "unrecognized": "fraudulent",
    "subscription_canceled": "revocation_of_authorization",
}
# What a debtor's bank means by a debit that it takes back after it was paid (ISO 20022).
REFUND_OF_DEBTOR = "MD06"
DISPUTED = "charge_disputed"


def details(method: dict | None) -> dict:
    """What is kept of a payment method: brand, last4, funding, fingerprint, year and month.

    Empty for kinds of means of which nothing of it is told.

    >>> details({"type": "card", "card": {"brand": "visa", "last4": "4242", "exp_year": 2028,
    ...     "exp_month": 2, "funding": "credit", "fingerprint": "f"}})
    {'brand': 'visa', 'last4': '4242', 'funding': 'credit', 'fingerprint': 'f', 'expiry': (2028, 2)}
    """
    if not method:
        return {}
    kind = method.get("type")
    told = method.get(kind) or {}
    found = {
        name: told[name] for name in ("brand", "last4", "funding", "fingerprint") if told.get(name)
    }
    if kind == "sepa_debit":
        found["brand"] = "SEPA"
    if told.get("exp_year") and told.get("exp_month"):
        found["expiry"] = (int(told["exp_year"]), int(told["exp_month"]))
    return found


def sepa_reason(code: str | None) -> str:
    """The bank's reason for a failure code of a direct debit; the code itself if nobody knows it.

    >>> sepa_reason("insufficient_funds"), sepa_reason("new_code"), sepa_reason(None)
    ('AM04', 'new_code', '')
    """
    return SEPA_REASONS.get(code or "", code or "")


def takes_money(dispute: dict) -> bool:
    """Whether a dispute has moved money from us, and has not given it back."""
    if dispute.get("status") in (*INQUIRIES, "won"):
        return False
    moved = dispute.get("balance_transactions")
    return moved is None or sum(each.get("amount", 0) for each in moved) < 0


def is_open_dispute(dispute: dict) -> bool:
    """Whether the bank has not decided."""
    return dispute.get("status") in UNDECIDED


def dispute_code(reason: str | None, rail: str = "card") -> str:
    """The reason of a refusal that a dispute is: never is a disputed card simply tried again.

    >>> dispute_code("fraudulent"), dispute_code("general"), dispute_code("general", "sepa")
    ('fraudulent', 'charge_disputed', 'MD06')
    """
    if rail == "sepa":
        return "MD01" if reason == "debit_not_authorized" else REFUND_OF_DEBTOR
    return _NEVER_AGAIN.get(reason or "", DISPUTED)
