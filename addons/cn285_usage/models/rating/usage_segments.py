"""Which terms hold on which days of a row: plain values, no model is defined here."""

from dataclasses import dataclass
from datetime import date

from ...engine.history import Part


@dataclass(frozen=True, slots=True)
class Segment:
    """Days ``[start, end)`` of a row on which the terms of a calculator, and discounts, are alike.

    ``since``: the first day of the terms that ``recipe`` is of; None where they were the first.
    """

    start: date
    end: date
    recipe: object
    since: date | None = None

    def part(self, running):
        """These days as the engine has them, with what was used up to their end."""
        return Part(self.start, self.end, id(self.recipe), self.recipe.tariff, running)


def in_force(timeline, day):
    """The ``(first day, Recipe)`` of a timeline that holds on a day."""
    found = timeline[0]
    for entry in timeline[1:]:
        if entry[0] <= day:
            found = entry
    return found
