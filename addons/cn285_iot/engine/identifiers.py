"""Identifiers by which networks know devices: how they are written, and what is wrong with one.

ICCID: ITU-T E.118, 18 to 20 digits, or 19 with a check digit. IMEI: 3GPP TS 23.003, 15 digits, the
last one a check digit (Luhn). IMSI: ITU-T E.212, at most 15 digits. EUI-64 and EUI-48: IEEE.
MSISDN: ITU-T E.164, at most 15 digits.
"""

import re

#: Kinds in the order in which they are offered.
KINDS = ("iccid", "imei", "imsi", "msisdn", "eui", "mac", "other")
_SEPARATORS = re.compile(r"[\s.:\-/()]+")
LONGEST = 64


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of those before it (ISO/IEC 7812-1).

    >>> luhn("490154203237518"), luhn("490154203237519")
    (True, False)
    """
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def normalised(kind: str, text: str) -> str:
    """An identifier as it is compared: without separators, in capitals; others as they stand.

    >>> normalised("eui", "70-b3:d5 7e d0 05 a1 b2")
    '70B3D57ED005A1B2'
    >>> normalised("msisdn", "+33 6 12 34 56 78")
    '33612345678'
    """
    text = text.strip()
    if kind == "other":
        return text
    return _SEPARATORS.sub("", text).upper().lstrip("+")


def problem(kind: str, value: str) -> str | None:
    """What is wrong with a normalised identifier, as a code; None where nothing is.

    ``length``, ``digits``, ``hex``, ``check`` (its check digit), ``empty``.

    >>> problem("imei", "490154203237519")
    'check'
    """
    if not value:
        return "empty"
    if len(value) > LONGEST:
        return "length"
    check = _CHECKS.get(kind)
    return check(value) if check else None


def _digits(least: int, most: int):
    def check(value: str) -> str | None:
        if not (value.isascii() and value.isdigit()):
            return "digits"
        return None if least <= len(value) <= most else "length"

    return check


def _imei(value: str) -> str | None:
    found = _digits(14, 16)(value)
    if found:
        return found
    # 14: without the check digit; 16: with the version of the software instead.
    return "check" if len(value) == 15 and not luhn(value) else None


def _iccid(value: str) -> str | None:
    # Some networks write a letter F to fill up twenty places.
    found = _digits(18, 20)(value.removesuffix("F"))
    if found:
        return found
    return "check" if len(value) == 19 and value.isdigit() and not luhn(value) else None


def _hex(length: int):
    def check(value: str) -> str | None:
        if not all(character in "0123456789ABCDEF" for character in value):
            return "hex"
        return None if len(value) == length else "length"

    return check


_CHECKS = {
    "iccid": _iccid,
    "imei": _imei,
    "imsi": _digits(6, 15),
    "msisdn": _digits(4, 15),
    "eui": _hex(16),
    "mac": _hex(12),
}
