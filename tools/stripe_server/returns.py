"""Money that goes back: refunds of ours, disputes of the customers' banks."""

from .account import Refusal

DISPUTE_FEE = 2000  # minor units


def show_charge(account, intent, charge):
    """Keep the intent's list of charges, the newest first, as the charge is now."""
    rest = [each for each in intent["charges"]["data"] if each["id"] != charge["id"]]
    intent["charges"]["data"] = [account.shown(charge), *rest]


def make_refund(account, values):
    """Money back, at most what is left of the charge."""
    if values.get("payment_intent"):
        intent = account.get("payment_intent", values["payment_intent"])
        paid = [each for each in intent["charges"]["data"] if each["status"] == "succeeded"]
        if not paid:
            raise Refusal(400, "This PaymentIntent does not have a successful charge to refund.")
        charge = account.get("charge", paid[0]["id"])
    else:
        charge = account.get("charge", values.get("charge"))
        intent = account.get("payment_intent", charge["payment_intent"])
    left = charge["amount"] - charge["amount_refunded"]
    amount = int(values.get("amount") or left)
    if not left:
        raise Refusal(
            400, f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    if charge["disputed"]:
        raise Refusal(400, "The charge is disputed.", code="charge_disputed")
    if amount > left:
        raise Refusal(400, "Refund amount is greater than unrefunded amount on charge.")
    refund = account.make(
        "refund",
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        payment_intent=intent["id"],
        status="succeeded",
        metadata=values.get("metadata") or {},
    )
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    charge["refunds"]["data"].insert(0, account.shown(refund))
    show_charge(account, intent, charge)
    account.ledger.add("refund", -amount, charge, account.clock.now())
    account.tell("charge.refunded", charge)
    return refund


def open_dispute(account, charge, reason="fraudulent", final=False, amount=None):
    """The customer has his bank take the money back; of a SEPA debit that is final."""
    amount = amount or charge["amount"] - charge["amount_refunded"]
    dispute = account.make(
        "dispute",
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        payment_intent=charge["payment_intent"],
        reason=reason,
        status="lost" if final else "needs_response",
        is_charge_refundable=False,
        balance_transactions=[{"amount": -amount, "fee": DISPUTE_FEE, "type": "adjustment"}],
    )
    charge["disputed"] = True
    charge["dispute"] = dispute["id"]
    show_charge(account, account.get("payment_intent", charge["payment_intent"]), charge)
    account.ledger.add("dispute", -amount, charge, account.clock.now())
    account.ledger.add("fee", -DISPUTE_FEE, charge, account.clock.now())
    account.tell("charge.dispute.created", dispute)
    account.tell("charge.dispute.funds_withdrawn", dispute)
    if final:
        account.tell("charge.dispute.closed", dispute)
    return dispute


def close_dispute(account, dispute, won):
    """The bank decided; if we won the money comes back."""
    charge = account.get("charge", dispute["charge"])
    dispute["status"] = "won" if won else "lost"
    if won:
        account.ledger.add("reinstated", dispute["amount"], charge, account.clock.now())
        account.tell("charge.dispute.funds_reinstated", dispute)
    account.tell("charge.dispute.closed", dispute)
    return dispute
