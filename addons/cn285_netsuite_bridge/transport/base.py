"""What the bridge asks of NetSuite, whatever the protocol.

One implementation is SOAP (`soap.py`); one over REST and SuiteQL can stand beside it. Nothing
outside an implementation knows its protocol.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from odoo.addons.cn285_bridge.engine.errors import CallFailed

from ..engine.records import Deleted, Outcome, Page, Record, Ref


class TransportError(CallFailed):
    """A whole call failed; nothing is known about whether its work was done."""


@dataclass(frozen=True)
class Exchange:
    """One call for the log, secrets masked."""

    operation: str
    records: int
    milliseconds: int
    outcome: str  # ok, partial or failed
    code: str = ""
    message: str = ""
    request: str = ""
    answer: str = ""


class Transport(ABC):
    """A connection to one NetSuite account.

    Lists may be of any length: an implementation cuts them to what one call takes, and answers in
    the order of what was given. Every method raises :class:`TransportError` when a call fails.
    `on_exchange` is called once for each call that was made, failed or not.
    """

    #: records that one call of `upsert` takes; a caller that wants one call a step keeps to it
    upsert_size: int

    @abstractmethod
    def check(self) -> datetime:
        """The account's time: proves that address, version and credentials are right."""

    @abstractmethod
    def search_modified(
        self, kind: str, since: datetime | None, subsidiary: str = ""
    ) -> Iterator[Page]:
        """Records of a kind ("item", "customer", "invoice", "creditMemo", "journalEntry") that were
        changed at or after ``since`` (None: all), page by page."""

    @abstractmethod
    def get(self, refs: Sequence[Ref]) -> list[Record | None]:
        """The records behind references that name their type; None for one that does not exist."""

    @abstractmethod
    def upsert(self, records: Sequence[Record]) -> list[Outcome]:
        """Write records; the same call again changes nothing more.

        A record with an internal id is updated, else one with its external id, else it is made.
        """

    @abstractmethod
    def add(self, records: Sequence[Record]) -> list[Outcome]:
        """Make records; one whose external id exists is refused (DUP_RCRD)."""

    @abstractmethod
    def delete(self, refs: Sequence[Ref]) -> list[Outcome]:
        """Delete records."""

    @abstractmethod
    def get_deleted(self, types: Sequence[str], since: datetime) -> list[Deleted]:
        """Records of NetSuite's record types that were deleted (or merged away) since then."""
