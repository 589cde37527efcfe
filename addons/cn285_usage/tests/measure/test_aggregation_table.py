"""An aggregation is an entry of a table: each held against its rule; one that does not exist."""

from datetime import date, timedelta
from decimal import Decimal
from unittest.mock import patch

from freezegun import freeze_time
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged
from odoo.tools import SQL

from ...engine.aggregation import Aggregation as Rule
from ...engine.aggregation import Event, Metric, measure
from ...models.measure.aggregation_table import AGGREGATIONS, Aggregation
from ...models.measure.usage_measure import UsageMetric, Window, utc
from ..ingest.test_usage_ingest import NOON, UsageIngestCase
from ..rating.test_usage_rating import UsageCase

CHOICES = [
    ("sum", "Sum"),
    ("count", "Number of Events"),
    ("unique_count", "Number of Different Values"),
    ("max", "Maximum"),
    ("min", "Minimum"),
    ("average", "Average"),
    ("last", "Last Value"),
    ("weighted_sum", "Value in Force × Time"),
]
SPREAD = Aggregation(
    "spread",
    "Spread",
    "The largest quantity less the smallest, and 1 for each event that names the property.",
    "max(%(quantity)s) - min(%(quantity)s) + count(%(property)s)",
    needs_property=True,
    over_time=True,
)


@tagged("post_install", "-at_install")
class TestAggregationsAndRules(UsageIngestCase):
    def test_sql_comes_to_what_the_rule_says(self):
        self.assertEqual([entry.rule for entry in AGGREGATIONS.values()], list(Rule))
        metrics = self.env["cn285.usage.metric"].create(
            [
                {
                    "name": name,
                    "code": f"by_{name}",
                    "aggregation": name,
                    "property_name": "user" if entry.needs_property else False,
                }
                for name, entry in AGGREGATIONS.items()
            ]
        )
        events = [
            Event(
                Decimal(number * 13 % 17) / 4,
                NOON + timedelta(hours=number * 31 % 97),
                {"user": f"u{number % 5}"},
            )
            for number in range(12)
        ]
        self._ingest(
            *(
                self._row(
                    metric=metric.code,
                    occurred_at=event.at,
                    quantity=event.quantity,
                    properties=event.properties,
                )
                for metric in metrics
                for event in events
            )
        )
        start, end = NOON.date() - timedelta(days=2), NOON.date() + timedelta(days=9)
        window = Window("all", self.item.id, self.item.contract_id.id, start, end)
        bounds = [utc(day, metrics[0]._zone()) for day in (start, end)]
        for metric in metrics:
            entry = metric._aggregation()
            with self.subTest(entry.name):
                rule = Metric(entry.rule, property_name=metric.property_name or "")
                self.assertEqual(
                    metric._measure([window])["all"].quantity, measure(rule, events, *bounds)
                )


@tagged("post_install", "-at_install")
@freeze_time("2026-02-01 10:00:00")
class TestAggregationTable(UsageCase):
    def test_choices_are_those_of_the_table_in_its_order(self):
        metric = self.env["cn285.usage.metric"]
        self.assertEqual(metric.fields_get(["aggregation"])["aggregation"]["selection"], CHOICES)

    def _spread(self, **values):
        return self.env["cn285.usage.metric"].create(
            {"name": "Spread", "code": "spread", "aggregation": "spread", **values}
        )

    def test_another_is_offered_checked_measured_and_explained_in_statements(self):
        self.startPatcher(patch.dict(AGGREGATIONS, {"spread": SPREAD}))
        with self.assertRaisesRegex(ValidationError, "name the property"):
            self._spread(code="nameless")
        with Form(self._spread(property_name="user")) as form:
            form.property_name = "country"
        metric = form.record
        contract = self._usage_contract({"metric_id": metric.id, "price_unit": 1.0})
        for quantity, country in ((3, "FR"), (11, "BE"), (8, None)):
            properties = {"country": country} if country else {}
            self._use(contract, quantity, metric="spread", properties=properties)
        self.assertMoney(self._bill(date(2026, 2, 1)).amount_untaxed, "10.00")
        # Its quantity is no sum over events, and a delivery has no period.
        rating = contract.schedule_ids.rating_ids
        self.assertFalse(rating._adds_up())
        with self.assertRaisesRegex(ValidationError, "value weighted by time"):
            contract.item_ids.usage_billing = "delivery"

    def test_each_event_is_rounded_in_one_place(self):
        """Totals, statements, amounts one by one and macros count what an event counts for."""

        def whole(_self):
            return SQL("ceil(e.quantity)")

        self.patch(UsageMetric, "_event_quantity", whole)
        layout = self.env.ref("cn285_usage.layout_detail")
        contract = self._usage_contract({"price_unit": 1.0}, statement_layout_id=layout.id)
        self._use(contract, 1.2)
        self._use(contract, 2.5, "2026-01-20")
        self.assertMoney(self._bill(date(2026, 2, 1)).amount_untaxed, "5.00")
        rating = contract.schedule_ids.rating_ids
        rows = list(rating._statement_rows(layout._spec()))
        self.assertEqual([(row["quantity"], row["amount"]) for row in rows], [(2, 2), (3, 3)])
        self.assertEqual(rating._events_total(rating._statement_sources()), (5, 2))
        window = contract.schedule_ids[0]._window("all", ())
        measured = self.calls._measure([window], with_amounts=True)["all"]
        self.assertEqual((measured.quantity, measured.amounts), (5, [2, 3]))
        self.assertEqual(
            [values["quantity"] for _key, values in self.calls._single_events([window])], [2, 3]
        )
