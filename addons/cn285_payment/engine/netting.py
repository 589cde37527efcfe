"""What a customer has to his credit pays what he owes, before anything is charged.

Debts and credits here are of one payer, company, currency and account: only these can be settled
with one another.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Entry:
    """What is open of a debt or of a credit, above zero, in the payer's currency.

    ``day`` is that on which a debt is due, or from which there is a credit; ``contracts`` are those
    that it comes from.
    """

    key: Hashable
    day: date
    amount: Decimal
    contracts: frozenset[int] = frozenset()


class Match(NamedTuple):
    """So much of a credit settles so much of a debt."""

    debt: Hashable
    credit: Hashable
    amount: Decimal


def net(debts: Iterable[Entry], credits: Iterable[Entry]) -> list[Match]:
    """Return what is settled with what, in order; never more than either side has.

    Credits of a debt's own contracts come first, for all debts, so that none is used up by the debt
    of another contract that is due earlier; then the others. Debts are settled in the order in
    which they are due, credits used in the order in which they came.

    >>> day = date(2026, 1, 1)
    >>> net([Entry("invoice", day, Decimal(100))], [Entry("credit note", day, Decimal(30))])
    [Match(debt='invoice', credit='credit note', amount=Decimal('30'))]
    """
    debts, credits = _in_order(debts), _in_order(credits)
    owed = {debt.key: debt.amount for debt in debts}
    left = {credit.key: credit.amount for credit in credits}
    matches = []
    for own in (True, False):
        for debt in debts:
            for credit in credits:
                if own and not debt.contracts & credit.contracts:
                    continue
                amount = min(owed[debt.key], left[credit.key])
                if amount > 0:
                    owed[debt.key] -= amount
                    left[credit.key] -= amount
                    matches.append(Match(debt.key, credit.key, amount))
    return matches


def _in_order(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: (entry.day, entry.key))
