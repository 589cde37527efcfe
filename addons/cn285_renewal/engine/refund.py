"""What is paid back to a customer: what he paid for the contract and does not owe any more."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ...cn285_contract.engine.money import CENT, round_money


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice, or a credit note as negative amounts, with tax.

    ``total`` is its amount and ``own`` the contract's part of it. ``money`` came in for it
    (negative: was paid back), ``settled`` was set off against documents of the other kind.
    """

    total: Fraction
    own: Fraction
    money: Fraction = Fraction(0)
    settled: Fraction = Fraction(0)

    @property
    def paid(self) -> Fraction:
        """Return what was paid of the contract's part: of a shared invoice, in proportion."""
        if not self.total:
            return Fraction(0)
        return (self.money + self.settled) * self.own / self.total


def refund(
    documents: Iterable[Document],
    credit: Decimal,
    pending: Decimal = Decimal(0),
    rounding: Decimal = CENT,
) -> Decimal:
    """Return what has to be paid back of a credit, with tax: never more than it, never below 0.

    What was paid for the contract, less what is owed of it once ``credit`` and ``pending``, the
    credits of other changes that are not invoiced yet, are taken off. So what was never paid, or
    was written off, is not paid back; what is still open of the contract is set off first.

    >>> year, month = Fraction(1440), Fraction("1.20")
    >>> paid = Document(year, year, money=year)
    >>> shared = Document(Fraction("6001.20"), month)
    >>> refund([paid, shared], Decimal("126.29"))
    Decimal('125.09')
    """
    paid = owed = Fraction(0)
    for document in documents:
        paid += document.paid
        owed += document.own
    left = paid - (owed - Fraction(credit) - Fraction(pending))
    return round_money(max(min(left, Fraction(credit)), Fraction(0)), rounding)
