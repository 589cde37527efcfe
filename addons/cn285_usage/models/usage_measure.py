from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytz
from odoo import api, models
from odoo.tools import SQL

from ..engine.aggregation import round_units
from ..engine.property_filter import conditions

ZERO = Decimal(0)
DIGITS = 12

# What the events of a period come to, by aggregation. Weighted sum and last value also look at
# events before the period: what was in force when it began.
_AGGREGATES = {
    "sum": "sum(e.quantity)",
    "count": "count(*)::numeric",
    "max": "max(e.quantity)",
    "min": "min(e.quantity)",
    "average": "avg(e.quantity)",
    "last": "(array_agg(e.quantity ORDER BY e.occurred_at DESC, e.seq DESC))[1]",
    "weighted_sum": """sum(e.quantity
        * extract(epoch FROM w.until - greatest(e.occurred_at, w.since))::numeric
        / extract(epoch FROM w.until - w.since)::numeric)""",
}
_CARRIED_IN = ("last", "weighted_sum")


@dataclass(frozen=True, slots=True)
class Window:
    """What is measured: the events of an item for a metric on the days ``[start, end)``.

    ``whole_contract``: events that name the contract but no item count as the item's.
    """

    key: object
    item_id: int
    contract_id: int
    start: date
    end: date
    whole_contract: bool = False


@dataclass(slots=True)
class Measured:
    """A measured quantity, and what it was measured from."""

    quantity: Decimal = ZERO
    events: int = 0
    last_seq: int = 0
    by_value: dict = field(default_factory=dict)
    amounts: list = field(default_factory=list)


class UsageMetric(models.Model):
    """From events to quantities, set-based: one statement for all windows of a metric."""

    _inherit = "cn285.usage.metric"

    def _measure(self, windows, by_property=None, with_amounts=False):
        """Quantity of each window, rounded as the metric says.

        :param windows: list of :class:`Window`
        :param by_property: also the quantity of each value of this property
        :param with_amounts: also the events' quantities one by one, in order of time
        :returns: ``{window key: Measured}``; windows without events measure zero
        """
        self.ensure_one()
        result = {window.key: Measured() for window in windows}
        if not windows:
            return result
        for number, value, quantity, events, last_seq, amounts in self.env.execute_query(
            self._measure_query(windows, by_property, with_amounts)
        ):
            measured = result[windows[number].key]
            # Numbers come as text: the driver would hand them over as binary floats.
            quantity = Decimal(quantity or 0)
            measured.events += events
            measured.last_seq = max(measured.last_seq, last_seq)
            if by_property:
                measured.by_value[value or ""] = self._rounded(quantity)
                measured.quantity += measured.by_value[value or ""]
            else:
                measured.quantity = self._rounded(quantity)
            measured.amounts += map(Decimal, amounts or ())
        return result

    def _rounded(self, quantity):
        if self.rounding_mode == "none":
            return round_units(quantity, "half_up", DIGITS).normalize() + ZERO
        return round_units(quantity, self.rounding_mode, self.rounding_digits)

    def _measure_query(self, windows, by_property, with_amounts):
        zone = pytz.timezone(self.company_id.cn285_tz or "UTC")
        values = SQL(", ").join(
            SQL(
                "(%s, %s, %s, %s::timestamp, %s::timestamp, %s)",
                number,
                window.item_id,
                window.contract_id,
                utc(window.start, zone),
                utc(window.end, zone),
                window.whole_contract,
            )
            for number, window in enumerate(windows)
        )
        since = SQL() if self.aggregation in _CARRIED_IN else SQL("AND e.occurred_at >= w.since")
        amounts = (
            SQL("array_agg(e.quantity::text ORDER BY e.occurred_at, e.seq)")
            if with_amounts
            else SQL("NULL")
        )
        return SQL(
            """SELECT w.number, %(value)s, (%(aggregate)s)::text, count(*), max(e.seq), %(amounts)s
                 FROM (VALUES %(values)s)
                      AS w (number, item_id, contract_id, since, until, whole_contract)
                 JOIN cn285_usage_event e
                      ON (e.item_id = w.item_id OR (w.whole_contract AND e.item_id IS NULL
                                                    AND e.contract_id = w.contract_id))
                     AND e.metric_id = %(metric)s
                     AND e.occurred_at < w.until %(since)s
                WHERE e.state = 'active' AND e.kind != 'reversal' %(filter)s
             GROUP BY 1, 2""",
            value=SQL("e.properties ->> %s", by_property) if by_property else SQL("NULL::text"),
            aggregate=self._aggregate(),
            amounts=amounts,
            values=values,
            metric=self.id,
            since=since,
            filter=self._filter_sql(),
        )

    def _aggregate(self):
        if self.aggregation == "unique_count":
            return SQL("count(DISTINCT e.properties ->> %s)::numeric", self.property_name)
        return SQL(_AGGREGATES[self.aggregation])  # pylint: disable=sql-injection

    def _filter_sql(self):
        # An event without the property has none of the values that are shut out.
        return SQL(" ").join(
            SQL("AND COALESCE(e.properties ->> %s != ALL(%s), TRUE)", name, values)
            if negated
            else SQL("AND e.properties ->> %s = ANY(%s)", name, values)
            for name, negated, values in conditions(self.filter_json or {})
        )

    @api.model
    def _changed_by(self, ingests, windows):
        """Windows in whose days these ingests have recorded, or corrected, events.

        Ingests are looked at, not the highest number seen: one that started earlier and ended later
        has lower numbers.

        :param ingests: ``cn285.usage.ingest`` records of one company
        :param windows: list of :class:`Window` of that company
        :returns: keys of the windows
        """
        ranges = [(ingest.first_seq, ingest.last_seq) for ingest in ingests if ingest.last_seq]
        if not windows or not ranges:
            return set()
        zone = pytz.timezone(ingests.company_id.cn285_tz or "UTC")
        rows = self.env.execute_query(
            SQL(
                """WITH arrived AS (
                       SELECT e.* FROM (VALUES %s) AS r (first, last)
                         JOIN cn285_usage_event e ON e.seq BETWEEN r.first AND r.last),
                   touched AS (
                       SELECT * FROM arrived
                        UNION ALL
                       SELECT o.* FROM arrived a JOIN cn285_usage_event o ON o.id = a.origin_id)
                   SELECT DISTINCT w.number
                     FROM (VALUES %s) AS w
                          (number, item_id, contract_id, whole_contract, since, until)
                     JOIN touched t
                          ON (t.item_id = w.item_id OR (w.whole_contract AND t.item_id IS NULL
                                                        AND t.contract_id = w.contract_id))
                         AND t.occurred_at >= w.since AND t.occurred_at < w.until
                    WHERE t.state != 'parked'""",
                SQL(", ").join(SQL("(%s, %s)", *bounds) for bounds in ranges),
                SQL(", ").join(
                    SQL(
                        "(%s, %s, %s, %s, %s::timestamp, %s::timestamp)",
                        number,
                        window.item_id,
                        window.contract_id,
                        window.whole_contract,
                        utc(window.start, zone),
                        utc(window.end, zone),
                    )
                    for number, window in enumerate(windows)
                ),
            )
        )
        return {windows[number].key for (number,) in rows}


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
