"""From events to a quantity. The reference for what the database aggregates in production.

Nothing used is zero: ``sum``, ``count`` and ``unique_count`` of no events are 0, and so are
``max``, ``min``, ``average`` and ``last``, since a period without a value owes what zero usage
owes. ``last`` and ``weighted_sum`` start from the value carried in (``initial``). A correction
counts by what it leaves: an event that was reversed or replaced is gone for every aggregation.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Context, Decimal
from enum import Enum
from fractions import Fraction

from .errors import UsageError
from .exact import EXACT, LARGEST_EXPONENT, ZERO, as_choice, as_input

MICROSECOND = timedelta(microseconds=1)
LARGEST = 10 ** (LARGEST_EXPONENT + 1)


class Aggregation(str, Enum):
    """How the events of a period become one number."""

    sum = "sum"
    count = "count"
    unique_count = "unique_count"
    max = "max"
    min = "min"
    average = "average"
    last = "last"
    weighted_sum = "weighted_sum"


class Reading(str, Enum):
    """What the quantity of an event of a weighted sum is: a change of the value, or the value."""

    change = "change"
    level = "level"


class UnitMode(str, Enum):
    """How units are rounded; ``up`` and ``down`` are away from zero and towards it."""

    half_up = "half_up"
    up = "up"
    down = "down"


_WIDE = Context(prec=60)
_DECIMAL_MODES = {
    UnitMode.half_up: ROUND_HALF_UP,
    UnitMode.up: ROUND_UP,
    UnitMode.down: ROUND_DOWN,
}


def round_units(
    value: Decimal | Fraction | int, mode: UnitMode | str = UnitMode.half_up, decimals: int = 0
) -> Decimal:
    """Return a quantity rounded to so many decimals; -2 rounds to hundreds.

    Negative quantities mirror positive ones. Raises ``bad_decimals``, ``unknown_choice``,
    ``result_too_large`` (from 10**31).

    >>> [str(round_units(Decimal("123.456"), mode, -2)) for mode in ("down", "half_up", "up")]
    ['100', '100', '200']
    """
    mode = as_choice(UnitMode, mode)
    if not isinstance(decimals, int) or not -20 <= decimals <= 20:
        raise UsageError("bad_decimals", decimals=decimals)
    if not isinstance(value, Fraction):
        value = as_input(value)
        if decimals >= 0 and abs(value) < LARGEST:
            # Several times faster than dividing fractions, and just as exact. Zero has no sign.
            unit = Decimal(1).scaleb(-decimals)
            return EXACT.add(value.quantize(unit, _DECIMAL_MODES[mode], _WIDE), ZERO)
        value = Fraction(value)
    if abs(value) >= LARGEST:
        raise UsageError("result_too_large")
    scaled = abs(value) * Fraction(10) ** decimals
    if mode is UnitMode.half_up:
        scaled += Fraction(1, 2)
    count = -(-scaled.numerator // scaled.denominator) if mode is UnitMode.up else int(scaled)
    unit = Decimal(1).scaleb(-decimals) if decimals > 0 else Decimal(10**-decimals)
    return EXACT.multiply(unit, -count if value < 0 else count)


@dataclass(frozen=True, slots=True)
class Rounding:
    """The rounding of a metric's units."""

    mode: UnitMode = UnitMode.half_up
    decimals: int = 0

    def __post_init__(self) -> None:
        round_units(0, self.mode, self.decimals)

    def apply(self, value: Decimal | Fraction) -> Decimal:
        """Return the rounded quantity."""
        return round_units(value, self.mode, self.decimals)


# What a metric without a rounding of its own keeps of an average or a weighted sum.
FINE = Rounding(UnitMode.half_up, 12)


@dataclass(frozen=True, slots=True)
class Event:
    """One usage event. ``at`` is UTC; all events of one call are aware, or all are naive.

    ``reverses`` names the event that this one cancels (it counts for nothing itself),
    ``replaces`` the one that it takes the place of.
    """

    quantity: Decimal | None = None
    at: datetime | None = None
    properties: Mapping[str, object] = field(default_factory=dict)
    key: str = ""
    reverses: str | None = None
    replaces: str | None = None

    def __post_init__(self) -> None:
        if self.reverses is not None and self.replaces is not None:
            raise UsageError("two_corrections", key=self.key)

    @property
    def target(self) -> str | None:
        """Return the key of the event that this one corrects, if any."""
        return self.replaces if self.reverses is None else self.reverses


@dataclass(frozen=True, slots=True)
class PropertyFilter:
    """Events whose property has one of the values (compared as text); all others if ``exclude``.

    An event without the property has none of the values.
    """

    name: str
    values: frozenset[str]
    exclude: bool = False

    def accepts(self, event: Event) -> bool:
        """Tell whether the event passes."""
        text = property_text(event.properties.get(self.name))
        return (text is not None and text in self.values) is not self.exclude


def property_text(value: object) -> str | None:
    """Return a JSON value as PostgreSQL's ``->>`` does: text as it is, ``true``, numbers as text.

    >>> property_text(True), property_text("FR"), property_text(7), property_text(None)
    ('true', 'FR', '7', None)
    """
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


