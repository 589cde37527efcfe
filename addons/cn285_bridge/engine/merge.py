"""Three-way merge: what did either side change since they last agreed, and who is right.

Values are flat dictionaries of one vocabulary that both sides are translated into. ``base`` is what
both said when they were last in step; None when they never were.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from .checksum import canonical


class Rule(str, Enum):
    """Who is right where both changed the same field to different values."""

    THEIRS = "theirs"
    OURS = "ours"
    NEWEST = "newest"
    ASK = "ask"


@dataclass(frozen=True)
class Disagreement:
    """A field that both sides changed, each to another value."""

    name: str
    base: object
    ours: object
    theirs: object


@dataclass(frozen=True)
class Merge:
    """What has to happen for both sides to say the same.

    ``here`` and ``there`` are the fields to write on either side with their values; with open
    ``conflicts`` both are empty, because a record is brought in step as a whole or not at all.
    ``agreed`` is what both say afterwards.
    """

    here: dict = field(default_factory=dict)
    there: dict = field(default_factory=dict)
    conflicts: tuple[Disagreement, ...] = ()
    agreed: dict = field(default_factory=dict)


def merge(
    base: Mapping | None,
    ours: Mapping,
    theirs: Mapping,
    rule: Rule | str,
    *,
    ours_changed_at: datetime | None = None,
    theirs_changed_at: datetime | None = None,
    choices: Mapping[str, str] | None = None,
) -> Merge:
    """Merge what both sides say.

    A field that one side changed goes to the other. A field that both changed to the same value is
    in step. Where they disagree ``choices`` ("ours" or "theirs" by field, a person's decision) come
    first, then ``rule``; `newest` takes the side that was changed later, theirs when that is not
    known. Without a base every difference is a disagreement, except where one side says nothing.

    >>> merge({"city": "Lyon"}, {"city": "Lyon"}, {"city": "Paris"}, "ask").here
    {'city': 'Paris'}
    >>> merge({"city": "Lyon"}, {"city": "Nice"}, {"city": "Paris"}, "ask").conflicts[0].ours
    'Nice'
    """
    rule, choices = Rule(rule), choices or {}
    winner = _winner(rule, ours_changed_at, theirs_changed_at)
    here, there, conflicts, agreed = {}, {}, [], {}
    for name in sorted({*ours, *theirs}):
        mine, yours = ours.get(name), theirs.get(name)
        if _same(mine, yours):
            agreed[name] = mine
            continue
        side = _changed_side(base, name, mine, yours) or choices.get(name) or winner
        if side == "ours":
            there[name] = agreed[name] = mine
        elif side == "theirs":
            here[name] = agreed[name] = yours
        else:
            conflicts.append(Disagreement(name, (base or {}).get(name), mine, yours))
    if conflicts:
        return Merge(conflicts=tuple(conflicts))
    return Merge(here, there, (), agreed)


def _same(one: object, other: object) -> bool:
    return canonical(one) == canonical(other)


def _changed_side(base: Mapping | None, name: str, mine: object, yours: object) -> str | None:
    """The side whose value is to be taken because only it changed, or says anything at all."""
    if base is None or name not in base:
        if canonical(mine) is None:
            return "theirs"
        return "ours" if canonical(yours) is None else None
    if _same(base[name], mine):
        return "theirs"
    return "ours" if _same(base[name], yours) else None


def _winner(rule: Rule, ours: datetime | None, theirs: datetime | None) -> str | None:
    if rule is Rule.ASK:
        return None
    if rule is not Rule.NEWEST:
        return rule.value
    return "ours" if ours and theirs and ours > theirs else "theirs"
