"""Decimals travel as texts: JSON's numbers are doubles to most programs, and money is not."""

import re
from decimal import Decimal

#: 13 digits before the point, as amounts of contracts have them at most, and 6 after it.
PATTERN = r"^-?[0-9]{1,13}(\.[0-9]{1,6})?$"
_FORM = re.compile(PATTERN)


def parse_decimal(text: str) -> Decimal:
    """The decimal that a text says.

    >>> parse_decimal("30.00"), parse_decimal("-0.5")
    (Decimal('30.00'), Decimal('-0.5'))

    :raises ValueError: for anything else: exponents, blanks, commas
    """
    if not isinstance(text, str) or not _FORM.fullmatch(text):
        raise ValueError(text)
    return Decimal(text)


def money_text(amount: float | Decimal, digits: int = 2) -> str:
    """An amount as text with the digits of its currency.

    >>> money_text(30.0), money_text(-0.0), money_text(1234.5, 0), money_text(0.1 + 0.2)
    ('30.00', '0.00', '1234', '0.30')
    """
    exact = amount if isinstance(amount, Decimal) else Decimal(repr(amount))
    rounded = exact.quantize(Decimal(1).scaleb(-digits))
    return f"{rounded or abs(rounded):f}"


def number_text(number: float | Decimal) -> str:
    """A number as text, as exact as it is kept: at least one digit, no zeros at the end.

    >>> number_text(1.0), number_text(0.1234567), number_text(1e-7), number_text(100.0)
    ('1', '0.123457', '0', '100')
    """
    exact = number if isinstance(number, Decimal) else Decimal(repr(number))
    text = f"{exact.quantize(Decimal('0.000001')):f}"
    text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
