"""What an order to a bank consists of, and what has to be true of it before it is written.

Amounts are Decimals in euro, positive. References are made once by the caller, are kept by it, and
come back with each return: they are never altered here, only refused.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from .errors import SepaError
from .identifiers import (
    NAME_LENGTH,
    check_bic,
    check_iban,
    check_reference,
    clean_text,
    needs_address,
)
from .mandate import Scheme

SMALLEST, LARGEST = Decimal("0.01"), Decimal("999999999.99")
# Lots get -1, -2 … behind the file's own reference, within the 35 signs of theirs.
FILE_REFERENCE_LENGTH = 30


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody lives, in parts: free lines alone are rejected since 15 November 2026."""

    country: str
    town: str
    street: str = ""
    postcode: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """The holder of an account. Without a BIC the bank finds it by the IBAN."""

    name: str
    iban: str
    bic: str = ""
    address: Address | None = None


@dataclass(frozen=True, slots=True)
class Mandate:
    """By what a debit is allowed.

    :ivar reference: the unique mandate reference (RUM)
    :ivar account_changed: the debtor has another account than at the last debit; told once (SMNDA)
    :ivar former_reference: what the mandate was called before, told once; "" : it is the same
    """

    reference: str
    signed: date
    scheme: Scheme = Scheme.CORE
    one_off: bool = False
    account_changed: bool = False
    former_reference: str = ""

    @property
    def sequence(self) -> str:
        """Recurrent debits always bear RCUR; the first one needs no mark since November 2016."""
        return "OOFF" if self.one_off else "RCUR"


@dataclass(frozen=True, slots=True)
class Debit:
    """One account to be debited on a day."""

    reference: str
    amount: Decimal
    day: date
    debtor: Party
    mandate: Mandate
    text: str = ""


@dataclass(frozen=True, slots=True)
class Transfer:
    """One account to be paid on a day."""

    reference: str
    amount: Decimal
    day: date
    creditor: Party
    text: str = ""


@dataclass(frozen=True, slots=True)
class Lot:
    """Orders that the bank books as one sum: the same day, scheme and sequence."""

    reference: str
    day: date
    orders: Sequence[Debit | Transfer]
    scheme: Scheme | None = None
    sequence: str = ""
    total: Decimal = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "total", sum((o.amount for o in self.orders), Decimal()))


@dataclass(frozen=True, slots=True)
class OrderFile:
    """What is written: the same content gives the same bytes.

    :ivar reference: the message's own, at most 30 signs
    :ivar made: when, in the company's time; kept with the file, so that it can be written again
    """

    reference: str
    made: datetime
    holder: Party
    lots: Sequence[Lot]
    creditor_identifier: str = ""

    @property
    def count(self) -> int:
        return sum(len(lot.orders) for lot in self.lots)

    @property
    def total(self) -> Decimal:
        return sum((lot.total for lot in self.lots), Decimal())


def lots_of_debits(reference: str, debits: Iterable[Debit]) -> list[Lot]:
    """Debits by day, scheme and sequence, each lot in the order of references.

    :param reference: that of the file; lots are called after it
    :raises SepaError: for a debit that cannot be ordered, named by its reference
    """
    groups: dict[tuple, list[Debit]] = {}
    for debit in _checked(debits, lambda debit: debit.debtor):
        check_reference(debit.mandate.reference)
        if debit.mandate.former_reference:
            check_reference(debit.mandate.former_reference)
        key = debit.day, debit.mandate.scheme.value, debit.mandate.sequence
        groups.setdefault(key, []).append(debit)
    return [
        Lot(f"{reference}-{number}", day, groups[day, scheme, sequence], Scheme(scheme), sequence)
        for number, (day, scheme, sequence) in enumerate(sorted(groups), 1)
    ]


def lots_of_transfers(reference: str, transfers: Iterable[Transfer]) -> list[Lot]:
    """Transfers by day, each lot in the order of references.

    :raises SepaError: for a transfer that cannot be ordered, named by its reference
    """
    groups: dict[date, list[Transfer]] = {}
    for transfer in _checked(transfers, lambda transfer: transfer.creditor):
        groups.setdefault(transfer.day, []).append(transfer)
    return [Lot(f"{reference}-{n}", day, groups[day]) for n, day in enumerate(sorted(groups), 1)]


def _checked(orders, party_of):
    ordered = sorted(orders, key=lambda order: order.reference)
    if not ordered:
        raise SepaError("nothing_to_order")
    before = None
    for order in ordered:
        check_reference(order.reference)
        if order.reference == before:
            raise SepaError("doubled_reference", reference=before)
        before = order.reference
        _check_amount(order)
        check_party(party_of(order), order.reference)
    return ordered


def _check_amount(order):
    amount = order.amount
    if not amount.is_finite() or not SMALLEST <= amount <= LARGEST or amount % SMALLEST:
        raise SepaError("bad_amount", reference=order.reference, amount=amount)


def check_party(party: Party, reference: str) -> None:
    """Whether the holder of an account can be named in an order.

    :raises SepaError: bad IBAN or BIC, no name, or an account outside the EEA without an address
    """
    iban = check_iban(party.iban)
    if party.bic:
        check_bic(party.bic)
    if not any(sign.isalnum() for sign in clean_text(party.name, NAME_LENGTH)):
        raise SepaError("no_name", reference=reference)
    if needs_address(iban) and not (
        party.address and party.address.country and clean_text(party.address.town, 35)
    ):
        raise SepaError("address_needed", reference=reference, name=party.name, iban=iban)
