from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytz
from odoo import models
from odoo.tools import SQL

from ...engine.aggregation import round_units
from ...engine.property_filter import conditions
from ..ingest.usage_arrival_sql import ARRIVAL

ZERO = Decimal(0)
DIGITS = 12

# Events that count, whatever the metric.
COUNTS = "e.state = 'active' AND e.kind != 'reversal'"


@dataclass(frozen=True, slots=True)
class Window:
    """What is measured: the events of an item for a metric on the days ``[start, end)``.

    ``contract_spans``: days ``[start, end)`` on which events that name the contract, but no item,
    count as the item's. ``beneficiary_id``: whose are events that name no beneficiary.
    """

    key: object
    item_id: int
    contract_id: int
    start: date
    end: date
    contract_spans: tuple[tuple[date, date], ...] = ()
    beneficiary_id: int | None = None

    @property
    def of_item_alone(self):
        """Whether no other events count than those of the item on these days."""
        return not self.contract_spans


@dataclass(frozen=True, slots=True)
class DeliveryWindow(Window):
    """The events of a delivery, whatever their days; those before the day ``until``, if given."""

    delivery_id: int = 0
    until: date | None = None

    @property
    def of_item_alone(self):
        return False


@dataclass(slots=True)
class Measured:
    """A measured quantity, and what it was measured from.

    ``by_beneficiary``: the same for each beneficiary, by id, where asked.
    """

    quantity: Decimal = ZERO
    events: int = 0
    last_seq: int = 0
    by_value: dict = field(default_factory=dict)
    amounts: list = field(default_factory=list)
    by_beneficiary: dict = field(default_factory=dict)


