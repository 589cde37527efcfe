"""The account behind the server: records as NetSuite would hold them."""

import threading
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal

from lxml import etree

XSI = "http://www.w3.org/2001/XMLSchema-instance"
CENT = Decimal("0.01")
LISTS = {"Invoice": "itemList", "CreditMemo": "itemList", "JournalEntry": "lineList"}
ITEMS = (
    "ServiceSaleItem",
    "ServiceResaleItem",
    "NonInventorySaleItem",
    "NonInventoryResaleItem",
)


class Refusal(Exception):
    """One record cannot be written; the others of the call can."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def local(element):
    """An element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def child(element, name):
    """The first child of that name, or None."""
    return next((item for item in element if local(item) == name), None)


def text_of(element, name, default=""):
    """The text of a child, ``default`` when it is missing."""
    found = child(element, name)
    return default if found is None else (found.text or "").strip()


@dataclass
class Record:
    """A record: its fields as the elements that came in, or that the account computed."""

    type: str
    internal_id: str
    external_id: str = ""
    created: datetime = None
    modified: datetime = None
    fields: dict = field(default_factory=dict)  # name: list of elements, or text

    def ref(self, name):
        """(internal id, external id) of a reference field."""
        elements = self.fields.get(name)
        if not elements or isinstance(elements, str):
            return ("", "")
        return (elements[0].get("internalId", ""), elements[0].get("externalId", ""))

    def text(self, name, default=""):
        """A plain field's text."""
        value = self.fields.get(name, default)
        if isinstance(value, list):
            return (value[0].text or "").strip() if value else default
        return value

    def number(self, name):
        """A plain field as a number."""
        return Decimal(self.text(name) or "0")

    def lines(self):
        """The elements of the lines of a transaction."""
        listed = self.fields.get(LISTS[self.type]) or []
        return list(listed[0]) if listed else []


