"""What adapters hand to the bridge and get from it: one record on its way out or in."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Prepared:
    """A record ready to go. ``values`` is what both sides say afterwards, ``payload`` what the
    adapter's own `_push` understands; ``delete`` removes the record there."""

    res_id: int
    values: dict
    payload: object = None
    delete: bool = False


@dataclass(frozen=True)
class Refused:
    """A record that cannot go until somebody acts: ``reason`` says what to do."""

    res_id: int
    reason: str


@dataclass(frozen=True)
class Later:
    """A record that waits for others: ``needs`` are (kind's code, record ids) to send first."""

    res_id: int
    reason: str
    needs: tuple[tuple[str, tuple[int, ...]], ...] = ()


@dataclass(frozen=True)
class Skipped:
    """A record that does not go at all, such as a draft."""

    res_id: int
    reason: str


@dataclass(frozen=True)
class Sent:
    """What became of a prepared record. Not ok: ``retry`` says whether trying again may help."""

    ok: bool
    external_id: str = ""
    code: str = ""
    message: str = ""
    retry: bool = False


@dataclass(frozen=True)
class Incoming:
    """A record as it came, ``raw`` as JSON; ``changed_at`` by the other system's clock (aware)."""

    external_id: str
    raw: dict
    changed_at: datetime | None = None

    @property
    def version(self) -> str:
        return self.changed_at.isoformat() if self.changed_at else ""


@dataclass(frozen=True)
class Gone:
    """A record that was deleted there, or merged into another."""

    external_id: str
    own_id: str = ""  # the external id of ours that it had
    deleted_at: datetime | None = None
    raw: dict = field(default_factory=dict)
