"""The aggregations of metrics: one entry each, in the order in which forms offer them.

A new aggregation is an entry here, with its rule in ``engine/aggregation.py`` to hold the SQL
against. Another addon adds its own by extending ``cn285.usage.metric._aggregations``.
"""

from dataclasses import dataclass
from enum import Enum

from odoo.tools import LazyTranslate

from ...engine.aggregation import Aggregation as Rule

_lt = LazyTranslate(__name__)


class Weight(str, Enum):
    """What of a quantity an event is, where the quantity is a sum over events."""

    quantity = "quantity"
    one = "one"
    new_value = "new_value"


@dataclass(frozen=True)
class Aggregation:
    """How the events of a period become its quantity.

    - ``name``: what ``aggregation`` has of it in the database
    - ``label``: what clerks call it
    - ``explanation``: what it makes of a period's events, in a sentence
    - ``sql``: the aggregate over events ``e``. ``%(quantity)s`` is what one event counts for (see
      ``cn285.usage.metric._event_quantity``), ``%(property)s`` the value of the metric's property;
      ``e.since`` and ``e.until`` bound the period
    - ``rule``: the same in Python, which tests hold the SQL against
    - ``weight``: what of the quantity an event is, for statements; None where it is no sum
    - ``needs_quantity``: whether an event must have a quantity
    - ``needs_property``: whether the metric must name a property
    - ``carried_in``: whether events before the period count too: what was in force when it began
    - ``goes_on``: whether usage that goes on at its pace adds up; other quantities are a level
    - ``over_time``: whether it needs a period, which a delivery has not
    - ``together``: whether several metrics may be aggregated in one statement, as nothing but the
      item's own events of the days counts
    """

    name: str
    label: str
    explanation: str
    sql: str
    rule: Rule | None = None
    weight: Weight | None = None
    needs_quantity: bool = True
    needs_property: bool = False
    carried_in: bool = False
    goes_on: bool = False
    over_time: bool = False
    together: bool = False


AGGREGATIONS = {
    entry.name: entry
    for entry in (
        Aggregation(
            "sum",
            _lt("Sum"),
            "The quantities of the period's events are added up.",
            "sum(%(quantity)s)",
            Rule.sum,
            weight=Weight.quantity,
            goes_on=True,
            together=True,
        ),
        Aggregation(
            "count",
            _lt("Number of Events"),
            "Each event of the period counts 1, whatever its quantity.",
            "count(*)::numeric",
            Rule.count,
            weight=Weight.one,
            needs_quantity=False,
            goes_on=True,
            together=True,
        ),
        Aggregation(
            "unique_count",
            _lt("Number of Different Values"),
            "Each value that the property has in the period's events counts 1.",
            "count(DISTINCT %(property)s)::numeric",
            Rule.unique_count,
            weight=Weight.new_value,
            needs_quantity=False,
            needs_property=True,
        ),
        Aggregation(
            "max",
            _lt("Maximum"),
            "The largest quantity of an event of the period.",
            "max(%(quantity)s)",
            Rule.max,
            together=True,
        ),
        Aggregation(
            "min",
            _lt("Minimum"),
            "The smallest quantity of an event of the period.",
            "min(%(quantity)s)",
            Rule.min,
            together=True,
        ),
        Aggregation(
            "average",
            _lt("Average"),
            "The quantities of the period's events, divided by their number.",
            "avg(%(quantity)s)",
            Rule.average,
            together=True,
        ),
        Aggregation(
            "last",
            _lt("Last Value"),
            "The quantity of the last event until the period's end, also from before it.",
            "(array_agg(%(quantity)s ORDER BY e.occurred_at DESC, coalesce(e.seq, e.id) DESC))[1]",
            Rule.last,
            carried_in=True,
        ),
        Aggregation(
            "weighted_sum",
            _lt("Value in Force × Time"),
            "Events change a value; it counts by the share of the period it was in force.",
            """sum(%(quantity)s
        * extract(epoch FROM e.until - greatest(e.occurred_at, e.since))::numeric
        / extract(epoch FROM e.until - e.since)::numeric)""",
            Rule.weighted_sum,
            carried_in=True,
            over_time=True,
        ),
    )
}
