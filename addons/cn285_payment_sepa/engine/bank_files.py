"""What a bank tells: statements and notifications (camt.052, .053, .054) and status (pain.002).

Source: ISO 20022 message definitions. Every version is read: elements are looked for by their
names, whatever their namespace. Files come from outside: no entity is resolved, nothing is fetched,
and a statement is read entry by entry. An entry that cannot be read says why, and keeps no other
from being read; only a file that is no XML, or none of a bank, is refused as a whole.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import BinaryIO

from .bank_xml import (
    child,
    children,
    clean,
    first_child,
    forget,
    name_of,
    parsed,
    path_of,
    value_of,
)
from .errors import SepaError

STATEMENTS = ("BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn", "BkToCstmrAcctRpt")
STATUS = "CstmrPmtStsRpt"
_ACCOUNTS = {"Stmt", "Ntfctn", "Rpt"}
_AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,5})?")
_COUNT = re.compile("[0-9]{1,15}")
_YES = {"true", "1"}
_SIDES = {"CRDT": 1, "DBIT": -1}
# How banks say that there is no reference.
_NONE = {"", "NOTPROVIDED", "NONREF"}


@dataclass(frozen=True, slots=True)
class BankTransaction:
    """One payment within an entry.

    :ivar amount: what the account moved by, above zero where money came in
    :ivar original: what was ordered, where a return says so apart from charges; None: not told
    :ivar fee: what banks charged for it, as the file says, positive
    :ivar return_code: why a payment came back; "" : it did not
    :ivar reversal: whether the bank takes back what it booked before
    :ivar problem: why it cannot be read, its amount is 0 then; None: it can
    """

    amount: Decimal
    currency: str
    end_to_end_id: str = ""
    mandate: str = ""
    message_id: str = ""
    lot: str = ""
    bank_reference: str = ""
    name: str = ""
    iban: str = ""
    text: str = ""
    return_code: str = ""
    return_text: str = ""
    original: Decimal | None = None
    fee: Decimal = Decimal()
    reversal: bool = False
    problem: SepaError | None = None


@dataclass(frozen=True, slots=True)
class BankEntry:
    """One line of an account.

    :ivar key: the same for the same entry in whatever file it stands, to read nothing twice
    :ivar day: of the booking, else of the value; None: the bank tells neither
    :ivar amount: above zero where money came in
    :ivar transactions: what it consists of; empty where the bank does not tell
    :ivar reversal: whether the bank takes back what it booked before
    :ivar problem: why it cannot be read, its amount is 0 then; None: it can
    """

    key: str
    account: str
    day: date | None
    value_day: date | None
    amount: Decimal
    currency: str
    booked: bool
    text: str
    message_id: str
    lot: str
    count: int
    transactions: tuple[BankTransaction, ...]
    reversal: bool = False
    problem: SepaError | None = None

    @property
    def returns(self) -> bool:
        """Whether payments came back."""
        return any(t.return_code for t in self.transactions)


@dataclass(frozen=True, slots=True)
class PaymentStatus:
    """What became of an order, of one of its lots, or of one payment.

    :ivar lot: "" : of the whole file
    :ivar end_to_end_id: "" : of the whole lot
    :ivar status: ``RJCT`` rejected, ``ACCP``, ``ACSP``, ``ACSC`` and others accepted, ``PART`` in
        part, ``PDNG`` pending
    """

    message_id: str
    lot: str
    end_to_end_id: str
    status: str
    code: str
    text: str

    @property
    def rejected(self) -> bool:
        return self.status == "RJCT"


def is_status(stream: BinaryIO) -> bool:
    """Whether a file is a status report, whatever it is written in.

    :raises SepaError: for a file that is no XML
    """
    for event, element in parsed(stream):
        name = name_of(element)
        if name == STATUS:
            return True
        if name in STATEMENTS or event == "end":
            return False
    return False


def read_entries(stream: BinaryIO) -> Iterator[BankEntry]:
    """The entries of a statement or notification, in their order; those too that say nothing.

    :raises SepaError: for a file that is none, when it is found out; what was read until then is
        to be thrown away
    """
    account, statement, number, known = "", "", 0, False
    for event, element in parsed(stream):
        name = name_of(element)
        if event == "start":
            if name in STATEMENTS:
                known = True
            elif name in _ACCOUNTS:
                account, statement, number = "", "", 0
            continue
        parent = element.getparent()
        if name == "Acct" and parent is not None and name_of(parent) in _ACCOUNTS:
            account = value_of(element, "Id/IBAN") or value_of(element, "Id/Othr/Id")
        elif name == "Id" and parent is not None and name_of(parent) in _ACCOUNTS:
            statement = clean(element.text)
        elif name == "Ntry" and known:
            number += 1
            yield _entry_or_problem(element, account, f"{statement}/{number}")
            forget(element)
        elif name == "Document" and not known:
            raise SepaError("not_a_statement", root=first_child(element))


def read_status(stream: BinaryIO) -> list[PaymentStatus]:
    """What a status report says, from the whole to the single payment.

    :raises SepaError: for a file that is none
    """
    root = None
    for _event, element in parsed(stream):
        root = element
    if root is None:
        raise SepaError("not_readable", reason="the file is empty")
    report = root if name_of(root) == STATUS else child(root, STATUS)
    if report is None:
        raise SepaError("not_a_statement", root=first_child(root))
    group = child(report, "OrgnlGrpInfAndSts")
    message = value_of(group, "OrgnlMsgId")
    found = [_status(group, message, "", "", "GrpSts")]
    for lot in children(report, "OrgnlPmtInfAndSts"):
        lot_id = value_of(lot, "OrgnlPmtInfId")
        found.append(_status(lot, message, lot_id, "", "PmtInfSts"))
        for payment in children(lot, "TxInfAndSts"):
            reference = _reference(value_of(payment, "OrgnlEndToEndId"))
            found.append(_status(payment, message, lot_id, reference, "TxSts"))
    return [status for status in found if status.status]


def _status(element, message, lot, reference, tag):
    reason = child(element, "StsRsnInf")
    return PaymentStatus(
        message_id=message,
        lot=lot,
        end_to_end_id=reference,
        status=value_of(element, tag),
        code=value_of(reason, "Rsn/Cd") or value_of(reason, "Rsn/Prtry"),
        text=" ".join(clean(line.text) for line in children(reason, "AddtlInf")),
    )


# --- entries ---------------------------------------------------------------------------------


def _entry_or_problem(entry, account, place):
    """An entry; of one that cannot be read what is known of it, for who looks at it."""
    try:
        return _entry(entry, account, place)
    except SepaError as error:
        return BankEntry(
            key=f"{account}:{place}:?",
            account=account,
            day=None,
            value_day=None,
            amount=Decimal(),
            currency="",
            booked=True,
            text=value_of(entry, "AddtlNtryInf"),
            message_id="",
            lot=_reference(value_of(entry, "AcctSvcrRef")),
            count=0,
            transactions=(),
            problem=error,
        )


def _entry(entry, account, place):
    sign = _sign(entry)
    currency, amount = _money(child(entry, "Amt"))
    value_day = _day(child(entry, "ValDt"))
    day = _day(child(entry, "BookgDt")) or value_day
    reversal = value_of(entry, "RvslInd").lower() in _YES
    bank_reference = _reference(value_of(entry, "AcctSvcrRef"))
    details = children(entry, "NtryDtls")
    batch = next((b for b in (child(d, "Btch") for d in details) if b is not None), None)
    payments = [payment for detail in details for payment in children(detail, "TxDtls")]
    transactions = tuple(
        _transaction_or_problem(
            payment, sign, currency, sign * amount if len(payments) == 1 else None, reversal
        )
        for payment in payments
    )
    first = transactions[0] if transactions else None
    count = value_of(batch, "NbOfTxs")
    return BankEntry(
        key=f"{account}:{bank_reference or place}:{day}:{sign * amount}",
        account=account,
        day=day,
        value_day=value_day or day,
        amount=sign * amount,
        currency=currency,
        booked=(value_of(entry, "Sts/Cd") or value_of(entry, "Sts") or "BOOK") == "BOOK",
        text=value_of(entry, "AddtlNtryInf"),
        message_id=_reference(value_of(batch, "MsgId")) or (first.message_id if first else ""),
        lot=_reference(value_of(batch, "PmtInfId")) or (first.lot if first else ""),
        count=int(count) if _COUNT.fullmatch(count) else len(transactions),
        transactions=transactions,
        reversal=reversal,
    )


def _transaction_or_problem(payment, sign, currency, whole, reversal):
    try:
        return _transaction(payment, sign, currency, whole, reversal)
    except SepaError as error:
        refs = child(payment, "Refs")
        return BankTransaction(
            amount=Decimal(),
            currency="",
            end_to_end_id=_reference(value_of(refs, "EndToEndId")),
            text=_remittance(child(payment, "RmtInf")),
            problem=error,
        )


def _transaction(payment, sign, currency, whole, reversal):
    """:param whole: the entry's amount, where this is all of it"""
    own = child(payment, "CdtDbtInd")
    sign = sign if own is None else _sign(payment)
    amount = child(payment, "Amt")
    if amount is None:
        amount = path_of(payment, "AmtDtls/TxAmt/Amt")
    if amount is not None:
        currency, value = _money(amount)
        moved = sign * value
    elif whole is not None:
        moved = whole
    else:
        raise SepaError("no_amount")
    refs, parties = child(payment, "Refs"), child(payment, "RltdPties")
    returned = child(payment, "RtrInf")
    # Money that came in is the debtor's, what left is the creditor's; returns the other way round.
    other = "Dbtr" if (moved > 0) is (returned is None) else "Cdtr"
    return BankTransaction(
        amount=moved,
        currency=currency,
        end_to_end_id=_reference(value_of(refs, "EndToEndId")),
        mandate=_reference(value_of(refs, "MndtId")),
        message_id=_reference(value_of(refs, "MsgId")),
        lot=_reference(value_of(refs, "PmtInfId")),
        bank_reference=_reference(value_of(refs, "AcctSvcrRef"))
        or _reference(value_of(refs, "TxId")),
        name=value_of(parties, f"{other}/Nm") or value_of(parties, f"{other}/Pty/Nm"),
        iban=value_of(parties, f"{other}Acct/Id/IBAN"),
        text=_remittance(child(payment, "RmtInf")),
        return_code=_return_code(returned),
        return_text=" ".join(clean(line.text) for line in children(returned, "AddtlInf")),
        original=_ordered(payment, currency),
        fee=_fees(child(payment, "Chrgs")),
        reversal=reversal,
    )