def in_force(events: Iterable[Event]) -> list[Event]:
    """Return the events that still count once corrections are applied, in their order.

    A reversal that was reversed itself has no effect: the first event counts again. Neither has a
    reversed replacement; of a chain of replacements the last counts. What was corrected before is
    to be corrected through its latest correction. Corrections of events that are not given change
    nothing here. Raises ``duplicate_event`` and ``correction_loop``.
    """
    events = list(events)
    by_key: dict[str, Event] = {}
    for event in events:
        if event.key and by_key.setdefault(event.key, event) is not event:
            raise UsageError("duplicate_event", key=event.key)
    # Whether a correction holds is known once all corrections of itself have been looked at.
    waiting = Counter(event.target for event in events)
    ready = [event for event in events if not event.key or not waiting[event.key]]
    cancelled: set[str] = set()
    replaced: set[str] = set()
    for event in ready:  # It grows while it is read.
        target = event.target
        if target not in by_key:
            continue
        if event.key not in cancelled:
            (replaced if event.reverses is None else cancelled).add(target)
        waiting[target] -= 1
        if not waiting[target]:
            ready.append(by_key[target])
    if len(ready) < len(events):
        done = {event.key for event in ready}
        raise UsageError("correction_loop", key=next(key for key in by_key if key not in done))
    gone = cancelled | replaced
    return [event for event in events if event.reverses is None and event.key not in gone]


@dataclass(frozen=True, slots=True)
class Metric:
    """What is measured. ``property_name`` is what a unique count counts."""

    aggregation: Aggregation
    property_name: str = ""
    rounding: Rounding | None = None
    filters: tuple[PropertyFilter, ...] = ()
    reading: Reading = Reading.change

    def __post_init__(self) -> None:
        object.__setattr__(self, "aggregation", as_choice(Aggregation, self.aggregation))
        object.__setattr__(self, "reading", as_choice(Reading, self.reading))
        if self.aggregation is Aggregation.unique_count and not self.property_name:
            raise UsageError("property_needed")


def measure(
    metric: Metric,
    events: Iterable[Event],
    start: datetime | None = None,
    end: datetime | None = None,
    initial: Decimal = ZERO,
) -> Decimal:
    """Return the quantity of a period: :func:`aggregate`, rounded by the metric.

    Without a rounding of its own, an average or weighted sum has 12 decimals.
    """
    value = aggregate(metric, events, start, end, initial)
    if metric.rounding is not None:
        return metric.rounding.apply(value)
    return FINE.apply(value) if isinstance(value, Fraction) else value


def aggregate(
    metric: Metric,
    events: Iterable[Event],
    start: datetime | None = None,
    end: datetime | None = None,
    initial: Decimal = ZERO,
) -> Decimal | Fraction:
    """Return what the events come to, exactly (average and weighted sum as a fraction).

    ``events`` are those of the period ``[start, end)``, in the order of their arrival, which
    decides between events of the same time. Only a weighted sum needs the bounds: events before
    ``start`` change the value carried in, those from ``end`` on are left out.

    :raises UsageError: ``quantity_needed``, ``time_needed``, ``period_needed``,
        ``end_before_start``, ``not_a_number``
    """
    chosen = [
        event for event in in_force(events) if all(one.accepts(event) for one in metric.filters)
    ]
    kind = metric.aggregation
    if kind is Aggregation.count:
        return Decimal(len(chosen))
    if kind is Aggregation.unique_count:
        texts = {property_text(event.properties.get(metric.property_name)) for event in chosen}
        return Decimal(len(texts - {None}))
    if kind is Aggregation.weighted_sum:
        return _weighted_sum(metric.reading, chosen, start, end, initial)
    if kind is Aggregation.last:
        ordered = sorted(chosen, key=_time)
        return _quantity(ordered[-1]) if ordered else as_input(initial)
    quantities = [_quantity(event) for event in chosen]
    if kind is Aggregation.sum:
        return _sum(quantities)
    if not quantities:
        return ZERO
    if kind is Aggregation.average:
        return Fraction(_sum(quantities)) / len(quantities)
    return max(quantities) if kind is Aggregation.max else min(quantities)


def _sum(quantities: Iterable[Decimal]) -> Decimal:
    total = ZERO
    for quantity in quantities:
        total = EXACT.add(total, quantity)
    return total


def _quantity(event: Event) -> Decimal:
    if event.quantity is None:
        raise UsageError("quantity_needed", key=event.key)
    return as_input(event.quantity)


def _time(event: Event) -> datetime:
    if event.at is None:
        raise UsageError("time_needed", key=event.key)
    return event.at


def _weighted_sum(
    reading: Reading,
    events: Sequence[Event],
    start: datetime | None,
    end: datetime | None,
    initial: Decimal,
) -> Fraction:
    """Return the value in force, weighted by its time over the period's, to the microsecond."""
    if start is None or end is None:
        raise UsageError("period_needed")
    if end <= start:
        raise UsageError("end_before_start", start=start, end=end)
    value, since, weighted = as_input(initial), start, Fraction(0)
    for event in sorted(events, key=_time):
        if event.at >= end:
            break
        now = max(event.at, start)
        weighted += Fraction(value) * ((now - since) // MICROSECOND)
        quantity = _quantity(event)
        value = quantity if reading is Reading.level else EXACT.add(value, quantity)
        since = now
    weighted += Fraction(value) * ((end - since) // MICROSECOND)
    return weighted / ((end - start) // MICROSECOND)
