"""A journal entry as NetSuite takes it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .records import Ref

MEMO_LENGTH = 999


@dataclass(frozen=True)
class EntryLine:
    """A line in the company's currency; ``balance`` is debit less credit."""

    account: str
    balance: Decimal
    text: str = ""
    entity: Ref | None = None


@dataclass(frozen=True)
class Entry:
    """A journal entry. ``reversal`` is the day on which an accrual is taken back."""

    day: date
    subsidiary: str
    currency: str
    lines: tuple[EntryLine, ...]
    number: str = ""
    memo: str = ""
    reversal: date | None = None


class Unbalanced(ValueError):
    """Debit and credit differ by ``difference``."""

    def __init__(self, difference: Decimal):
        super().__init__(str(difference))
        self.difference = difference


def entry_values(entry: Entry) -> dict:
    """Values of NetSuite's JournalEntry; lines of zero are left out.

    :raise Unbalanced: when debit and credit differ
    """
    lines = [line for line in entry.lines if line.balance]
    difference = sum((line.balance for line in lines), Decimal(0))
    if difference:
        raise Unbalanced(difference)
    values = {
        "tranDate": entry.day,
        "subsidiary": Ref(entry.subsidiary),
        "currency": Ref(entry.currency),
        "lineList": [_line(line) for line in lines],
    }
    if entry.number:
        values["tranId"] = entry.number
    if entry.memo:
        values["memo"] = entry.memo[:MEMO_LENGTH]
    if entry.reversal:
        values["reversalDate"] = entry.reversal
    return values


def _line(line: EntryLine) -> dict:
    values = {"account": Ref(line.account)}
    values["debit" if line.balance > 0 else "credit"] = abs(line.balance)
    if line.text:
        values["memo"] = line.text[:MEMO_LENGTH]
    if line.entity:
        values["entity"] = line.entity
    return values