class UsageMetric(models.Model):
    """From events to quantities, set-based: one statement for all windows of a metric."""

    _inherit = "cn285.usage.metric"

    def _measure(self, windows, by_property=None, with_amounts=False, by_beneficiary=False):
        """Quantity of each window, rounded as the metric says.

        :param windows: list of :class:`Window`
        :param by_property: also the quantity of each value of this property
        :param with_amounts: also the events' quantities one by one, in order of time
        :param by_beneficiary: measure each beneficiary's events apart; only ``by_beneficiary`` of
            the result is filled then
        :returns: ``{window key: Measured}``; windows without events measure zero
        """
        self.ensure_one()
        result = {window.key: Measured() for window in windows}
        for events, keys in self._measured_events(windows, by_beneficiary):
            query = self._measure_query(events, by_property, with_amounts, by_beneficiary)
            for number, value, beneficiary_id, *figures in self.env.execute_query(query):
                for key in keys[number]:
                    measured = result[key]
                    if by_beneficiary:
                        measured = measured.by_beneficiary.setdefault(beneficiary_id, Measured())
                    self._add_measured(measured, value if by_property else None, *figures)
        return result

    def _measured_events(self, windows, by_beneficiary):
        """What is to be measured, as one query of events or two.

        :returns: pairs of a query of events with ``number``, ``since`` and ``until``, as
            :meth:`_counted_events`, and ``{number: [keys of windows]}``
        """
        alike, others = ([], windows) if by_beneficiary else _part_alike(windows)
        if alike:
            keys = defaultdict(list)
            for window in alike:
                keys[window.item_id].append(window.key)
            yield self._events_of_items(list(keys), alike[0].start, alike[0].end), keys
        if others:
            numbered = {number: [window.key] for number, window in enumerate(others)}
            yield self._counted_events(others), numbered

    def _add_measured(self, measured, value, quantity, events, last_seq, amounts):
        # Numbers come as text: the driver would hand them over as binary floats.
        quantity = self._rounded(Decimal(quantity or 0))
        measured.events += events
        measured.last_seq = max(measured.last_seq, last_seq)
        # Without values there is one row, else one for each value.
        measured.quantity += quantity
        measured.by_value[value or ""] = quantity
        measured.amounts += map(Decimal, amounts or ())

    def _rounder(self):
        """As :meth:`_rounded`, a function of the text that PostgreSQL gives, for many."""
        self.ensure_one()
        if self.rounding_mode != "none":
            mode, digits = self.rounding_mode, self.rounding_digits
            return lambda text: round_units(Decimal(text or 0), mode, digits)
        rounded = self._rounded

        def rounder(text):
            # Most are whole numbers: they are what they are.
            if text and len(text) <= DIGITS and "." not in text:
                return Decimal(text)
            return rounded(Decimal(text or 0))

        return rounder

    def _rounded(self, quantity):
        if self.rounding_mode == "none":
            return round_units(quantity, "half_up", DIGITS).normalize() + ZERO
        return round_units(quantity, self.rounding_mode, self.rounding_digits)

    def _measure_query(self, events, by_property, with_amounts, by_beneficiary):
        beneficiary = SQL("coalesce(e.beneficiary_id, e.owner_id)")
        amounts = SQL(
            "array_agg((%s)::text ORDER BY e.occurred_at, %s)", self._event_quantity(), SQL(ARRIVAL)
        )
        return SQL(
            """SELECT e.number, %(value)s, %(beneficiary)s, (%(aggregate)s)::text, count(*),
                      max(%(arrival)s), %(amounts)s
                 FROM (%(events)s) AS e
             GROUP BY 1, 2, 3""",
            value=SQL("e.properties ->> %s", by_property) if by_property else SQL("NULL::text"),
            beneficiary=beneficiary if by_beneficiary else SQL("NULL::int"),
            aggregate=self._aggregate(),
            arrival=SQL(ARRIVAL),
            amounts=amounts if with_amounts else SQL("NULL"),
            events=events,
        )

    def _events_of_items(self, item_ids, start, end):
        """Query of the items' events that count on the days ``[start, end)``.

        As :meth:`_counted_events`, with the item's id as ``number``: without a join, PostgreSQL
        adds up in the order in which it reads.
        """
        zone = self._zone()
        since, until = utc(start, zone), utc(end, zone)
        return SQL(
            """SELECT e.item_id AS number, %s::timestamp AS since, %s::timestamp AS until, e.*
                 FROM cn285_usage_event e WHERE e.item_id = ANY(%s) AND %s""",
            since,
            until,
            item_ids,
            self._counts_sql(since, until),
        )

    def _zone(self):
        return pytz.timezone(self.company_id.cn285_tz or "UTC")

    def _counted_events(self, windows):
        """Query of the events that count in each window: those of ``cn285_usage_event`` with the
        window's ``number`` (its index), ``since`` and ``until``.

        Each event is in at most one row for each window. Deliveries have theirs by name, not by
        their days.
        """
        numbered = list(enumerate(windows))
        deliveries = [one for one in numbered if isinstance(one[1], DeliveryWindow)]
        if not deliveries:
            return self._events_of_days(numbered)
        of_deliveries = self._events_of_deliveries(deliveries)
        if len(deliveries) == len(numbered):
            return of_deliveries
        of_days = [one for one in numbered if not isinstance(one[1], DeliveryWindow)]
        return SQL("%s UNION ALL %s", self._events_of_days(of_days), of_deliveries)

    def _events_of_days(self, numbered):
        """As :meth:`_counted_events`, of windows that have days.

        :param numbered: pairs of number and window
        """
        zone = self._zone()
        numbers, windows = zip(*numbered, strict=True)
        spans = [
            (number, window, *span) for number, window in numbered for span in window.contract_spans
        ]
        days = {day for window in windows for day in (window.start, window.end)}
        days.update(day for span in spans for day in span[2:])
        instants = {day: utc(day, zone) for day in days}
        counts = self._counts_sql(
            instants[min(window.start for window in windows)],
            instants[max(window.end for window in windows)],
        )
        of_items = SQL(
            """SELECT w.number, w.owner_id, w.since, w.until, e.*
                 FROM unnest(%s::int[], %s::int[], %s::int[], %s::timestamp[], %s::timestamp[])
                      AS w (number, owner_id, item_id, since, until)
                 JOIN cn285_usage_event e ON e.item_id = w.item_id
                WHERE e.occurred_at < w.until %s AND %s""",
            list(numbers),
            [window.beneficiary_id for window in windows],
            [window.item_id for window in windows],
            [instants[window.start] for window in windows],
            [instants[window.end] for window in windows],
            self._since_sql(SQL("w.since")),
            counts,
        )
        if not spans:
            return of_items
        of_contracts = SQL(
            """SELECT w.number, w.owner_id, w.since, w.until, e.*
                 FROM unnest(%s::int[], %s::int[], %s::int[], %s::timestamp[], %s::timestamp[],
                             %s::timestamp[], %s::timestamp[])
                      AS w (number, owner_id, contract_id, since, until, first, last)
                 JOIN cn285_usage_event e ON e.item_id IS NULL AND e.contract_id = w.contract_id
                WHERE e.occurred_at < w.last %s AND %s""",
            [number for number, _window, _first, _last in spans],
            [window.beneficiary_id for _number, window, _first, _last in spans],
            [window.contract_id for _number, window, _first, _last in spans],
            [instants[window.start] for _number, window, _first, _last in spans],
            [instants[window.end] for _number, window, _first, _last in spans],
            [instants[first] for _number, _window, first, _last in spans],
            [instants[last] for _number, _window, _first, last in spans],
            self._since_sql(SQL("w.first")),
            counts,
        )
        return SQL("%s UNION ALL %s", of_items, of_contracts)

    def _events_of_deliveries(self, numbered):
        """As :meth:`_counted_events`, of windows that are deliveries; ``numbered`` as above."""
        numbers, windows = zip(*numbered, strict=True)
        conditions, zone = self._filter_conditions(), self._zone()
        return SQL(
            """SELECT w.number, w.owner_id, NULL::timestamp AS since, NULL::timestamp AS until, e.*
                 FROM unnest(%s::int[], %s::int[], %s::int[], %s::timestamp[])
                      AS w (number, owner_id, delivery_id, cut)
                 JOIN cn285_usage_delivery_event l ON l.delivery_id = w.delivery_id
                  AND (w.cut IS NULL OR l.occurred_at < w.cut)
                 JOIN cn285_usage_event e ON e.id = l.event_id AND e.occurred_at = l.occurred_at
                WHERE e.metric_id = %s AND %s AND %s""",
            list(numbers),
            [window.beneficiary_id for window in windows],
            [window.delivery_id for window in windows],
            [window.until and utc(window.until, zone) for window in windows],
            self.id,
            SQL(COUNTS),
            SQL(" AND ").join(conditions) if conditions else SQL("TRUE"),
        )

    def _since_sql(self, since):
        """Where events before the period count too, they are not left out."""
        if self._aggregation().carried_in:
            return SQL()
        return SQL("AND e.occurred_at >= %s", since)

    def _counts_sql(self, first, end):
        """Conditions on events ``e`` that do not depend on their window.

        The outermost bounds are constants, so that other months' partitions are not opened.

        :param first: the first instant of all windows
        :param end: the instant at which the last one ends
        """
        fixed = [
            SQL("e.metric_id = %s", self.id),
            SQL(COUNTS),
            SQL("e.occurred_at < %s", end),
        ]
        if not self._aggregation().carried_in:
            fixed.append(SQL("e.occurred_at >= %s", first))
        return SQL(" AND ").join([*fixed, *self._filter_conditions()])

    def _event_quantity(self):
        """SQL: what one event ``e`` of this metric counts for. Hook to round or convert each.

        Here, and nowhere else: totals, amounts one by one, statements and macros all ask this.
        What a period's events come to is rounded by :meth:`_rounded`. Durations are turned into
        units when they are recorded: ``DURATION`` in ``ingest/usage_ingest_sql.py``.
        Parameters of the SQL are compared with those of other metrics: tuples, not lists.
        """
        return SQL("e.quantity")

    def _event_quantities(self):
        """SQL: what one event ``e`` of one of these metrics counts for."""
        each = {metric: metric._event_quantity() for metric in self}
        if len(set(each.values())) == 1:
            return next(iter(each.values()))
        cases = [SQL("WHEN %s THEN %s", metric.id, sql) for metric, sql in each.items()]
        return SQL("CASE e.metric_id %s END", SQL(" ").join(cases)) if cases else SQL("e.quantity")

    def _aggregate(self):
        """SQL: what events ``e`` of this metric come to, by its entry in the table."""
        return SQL(  # pylint: disable=sql-injection
            self._aggregation().sql,
            quantity=self._event_quantity(),
            property=SQL("e.properties ->> %s", self.property_name or ""),
        )

    def _filter_conditions(self):
        """The metric's filter, a condition for each line of it."""
        # An event without the property has none of the values that are shut out.
        return [
            SQL("COALESCE(e.properties ->> %s != ALL(%s), TRUE)", name, values)
            if negated
            else SQL("e.properties ->> %s = ANY(%s)", name, values)
            for name, negated, values in conditions(self.filter_json or {})
        ]


def _part_alike(windows):
    """Windows whose items' events on the same days are all that counts, and the others.

    Most windows of a batch are for the same month.
    """
    days = Counter((window.start, window.end) for window in windows if window.of_item_alone)
    if not days:
        return [], windows
    [(most, _count)] = days.most_common(1)
    alike, others = [], []
    for window in windows:
        same = window.of_item_alone and (window.start, window.end) == most
        (alike if same else others).append(window)
    return alike, others


def utc(day, zone):
    """The instant, in UTC, at which a local day begins.

    Where clocks change at midnight, the day begins at the first instant that bears its date.
    """
    midnight = datetime.combine(day, time.min)
    try:
        local = zone.localize(midnight, is_dst=None)
    except pytz.InvalidTimeError:
        local = zone.normalize(zone.localize(midnight, is_dst=True))
    return local.astimezone(pytz.utc).replace(tzinfo=None)


def next_day(day):
    """The day after."""
    return day + timedelta(days=1)
