from datetime import date, datetime, timedelta

from odoo.tests import tagged

from ...models.measure.usage_measure import Window
from ..ingest.test_usage_ingest import UsageIngestCase


@tagged("post_install", "-at_install")
class TestUsageDays(UsageIngestCase):
    """Periods are local days, also on those that have 23 or 25 hours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract.date_start = cls.item.date_start = "2025-01-01"

    def _hours(self, day):
        """Events counted on the day before, on it, and after it, where each hour has one."""
        self.assertEqual(self.company.cn285_tz, "Europe/Paris")
        start = datetime.combine(day, datetime.min.time()) - timedelta(days=3)
        rows = [
            self._row(quantity=1, occurred_at=start + timedelta(hours=hour)) for hour in range(168)
        ]
        self._ingest(*rows)
        windows = [
            Window(
                key=offset,
                item_id=self.item.id,
                contract_id=self.contract.id,
                start=day + timedelta(days=offset),
                end=day + timedelta(days=offset + 1),
            )
            for offset in (-1, 0, 1)
        ]
        measured = self.calls._measure(windows)
        return [int(measured[offset].quantity) for offset in (-1, 0, 1)]

    def test_day_on_which_clocks_go_forward(self):
        self.assertEqual(self._hours(date(2026, 3, 29)), [24, 23, 24])

    def test_day_on_which_clocks_go_back(self):
        self.assertEqual(self._hours(date(2025, 10, 26)), [24, 25, 24])

    def test_first_and_last_instant_of_a_day(self):
        # Summer time: 29 March ends at 22:00 UTC, 30 March begins.
        self._ingest(
            self._row(quantity=1, occurred_at="2026-03-29T23:59:59.999999+02:00"),
            self._row(quantity=10, occurred_at="2026-03-30T00:00:00+02:00"),
        )
        windows = [
            Window(key=n, item_id=self.item.id, contract_id=self.contract.id, start=day, end=end)
            for n, (day, end) in enumerate(
                [
                    (date(2026, 3, 29), date(2026, 3, 30)),
                    (date(2026, 3, 30), date(2026, 3, 31)),
                    (date(2026, 3, 1), date(2026, 4, 1)),
                ]
            )
        ]
        measured = self.calls._measure(windows)
        self.assertEqual([int(measured[n].quantity) for n in range(3)], [1, 10, 11])
