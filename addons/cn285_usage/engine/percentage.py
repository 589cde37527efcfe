"""A percentage of the money that events move, plus a fixed fee for each event."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum

from ...cn285_contract.engine.money import CENT
from ...cn285_contract.engine.pricing import Step
from .errors import UsageError
from .exact import EXACT, HUNDRED, ONE, ZERO, as_choice, as_input, not_negative
from .rating import Rating, close, draft


class Free(str, Enum):
    """What the first events and units are freed from.

    ``together``: an event is free of both rate and fixed fee while the free events last and the
    running total lies within the free units, whichever ends first; the event that crosses the free
    units pays the rate on what lies above them, and its fixed fee. ``separate``: the free units
    are taken off the total that the rate applies to, the free events off the fixed fees.
    """

    together = "together"
    separate = "separate"


@dataclass(slots=True)
class _Sums:
    """What the events come to: money under the rate, fixed fees, corrections to the bounds."""

    units: Decimal = ZERO
    events: Decimal = ZERO
    up: Decimal = ZERO
    down: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Percentage:
    """``percent`` of the amounts, ``fixed`` for each event, between bounds per event.

    ``minimum`` and ``maximum`` hold for what an event costs with its fixed fee; a free event owes
    no minimum. An event with a negative amount takes back what it would cost.
    """

    percent: Decimal
    fixed: Decimal = ZERO
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    free_events: int | None = None
    free_units: Decimal | None = None
    free: Free = Free.together
    _rate: Decimal = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        not_negative(self.percent, "negative_price")
        not_negative(self.fixed, "negative_price")
        for bound in (self.minimum, self.maximum):
            if bound is not None:
                not_negative(bound, "negative_price")
        if None not in (self.minimum, self.maximum) and self.minimum > self.maximum:
            raise UsageError("bad_bounds", minimum=self.minimum, maximum=self.maximum)
        if self.free_events is not None:
            _check_count(self.free_events)
        if self.free_units is not None:
            not_negative(self.free_units, "negative_units")
        object.__setattr__(self, "_rate", EXACT.divide(as_input(self.percent), HUNDRED))
        object.__setattr__(self, "free", as_choice(Free, self.free))

    def rate(self, amounts: Iterable[Decimal], rounding: Decimal = CENT) -> Rating:
        """Return what events with these amounts, in the order of their time, cost.

        Lines: ``percent``, ``fixed``, ``event_minimum`` and ``event_maximum`` (the sum of what the
        bounds add and take away).
        """
        sums, total, count = _Sums(), ZERO, 0
        for number, amount in enumerate(amounts, start=1):
            before, total = total, EXACT.add(total, as_input(amount))
            self._add_event(sums, number, before, total)
            count += 1 if total >= before else -1
        return self._close(total, count, sums, rounding)

    def _close(self, total: Decimal, events: int, sums: _Sums, rounding: Decimal) -> Rating:
        lines = [
            draft("percent", sums.units, self._rate) if sums.units else None,
            draft("fixed", sums.events, self.fixed) if sums.events and self.fixed else None,
            draft("event_minimum", flat=sums.up) if sums.up else None,
            draft("event_maximum", flat=sums.down) if sums.down else None,
        ]
        notes = []
        if self.free_events is not None or self.free_units is not None:
            free = {
                "units": EXACT.subtract(total, sums.units),
                "events": EXACT.subtract(events, sums.events),
            }
            notes.append(Step("free", free))
        return close(total, [line for line in lines if line], rounding, notes)

    def _add_event(self, sums: _Sums, number: int, before: Decimal, total: Decimal) -> None:
        sign = ONE if total >= before else -ONE
        units, has_fee = self._charged(number, before, total)
        fee = EXACT.multiply(sign, self.fixed) if has_fee else ZERO
        sums.units = EXACT.add(sums.units, units)
        sums.events = EXACT.add(sums.events, sign if has_fee else ZERO)
        if not has_fee and not units:
            return
        cost = EXACT.multiply(sign, EXACT.fma(units, self._rate, fee))
        if self.minimum is not None and cost < self.minimum:
            sums.up = EXACT.fma(sign, EXACT.subtract(self.minimum, cost), sums.up)
        elif self.maximum is not None and cost > self.maximum:
            sums.down = EXACT.fma(sign, EXACT.subtract(self.maximum, cost), sums.down)

    def _charged(self, number: int, before: Decimal, total: Decimal) -> tuple[Decimal, bool]:
        """Return the event's money that the rate applies to, and whether it owes the fixed fee."""
        by_events, by_units = self.free_events, self.free_units
        if self.free is Free.together:
            if by_events is not None and number > by_events:
                by_units = None  # The free events have ended, and the free units with them.
            elif by_events is not None and by_units is None:
                return ZERO, False
            owes_fee = by_units is None or max(before, total) > by_units
        else:
            owes_fee = number > (by_events or 0)
        free = by_units or ZERO
        return EXACT.subtract(_above(total, free), _above(before, free)), owes_fee


def _above(total: Decimal, free: Decimal) -> Decimal:
    """Return the part of a running total above the free units; below zero there are none."""
    return EXACT.subtract(total, min(free, max(total, ZERO)))


def _check_count(count: int) -> None:
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise UsageError("bad_count", count=count)
