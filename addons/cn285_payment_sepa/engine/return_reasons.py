"""What a bank's reason for giving a debit back means for what comes next.

Source: ISO 20022 external code set, *ExternalReturnReason1Code* and *ExternalStatusReason1Code*, as
EPC173-14 (*reason codes of SEPA R-transactions*) explains them.
"""

from enum import Enum


class Reaction(str, Enum):
    """What follows."""

    RETRY = "retry"
    CUSTOMER = "customer"
    STOP = "stop"
    OURS = "ours"


# Reason → what follows. AM04: insufficient funds; MS03: not told, most often the same.
REACTIONS = {
    Reaction.RETRY: (
        "AM04", "MS03", "ED05", "AB05", "AB06", "AB07", "AB09", "TM01", "NARR", "AM21",
    ),
    # The debtor refused or had it refunded: he is asked first.
    Reaction.CUSTOMER: ("MD06", "MS02", "SL01", "SL11", "SL12", "SL13", "SL14", "CUST"),
    # Nothing may be debited under this mandate, or from this account, any more.
    Reaction.STOP: (
        "MD01", "MD02", "MD07", "AC01", "AC04", "AC06", "AC13", "AG01", "BE04", "FOCR", "RR01",
        "RR04", "DNOR", "CNOR", "RF01",
    ),
    # The order was wrong: repaired by us, ordered again.
    Reaction.OURS: (
        "AM05", "AG02", "BE05", "FF01", "FF05", "RC01", "DT01", "AM09", "CURR", "ED01", "ED03",
        "DU01", "DU02", "DU03", "DU04", "DU05", "RR02", "RR03", "MD05", "BE01", "AM01", "AM02",
        "AM03", "AM10", "FF03", "RC07",
    ),
}  # fmt: skip
_BY_CODE = {code: reaction for reaction, codes in REACTIONS.items() for code in codes}


def reaction_to(code: str | None) -> Reaction:
    """What follows a return; of a reason that nobody knows, what asks the customer first.

    >>> reaction_to("AM04").value, reaction_to("MD01").value, reaction_to("XX99").value
    ('retry', 'stop', 'customer')
    """
    return _BY_CODE.get((code or "").strip().upper(), Reaction.CUSTOMER)
