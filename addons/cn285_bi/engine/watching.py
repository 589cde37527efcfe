"""How well a replica follows, by what PostgreSQL says of its slot and by the beats it has.

A slot keeps all changes that its replica has not confirmed: a replica that is away fills the disk
of Odoo's database.
"""

import re
from dataclasses import dataclass
from datetime import datetime

#: Seconds behind, and bytes that wait, from which on somebody is told.
LATE = 60
LARGE = 2**30


@dataclass(frozen=True)
class Slot:
    """A replication slot as PostgreSQL has it.

    :param kept: bytes of the log that it keeps
    :param lost: that PostgreSQL has thrown away what the replica needs
    """

    active: bool
    kept: int
    lost: bool = False


def slot_name(database: str) -> str:
    """The name of the slot of a database's replica: small letters, digits, ``_``, 63 at most.

    A copy of the database has another name, so it is never taken for the one that has a replica.
    """
    return "cn285_bi_" + re.sub(r"[^a-z0-9_]", "_", database.lower())[:54]


def state(slot: Slot | None, behind: int, ours: bool) -> str:
    """``none``, ``following``, ``behind``, ``away`` or ``lost``.

    :param slot: None where there is none
    :param behind: seconds since the first change that the replica has not got
    :param ours: that a replica of this very database was made, not of the one it is a copy of
    """
    if slot is None:
        return "lost" if ours else "none"
    if slot.lost:
        return "lost"
    if not slot.active:
        return "away"
    return "behind" if behind > LATE or slot.kept > LARGE else "following"


def behind(unseen: datetime | None, now: datetime) -> int:
    """Whole seconds since the first beat that the replica has not got; 0: it has all."""
    return max(0, int((now - unseen).total_seconds())) if unseen else 0
