"""What a QR code asks a customer's bank to transfer: to whom, how much, by which reference.

Source: EPC069-12 (*Quick Response Code: guidelines to enable the data capture for the initiation of
a SEPA credit transfer*), version 002: twelve lines in UTF-8, at most 331 bytes, error correction M.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from stdnum import iso11649
from stdnum.iso7064 import mod_97_10

SMALLEST, LARGEST = Decimal("0.01"), Decimal("999999999.99")
NAME_LENGTH, TEXT_LENGTH, MOST_BYTES = 70, 140, 331
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")
# Countries of the SEPA area (EPC409-09), by the first letters of their account numbers.
_AREA = frozenset(
    {
        "AD", "AL", "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB",
        "GI", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MC", "MD", "ME", "MK",
        "MT", "NL", "NO", "PL", "PT", "RO", "RS", "SE", "SI", "SK", "SM", "VA",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer that is asked for, in euro.

    :ivar name: who is paid
    :ivar iban: the account, with or without spaces
    :ivar amount: in euro, to the cent
    :ivar reference: what the customer is to name: a creditor reference (ISO 11649) or any text
    :ivar bic: of the bank; "" : the account tells it
    """

    name: str
    iban: str
    amount: Decimal
    reference: str = ""
    bic: str = ""


def payload(transfer: Transfer) -> str:
    """The text of the code; "" where no bank could read it.

    That is so without a name, without an account of the SEPA area, or for an amount that cannot be
    transferred.

    >>> print(payload(Transfer("Cn285", "FR76 3000 6000 0112 3456 7890 189", Decimal(70), "INV/1")))
    BCD
    002
    1
    SCT
    <BLANKLINE>
    Cn285
    FR7630006000011234567890189
    EUR70.00
    <BLANKLINE>
    <BLANKLINE>
    INV/1
    """
    iban = re.sub(r"\s", "", transfer.iban or "").upper()
    name = _line(transfer.name, NAME_LENGTH)
    amount = transfer.amount
    if not name or not _is_of_the_area(iban):
        return ""
    if not amount.is_finite() or not SMALLEST <= amount <= LARGEST or amount % SMALLEST:
        return ""
    bic = re.sub(r"\s", "", transfer.bic or "").upper()
    plain = re.sub(r"\s", "", transfer.reference or "").upper()
    structured = plain if iso11649.is_valid(plain) else ""
    free = "" if structured else _line(transfer.reference, TEXT_LENGTH)
    lines = [
        "BCD",
        "002",
        "1",
        "SCT",
        bic if _BIC.fullmatch(bic) else "",
        name,
        iban,
        f"EUR{amount:.2f}",
        "",
        structured,
        free,
    ]
    while len("\n".join(lines).encode()) > MOST_BYTES:
        # Signs of several bytes: what the customer reads anyway is cut, the account never.
        longest = 10 if len(lines[10]) > len(lines[5]) else 5
        lines[longest] = lines[longest][:-1]
    return "\n".join(lines).rstrip("\n")


def _is_of_the_area(iban):
    return bool(
        _IBAN.fullmatch(iban) and iban[:2] in _AREA and mod_97_10.is_valid(iban[4:] + iban[:4])
    )


def _line(text, length):
    """A text on one line, cut to a length."""
    return " ".join((text or "").split())[:length].strip()
