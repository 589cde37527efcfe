"""An invoice or a credit memo as NetSuite takes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ...cn285_contract.engine.money import allocate_running
from .records import Custom, Ref

OWN_PRICE = Ref("-1")  # NetSuite's price level "custom": the rate is what we say
MEMO_LENGTH = 999
TEXT_LENGTH = 4000


@dataclass(frozen=True)
class Line:
    """A line: amounts of the document's currency, to the cent, without tax."""

    item: Ref
    text: str
    quantity: Decimal
    amount: Decimal
    tax_code: str
    tax: Decimal
    start: date | None = None  # period of service, last day included
    end: date | None = None


@dataclass(frozen=True)
class Applied:
    """A part of a credit memo that pays an invoice (NetSuite's internal id)."""

    invoice: str
    amount: Decimal


@dataclass(frozen=True)
class Document:
    """What is the same in invoices and credit memos. Ids are NetSuite's internal ones."""

    entity: Ref
    day: date
    currency: str
    lines: tuple[Line, ...]
    number: str = ""
    memo: str = ""
    reference: str = ""
    terms: str = ""
    due: date | None = None
    pdf: str = ""
    applied: tuple[Applied, ...] = ()


@dataclass(frozen=True)
class CustomFields:
    """Script ids of NetSuite's custom fields; an empty one is not used."""

    pdf: str = ""
    line_start: str = ""
    line_end: str = ""


def invoice_values(document: Document, custom: CustomFields) -> dict:
    """Values of NetSuite's Invoice. The period of service is that of all lines together."""
    values = _common(document, custom)
    if document.terms:
        values["terms"] = Ref(document.terms)
    if document.due:
        values["dueDate"] = document.due
    starts = [line.start for line in document.lines if line.start]
    ends = [line.end for line in document.lines if line.end]
    if starts and ends:
        values["startDate"], values["endDate"] = min(starts), max(ends)
    return values


def credit_values(document: Document, custom: CustomFields) -> dict:
    """Values of NetSuite's CreditMemo; what it pays here it pays there."""
    values = _common(document, custom)
    if document.applied:
        values["autoApply"] = False
        values["applyList"] = [
            {"apply": True, "doc": int(part.invoice), "amount": part.amount}
            for part in document.applied
        ]
    return values


def share_tax(total: Decimal, bases: Sequence[Decimal], cent: Decimal) -> list[Decimal]:
    """Share a tax among lines in proportion to their bases, so that the parts add up.

    >>> share_tax(Decimal("10.00"), [Decimal(1), Decimal(1), Decimal(1)], Decimal("0.01"))
    [Decimal('3.33'), Decimal('3.34'), Decimal('3.33')]
    """
    if not sum(bases):
        return [*(Decimal(0) for _base in bases[1:]), total] if bases else []
    return allocate_running(total, bases, cent)


def _common(document: Document, custom: CustomFields) -> dict:
    values = {
        "entity": document.entity,
        "tranDate": document.day,
        "currency": Ref(document.currency),
        "itemList": [_line(line, custom) for line in document.lines],
    }
    if document.number:
        values["tranId"] = document.number
    if document.reference:
        values["otherRefNum"] = document.reference[:45]
    memo = document.memo
    if document.pdf and custom.pdf:
        values["customFieldList"] = [Custom(custom.pdf, document.pdf)]
    elif document.pdf:
        memo = f"{memo} {document.pdf}".strip()
    if memo:
        values["memo"] = memo[:MEMO_LENGTH]
    return values


def _line(line: Line, custom: CustomFields) -> dict:
    values = {
        "item": line.item,
        "description": line.text[:TEXT_LENGTH],
        "amount": line.amount,
        "quantity": line.quantity,
        "price": OWN_PRICE,
        "rate": _rate(line),
        "tax1Amt": line.tax,
        "taxCode": Ref(line.tax_code),
    }
    periods = [
        Custom(script_id, day)
        for script_id, day in ((custom.line_start, line.start), (custom.line_end, line.end))
        if script_id and day
    ]
    if periods:
        values["customFieldList"] = periods
    return values


def _rate(line: Line) -> str:
    """Price of one, precise enough for rate × quantity to be the amount."""
    if not line.quantity:
        return "0"
    rate = (line.amount / line.quantity).quantize(Decimal("0.00000001")).normalize()
    return f"{rate:f}"
