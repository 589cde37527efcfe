from datetime import date, datetime, timedelta
from decimal import Decimal
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import SQL

from ...models.measure.usage_measure import Window
from ..ingest.test_usage_ingest import NOON, UsageIngestCase

MARCH = date(2026, 3, 1), date(2026, 4, 1)
HALF = date(2026, 3, 1), date(2026, 3, 15)


@tagged("post_install", "-at_install")
class TestUsageMeasureEach(UsageIngestCase):
    """Many metrics measured at once come to what each comes to by itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sums, cls.french, cls.highest = cls.env["cn285.usage.metric"].create(
            [
                {"name": "Bytes", "code": "bytes"},
                {"name": "In France", "code": "fr", "filter_json": {"country": ["FR"]}},
                {"name": "Peak", "code": "peak", "aggregation": "max"},
            ]
        )
        cls.metrics = cls.calls + cls.mails + cls.sums + cls.french + cls.highest
        cls.items = cls._create_contract([{"code": "1"}, {"code": "2"}]).item_ids
        codes = cls.metrics.mapped("code")
        rows = [
            cls._row(
                item_id=cls.items[number % 2].id,
                metric=codes[number % len(codes)],
                occurred_at=NOON + timedelta(days=number % 13),
                quantity=number,
                properties={"country": ("FR", "DE")[number % 3 == 0]},
            )
            for number in range(1, 60)
        ]
        # Named by the contract only: some window is given them.
        rows.append(cls._row(item_id=None, contract=cls.items.contract_id.name, quantity=1000))
        cls.env["cn285.usage.event"].ingest(rows)

    def _window(self, item, days, spans=()):
        return Window(
            key=(item.id, days, spans),
            item_id=item.id,
            contract_id=item.contract_id.id,
            start=days[0],
            end=days[1],
            contract_spans=spans,
        )

    def test_the_same_as_one_by_one(self):
        one, two = self.items
        some = [self._window(one, MARCH), self._window(two, MARCH), self._window(one, HALF)]
        windows = {
            self.calls.id: [*some, self._window(two, MARCH, (MARCH,))],
            self.mails.id: some,
            self.sums.id: [self._window(one, HALF), self._window(self.item, MARCH)],
            self.french.id: some,
            self.highest.id: [],
        }
        each = self.metrics._measure_each(windows)
        for metric in self.metrics:
            self.assertEqual(each[metric.id], metric._measure(windows[metric.id]), metric.code)
        self.assertEqual(each[self.sums.id][self.item.id, MARCH, ()].events, 0)
        total = each[self.calls.id][two.id, MARCH, (MARCH,)]
        self.assertGreater(total.quantity, 1000)

    def test_each_event_is_rounded_where_a_metric_says_so(self):
        one = self.items[0]
        rows = [
            self._row(
                item_id=one.id, metric=code, quantity="0.4", occurred_at=datetime(2026, 5, day)
            )
            for code in ("bytes", "calls")
            for day in (2, 3, 4)
        ]
        self.env["cn285.usage.event"].ingest(rows)
        may = self._window(one, (date(2026, 5, 1), date(2026, 6, 1)))
        metrics = self.sums + self.calls
        plain = type(metrics)._event_quantity

        def rounded_up(metric):
            quantity = plain(metric)
            return SQL("ceil(%s)", quantity) if metric == self.sums else quantity

        with patch.object(type(metrics), "_event_quantity", rounded_up):
            measured = metrics._measure_each({metric.id: [may] for metric in metrics})
            amounts = self.sums._measure([may], with_amounts=True)[may.key].amounts
        self.assertEqual(measured[self.sums.id][may.key].quantity, 3)
        self.assertEqual(measured[self.calls.id][may.key].quantity, Decimal("1.2"))
        self.assertEqual(amounts, [1, 1, 1])

    def test_metrics_that_are_added_up_alike_cost_one_statement(self):
        windows = {
            metric.id: [self._window(item, MARCH) for item in self.items]
            for metric in self.calls + self.sums
        }
        metrics = self.calls + self.sums
        metrics._measure_each(windows)
        with self.assertQueryCount(1):
            metrics._measure_each(windows)
