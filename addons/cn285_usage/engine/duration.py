"""Usage with a start and an end: how many units of time are billed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from .aggregation import UnitMode, round_units
from .errors import UsageError
from .exact import EXACT, ONE, ZERO, as_choice, not_negative, positive

MICROSECOND = timedelta(microseconds=1)


class TimeUnit(str, Enum):
    """A unit of elapsed time: a day is 24 hours, whatever the clock shows."""

    second = "second"
    minute = "minute"
    hour = "hour"
    day = "day"


_SECONDS = {TimeUnit.second: 1, TimeUnit.minute: 60, TimeUnit.hour: 3600, TimeUnit.day: 86400}


@dataclass(frozen=True, slots=True)
class DurationRule:
    """Time in ``unit``, rounded to a multiple of ``step`` of them, at least ``minimum``.

    The default is by the started minute. The minimum holds for each event, one of no length
    included; without a minimum such an event is free.
    """

    unit: TimeUnit = TimeUnit.minute
    step: Decimal = ONE
    mode: UnitMode = UnitMode.up
    minimum: Decimal = ZERO

    def __post_init__(self) -> None:
        object.__setattr__(self, "unit", as_choice(TimeUnit, self.unit))
        object.__setattr__(self, "mode", as_choice(UnitMode, self.mode))
        positive(self.step)
        not_negative(self.minimum, "negative_units")

    def units(self, start: datetime, end: datetime) -> Decimal:
        """Return the billed units of one event; raises ``end_before_start``.

        >>> from datetime import datetime
        >>> DurationRule().units(datetime(2024, 5, 1, 9), datetime(2024, 5, 1, 9, 10, 1))
        Decimal('11')
        """
        if end < start:
            raise UsageError("end_before_start", start=start, end=end)
        seconds = Fraction((end - start) // MICROSECOND, 10**6)
        steps = round_units(seconds / _SECONDS[self.unit] / Fraction(self.step), self.mode)
        return max(EXACT.multiply(steps, self.step), self.minimum)
