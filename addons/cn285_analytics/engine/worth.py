"""What a customer is worth over his life."""

from decimal import Decimal
from fractions import Fraction

Number = Decimal | Fraction | int


def monthly_churn(churn: Number, months: int = 12) -> float | None:
    """Return the monthly churn that comes to ``churn`` over a number of months.

    Both as shares: 0.05 is 5 %. None where all were lost, or where the share is none.

    >>> round(monthly_churn(Decimal("0.459640"), 12), 4)
    0.05
    """
    if not 0 <= churn < 1 or months < 1:
        return None
    return 1 - (1 - float(churn)) ** (1 / months)


def lifetime_value(arpa: Number, churn: Number, margin: Number = 1) -> Fraction | None:
    """Return what a customer brings until he leaves: ARPA × margin ÷ monthly churn.

    None without churn: nobody knows how long they stay. ``churn`` and ``margin`` are shares.

    >>> lifetime_value(100, Decimal("0.05"), Decimal("0.8"))
    Fraction(1600, 1)
    """
    if churn <= 0:
        return None
    return Fraction(arpa) * Fraction(margin) / Fraction(churn)


def discounted_value(
    arpa: Number, churn: Number, margin: Number, months: int, yearly_rate: Number
) -> float | None:
    """Return the present value of ``months`` months of a customer (CLTV).

    The sum over k from 0 of ARPA × margin × (1 - churn)^k ÷ (1 + d)^k, d the monthly equivalent of
    ``yearly_rate`` (0.1 is 10 % a year). None without churn, as :func:`lifetime_value`.

    >>> round(discounted_value(100, Decimal("0.05"), Decimal("0.8"), 36, Decimal("0.1")), 2)
    1226.05
    """
    if churn <= 0 or months < 1 or yearly_rate <= -1:
        return None
    factor = (1 - float(churn)) / (1 + float(yearly_rate)) ** (1 / 12)
    return float(arpa) * float(margin) * sum(factor**k for k in range(months))
