"""Records as the transport takes and gives them, whatever the protocol.

Values go by NetSuite's names of fields and are plain: str, bool, int, Decimal, date, aware
datetime, Ref, Custom, dict (a sub-record) or list (of sub-records or references).
"""

from dataclasses import dataclass, field
from datetime import datetime

ITEM_TYPES = (
    "serviceSaleItem",
    "serviceResaleItem",
    "nonInventorySaleItem",
    "nonInventoryResaleItem",
)


@dataclass(frozen=True)
class Ref:
    """A reference to a record: by NetSuite's internal id, or by an external id of our own."""

    internal_id: str = ""
    external_id: str = ""
    type: str = ""  # NetSuite's record type, such as customer
    name: str = ""

    @property
    def key(self) -> str:
        """How a mapping finds it."""
        return self.internal_id or self.external_id


@dataclass(frozen=True)
class Custom:
    """A custom field's value (text or date) by its script id, such as custbody_pdf."""

    script_id: str
    value: object


@dataclass(frozen=True)
class Record:
    """A record of NetSuite, or one that is to become it."""

    type: str
    values: dict = field(default_factory=dict)
    internal_id: str = ""
    external_id: str = ""
    modified: datetime | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of one record of a write call."""

    ok: bool
    internal_id: str = ""
    external_id: str = ""
    code: str = ""
    message: str = ""


@dataclass(frozen=True)
class Deleted:
    """A record that NetSuite no longer has."""

    type: str
    internal_id: str
    external_id: str = ""
    deleted: datetime | None = None


@dataclass(frozen=True)
class Page:
    """One page of a search."""

    records: tuple[Record, ...]
    index: int
    pages: int
    total: int


@dataclass(frozen=True)
class Sublist:
    """Lines that are added to or changed in those that are there, instead of replacing them."""

    lines: tuple[dict, ...]
