"""On which days a scheduled action is due, where only the day is known and not the hour."""

from dataclasses import dataclass
from datetime import date

from ...cn285_contract.engine.calendar import add_months

# Units of Odoo's scheduled actions that are shorter than a day: such an action is due every day.
WITHIN_A_DAY = ("minutes", "hours")


@dataclass(frozen=True)
class Rhythm:
    """Every ``number`` units, counted from a day on which the action is due.

    Days before it count too: the days form one sequence in both directions, so that it does not
    matter how far ahead the action was last put off. ``unit`` is Odoo's name: minutes, hours, days,
    weeks or months.
    """

    anchor: date
    number: int
    unit: str

    def is_due(self, day: date) -> bool:
        """Whether the action is due on the day.

        Minutes and hours are due every day, once; months are counted from the anchor, so that the
        31st is the last day of shorter months.

        >>> Rhythm(date(2026, 1, 31), 1, "months").is_due(date(2026, 2, 28))
        True
        >>> Rhythm(date(2026, 1, 5), 2, "weeks").is_due(date(2025, 12, 22))
        True
        """
        if self.unit in WITHIN_A_DAY:
            return True
        if self.unit == "months":
            months = 12 * (day.year - self.anchor.year) + day.month - self.anchor.month
            return months % self.number == 0 and add_months(self.anchor, months) == day
        length = self.number * (7 if self.unit == "weeks" else 1)
        return (day - self.anchor).days % length == 0
