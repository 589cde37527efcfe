"""Names, references and account numbers as banks take them.

Sources: EPC217-08 (*SEPA requirements for an extended character set*), EPC 130-08 and 016-06
(implementation guidelines of direct debits and transfers), EPC262-08 (creditor identifier), ISO
13616 (IBAN), EPC409-09 (countries of the SEPA area).
"""

import re
import unicodedata

from stdnum.eu import at_02
from stdnum.iso7064 import mod_97_10

from .errors import SepaError

REFERENCE_LENGTH = 35
NAME_LENGTH = 70
TEXT_LENGTH = 140
_REFERENCE = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]{1,35}")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")
_ALLOWED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ")
# What decomposing an accent does not reach.
_LETTERS = str.maketrans(
    {
        "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O",
        "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH",
        "ı": "i", "&": "+", "’": "'", "‘": "'", "`": "'", "´": "'", "«": "'", "»": "'",
        '"': "'", "“": "'", "”": "'", "–": "-", "—": "-", "_": "-", "[": "(", "]": ")",
        "{": "(", "}": ")", "@": "(at)", "€": "EUR", ";": ",", "!": ".", "*": ".",
    }
)  # fmt: skip
# Countries of the SEPA area, with the length of their account numbers (SWIFT, *IBAN Registry*):
# those of the European Economic Area, and those beside it.
_EEA = {
    "AT": 20, "BE": 16, "BG": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24,
    "FI": 18, "FR": 27, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27, "LI": 21,
    "LT": 20, "LU": 20, "LV": 21, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24,
    "SE": 24, "SI": 19, "SK": 24,
}  # fmt: skip
_BESIDE = {
    "AD": 24, "AL": 28, "CH": 21, "GB": 22, "GI": 23, "MC": 27, "MD": 24, "ME": 22, "MK": 19,
    "RS": 22, "SM": 27, "VA": 22,
}  # fmt: skip
_LENGTHS = _EEA | _BESIDE
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}")


def clean_text(text: str, length: int) -> str:
    """Text in the characters that every bank takes, cut to a length.

    Letters lose their accents; what has no counterpart becomes a full stop. No slash stands at an
    end, and none is doubled.

    >>> clean_text("Société Élan & Cœur // Straße", 70)
    'Societe Elan + Coeur / Strasse'
    """
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    kept = (sign for sign in plain if not unicodedata.combining(sign))
    signs = ("".join(sign if sign in _ALLOWED else _instead(sign) for sign in kept)).split()
    cleaned = re.sub(r"/{2,}", "/", " ".join(signs)).strip("/ ")
    return cleaned[:length].strip("/ ")


def _instead(sign: str) -> str:
    return " " if sign.isspace() or unicodedata.category(sign)[0] == "C" else "."


def check_reference(value: str) -> str:
    """A reference as given, or a refusal: banks return it, so it is never altered.

    :raises SepaError: where it has other characters, is longer than 35, or has stray slashes
    """
    if not _REFERENCE.fullmatch(value or "") or value != value.strip(" /") or "//" in value:
        raise SepaError("bad_reference", value=value)
    return value


def check_iban(value: str) -> str:
    """An account number of the SEPA area without spaces, in capitals.

    :raises SepaError: where its check digits are wrong, or its country is not in the area
    """
    iban = re.sub(r"\s", "", value or "").upper()
    if not _IBAN.fullmatch(iban) or not mod_97_10.is_valid(iban[4:] + iban[:4]):
        raise SepaError("bad_iban", value=value)
    if iban[:2] not in _LENGTHS:
        raise SepaError("not_sepa", value=iban)
    if len(iban) != _LENGTHS[iban[:2]]:
        raise SepaError("bad_iban", value=value)
    return iban


def needs_address(iban: str) -> bool:
    """Whether an order has to say where the account's holder lives: outside the EEA."""
    return iban[:2] not in _EEA


def check_bic(value: str) -> str:
    """A bank's code of 8 or 11 signs, in capitals.

    :raises SepaError: where it is none
    """
    bic = re.sub(r"\s", "", value or "").upper()
    if not _BIC.fullmatch(bic):
        raise SepaError("bad_bic", value=value)
    return bic


def check_creditor_identifier(value: str) -> str:
    """A creditor identifier (ICS in France) without spaces; its business code is not checked.

    >>> check_creditor_identifier("FR72 ZZZ 123456")
    'FR72ZZZ123456'

    :raises SepaError: where its check digits are wrong
    """
    identifier = re.sub(r"\s", "", value or "").upper()
    if not at_02.is_valid(identifier):
        raise SepaError("bad_creditor_identifier", value=value)
    return identifier