class Account:
    """A NetSuite account in memory. Thread-safe: one call works on it at a time.

    ``references`` holds the ids that exist, by record type: {"term": {"5": "Net 30"}, …}; ``rates``
    the percentage of a tax code. Times are the account's own clock, which never stands still.
    """

    def __init__(self, account="1234567_SB1", subsidiaries=None):
        self.account = account
        self.lock = threading.RLock()
        self.records = {}  # (type, internal id): Record
        self.by_external = {}  # (family, external id): Record
        self.deleted = []  # (when, type, internal id, external id, name)
        self.references = {
            "account": {},
            "currency": {"1": "EUR", "2": "USD"},
            "subsidiary": subsidiaries or {"1": "Parent company"},
            "term": {},
            "salesTaxItem": {},
            "priceLevel": {"1": "Base Price"},
            "taxSchedule": {},
        }
        self.rates = {}
        self.closed_until = ""  # ISO date: periods up to it are closed
        self._next_id = 100
        self._numbers = {}
        self._last = datetime(2020, 1, 1, tzinfo=timezone.utc)

    # ------------------------------------------------------------------ reading

    @staticmethod
    def family(type_):
        """Records of one family share external ids: all items do."""
        return "item" if type_ in ITEMS else type_

    def find(self, type_, internal_id="", external_id=""):
        """A record by either id, or None."""
        if internal_id:
            for kind in ITEMS if type_ in ITEMS else (type_,):
                if (kind, internal_id) in self.records:
                    return self.records[kind, internal_id]
            return None
        return self.by_external.get((self.family(type_), external_id))

    def all(self, *types):
        """All records of these types, oldest change first."""
        found = [record for record in self.records.values() if record.type in types]
        return sorted(found, key=lambda record: (record.modified, int(record.internal_id)))

    def now(self):
        """The account's clock; each look is a millisecond later than the one before at least."""
        self._last = max(datetime.now(timezone.utc), self._last + timedelta(milliseconds=1))
        return self._last

    # ------------------------------------------------------------------ writing

    def put(self, type_, element, mode):
        """Add, update or upsert one record; returns it.

        :param mode: "add", "update" or "upsert"
        :raise Refusal: with NetSuite's code
        """
        with self.lock:
            internal_id, external_id = element.get("internalId", ""), element.get("externalId", "")
            record = self._existing(type_, internal_id, external_id, mode)
            known = dict(record.fields) if record else {}
            candidate = Record(type_, "", external_id, fields=known)
            cleared = child(element, "nullFieldList")
            for name in [] if cleared is None else [item.text for item in cleared]:
                candidate.fields.pop(name, None)
            for item in element:
                if local(item) == "nullFieldList":
                    continue
                candidate.fields[local(item)] = [self._sublist(known, deepcopy(item))]
            self._check(candidate)
            self._compute(candidate, record)
            if record is None:
                record = self._create(type_, external_id)
            record.fields = candidate.fields
            if external_id and record.external_id != external_id:
                self._set_external(record, external_id)
            record.modified = self.now()
            return record

    def _sublist(self, known, element):
        """A list with the lines it had, where it does not replace them; addresses get ids."""
        if local(element) != "addressbookList":
            return element
        if element.get("replaceAll") == "false" and known.get("addressbookList"):
            given = {text_of(line, "internalId"): line for line in element}
            for line in reversed(list(known["addressbookList"][0])):
                if text_of(line, "internalId") not in given:
                    element.insert(0, deepcopy(line))
        for line in element:
            if child(line, "internalId") is None:
                self._next_id += 1
                space = line.tag.rpartition("}")[0]
                etree.SubElement(line, f"{space}}}internalId").text = str(self._next_id)
        return element

    def _existing(self, type_, internal_id, external_id, mode):
        if mode == "update":
            record = self.find(type_, internal_id, "" if internal_id else external_id)
            if record is None:
                raise Refusal("RCRD_DSNT_EXIST", "That record does not exist.")
            return record
        if not external_id:
            if mode == "upsert":
                raise Refusal("USER_ERROR", "An external id is needed to upsert a record.")
            return None
        record = self.find(type_, "", external_id)
        if record and mode == "add":
            raise Refusal("DUP_RCRD", "This record already exists")
        return record

    def _create(self, type_, external_id):
        self._next_id += 1
        record = Record(type_, str(self._next_id), external_id)
        record.created = record.modified = self.now()
        self.records[type_, record.internal_id] = record
        if external_id:
            self._set_external(record, external_id)
        return record

    def _set_external(self, record, external_id):
        self.by_external.pop((self.family(record.type), record.external_id), None)
        record.external_id = external_id
        self.by_external[self.family(record.type), external_id] = record

    def delete(self, type_, internal_id="", external_id=""):
        """Delete a record; who asks for deleted records finds it."""
        with self.lock:
            record = self.find(type_, internal_id, external_id)
            if record is None:
                raise Refusal("RCRD_DSNT_EXIST", "That record does not exist.")
            if record.type == "Invoice" and record.number("amountPaid"):
                raise Refusal("USER_ERROR", "This transaction has payments and cannot be deleted.")
            del self.records[record.type, record.internal_id]
            self.by_external.pop((self.family(record.type), record.external_id), None)
            self.deleted.append((self.now(), record))
            return record

    def merge(self, type_, internal_id, master_id):
        """Merge a duplicate into ``master_id``: its transactions move over, it is gone."""
        with self.lock:
            old = self.find(type_, internal_id)
            for record in self.records.values():
                ids = record.ref("entity")
                if internal_id == ids[0] or (old.external_id and old.external_id == ids[1]):
                    for name in ("internalId", "externalId"):
                        record.fields["entity"][0].attrib.pop(name, None)
                    record.fields["entity"][0].set("internalId", master_id)
                    record.modified = self.now()
            self.delete(type_, internal_id)

    # ------------------------------------------------------------------ what a person does there

    def pay(self, record, amount):
        """A customer pays (or a payment is voided: a negative amount)."""
        with self.lock:
            paid = record.number("amountPaid") + Decimal(str(amount))
            self._set_paid(record, paid)
            record.modified = self.now()

    def change(self, record, **texts):
        """A person edits plain fields there."""
        with self.lock:
            record.fields.update(texts)
            record.modified = self.now()

    # ------------------------------------------------------------------ rules

    def _check(self, record):
        for name, kinds in _REFERENCES.items():
            for element in record.fields.get(name) or []:
                self._check_ref(name, element, kinds)
        if record.type in LISTS:
            self._check_transaction(record)
        if record.type == "Customer":
            named = record.text("companyName") or record.text("lastName")
            if not named:
                raise Refusal("USER_ERROR", "Please enter value(s) for: Company Name")
            if not record.fields.get("subsidiary"):
                raise Refusal("USER_ERROR", "Please enter value(s) for: Primary Subsidiary")

    def _check_ref(self, name, element, kinds):
        internal_id, external_id = element.get("internalId", ""), element.get("externalId", "")
        for kind in kinds:
            if kind in self.references and internal_id in self.references[kind]:
                return
            if kind not in self.references and self.find(kind, internal_id, external_id):
                return
        shown = internal_id or external_id
        raise Refusal("INVALID_KEY_OR_REF", f"Invalid {name} reference key {shown}.")

    def _check_transaction(self, record):
        day = record.text("tranDate")[:10]
        if self.closed_until and day <= self.closed_until:
            raise Refusal("TRAN_PERIOD_CLOSED", f"The transaction's period is closed ({day}).")
        lines = record.lines()
        if not lines:
            raise Refusal("USER_ERROR", "You must enter at least one line item.")
        for line in lines:
            for name, kinds in _REFERENCES.items():
                found = child(line, name)
                if found is not None:
                    self._check_ref(name, found, kinds)

    def _compute(self, record, before):
        if record.type == "JournalEntry":
            self._balance(record)
        elif record.type in LISTS:
            net, tax = Decimal(0), Decimal(0)
            for line in record.lines():
                amount = Decimal(text_of(line, "amount") or "0")
                net += amount
                code = child(line, "taxCode")
                given = text_of(line, "tax1Amt")
                if given:
                    tax += Decimal(given)
                elif code is not None:
                    rate = Decimal(str(self.rates.get(code.get("internalId", ""), 0)))
                    tax += (amount * rate / 100).quantize(CENT, ROUND_HALF_UP)
            record.fields.update(
                subTotal=_money(net), taxTotal=_money(tax), total=_money(net + tax)
            )
            self._set_paid(record, before.number("amountPaid") if before else Decimal(0))
        if record.type in LISTS and not record.fields.get("tranId"):
            number = self._numbers[record.type] = self._numbers.get(record.type, 0) + 1
            record.fields["tranId"] = f"{record.type[:3].upper()}{number}"

    @staticmethod
    def _balance(record):
        debit = sum(Decimal(text_of(line, "debit") or "0") for line in record.lines())
        credit = sum(Decimal(text_of(line, "credit") or "0") for line in record.lines())
        if debit != credit:
            raise Refusal(
                "USER_ERROR",
                f"The amounts in a journal entry must balance: debit {debit}, credit {credit}.",
            )

    @staticmethod
    def _set_paid(record, paid):
        rest = record.number("total") - paid
        record.fields["amountPaid"] = _money(paid)
        record.fields["amountRemaining"] = _money(rest)
        if record.type == "CreditMemo":
            record.fields["status"] = "Open" if rest else "Fully Applied"
            record.fields["applied"], record.fields["unapplied"] = _money(paid), _money(rest)
        else:
            record.fields["status"] = "Open" if rest else "Paid In Full"


_REFERENCES = {
    "account": ("account",),
    "currency": ("currency",),
    "entity": ("Customer",),
    "incomeAccount": ("account",),
    "item": ITEMS,
    "subsidiary": ("subsidiary",),
    "taxCode": ("salesTaxItem",),
    "terms": ("term",),
}


def _money(amount):
    return f"{amount.quantize(CENT, ROUND_HALF_UP):f}"
