"""What of a step is planned: wanted minus what is there. A moved date cancels and plans anew."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from .timing import is_too_late

PLANNED, CANCELLED = "planned", "cancelled"
# Why something that was planned is given up.
MOVED, LEFT = "moved", "left"


class Key(NamedTuple):
    """What a step is carried out for, once: a record and a date.

    ``item``: 0 where it is about the contract.
    """

    contract: int
    item: int
    anchor: date

    @property
    def subject(self) -> tuple[int, int]:
        return self.contract, self.item


class Known(NamedTuple):
    """What is there of a key: the number of its row, its state, and its day."""

    row: int
    state: str
    due: date


@dataclass
class Outcome:
    """What has to be done: keys with their days, rows with their days, rows with the reason."""

    create: dict[Key, date] = field(default_factory=dict)
    reopen: dict[int, date] = field(default_factory=dict)
    redate: dict[int, date] = field(default_factory=dict)
    cancel: dict[int, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.create or self.reopen or self.redate or self.cancel)


def reconcile(
    wanted: Mapping[Key, date],
    known: Mapping[Key, Known],
    today: date,
    late_days: int,
    keep_left: bool = False,
) -> Outcome:
    """Return what is missing, and what is not wanted any more.

    What was done stays, whatever became of its date: a key is carried out once. What was given up
    because its date had moved, and has moved back, is taken up again. Nothing is planned that would
    come too late.

    :param wanted: when each key is due
    :param known: all rows of the step, by key
    :param late_days: how many days late a step still makes sense
    :param keep_left: what is planned of records that are not concerned any more stays

    Guaranteed: done twice, the second time there is nothing to do.
    """
    outcome = Outcome()
    subjects = {key.subject for key in wanted}
    for key, due in wanted.items():
        row = known.get(key)
        if row is None:
            if not is_too_late(due, today, late_days):
                outcome.create[key] = due
        elif row.state == CANCELLED and not is_too_late(due, today, late_days):
            outcome.reopen[row.row] = due
        elif row.state == PLANNED and row.due != due:
            outcome.redate[row.row] = due
    for key, row in known.items():
        if row.state != PLANNED or key in wanted:
            continue
        if key.subject in subjects:
            outcome.cancel[row.row] = MOVED
        elif not keep_left:
            outcome.cancel[row.row] = LEFT
    return outcome