def _ordered(payment, currency):
    """What was ordered, where a return says so in the currency of the account."""
    amount = path_of(payment, "AmtDtls/InstdAmt/Amt")
    if amount is None:
        return None
    told, value = _money(amount)
    return value if told == currency else None


def _return_code(returned):
    if returned is None:
        return ""
    return value_of(returned, "Rsn/Cd") or value_of(returned, "Rsn/Prtry") or "MS03"


def _remittance(element):
    lines = [clean(line.text) for line in children(element, "Ustrd")]
    lines += [value_of(structured, "CdtrRefInf/Ref") for structured in children(element, "Strd")]
    return " ".join(line for line in lines if line)


def _fees(charges):
    if charges is None:
        return Decimal()
    amounts = [child(record, "Amt") for record in children(charges, "Rcrd")]
    amounts = amounts or [child(charges, "TtlChrgsAndTaxAmt"), child(charges, "Amt")]
    return sum((_money(amount)[1] for amount in amounts if amount is not None), Decimal())


def _sign(element):
    side = value_of(element, "CdtDbtInd")
    if side not in _SIDES:
        raise SepaError("no_side")
    return _SIDES[side]


def _money(amount):
    if amount is None:
        raise SepaError("no_amount")
    text = clean(amount.text)
    if not _AMOUNT.fullmatch(text):
        raise SepaError("no_such_amount", value=text)
    return amount.get("Ccy") or "EUR", Decimal(text)


def _day(element):
    text = value_of(element, "Dt") or value_of(element, "DtTm")
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise SepaError("no_such_date", value=text) from None


def _reference(text):
    return "" if text.upper() in _NONE else text
