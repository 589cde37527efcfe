import doctest
from datetime import date, timedelta
from unittest import TestCase

from odoo.tests import tagged

from ..engine import rhythm
from ..engine.rhythm import Rhythm


@tagged("post_install", "-at_install")
class TestRhythm(TestCase):
    """On which days a scheduled action is due."""

    def _due(self, anchor, number, unit, since, days):
        found = Rhythm(date.fromisoformat(anchor), number, unit)
        first = date.fromisoformat(since)
        coming = (first + timedelta(days=ahead) for ahead in range(days))
        return [day.isoformat() for day in coming if found.is_due(day)]

    def test_minutes_hours_and_days_are_due_every_day(self):
        for unit in ("minutes", "hours", "days"):
            with self.subTest(unit):
                self.assertEqual(len(self._due("2026-11-29", 1, unit, "2026-06-01", 30)), 30)
        self.assertEqual(len(self._due("2026-11-29", 90, "minutes", "2026-06-01", 30)), 30)

    def test_several_days_and_weeks_count_from_the_next_call_in_both_directions(self):
        self.assertEqual(
            self._due("2026-07-06", 1, "weeks", "2026-06-20", 20),
            ["2026-06-22", "2026-06-29", "2026-07-06"],
        )
        self.assertEqual(
            self._due("2026-07-06", 3, "days", "2026-07-01", 10),
            ["2026-07-03", "2026-07-06", "2026-07-09"],
        )
        self.assertEqual(
            self._due("2026-07-06", 2, "weeks", "2026-06-01", 30), ["2026-06-08", "2026-06-22"]
        )

    def test_months_count_from_the_anchor_also_where_a_month_is_short(self):
        self.assertEqual(
            self._due("2026-01-31", 1, "months", "2026-02-01", 90),
            ["2026-02-28", "2026-03-31", "2026-04-30"],
        )
        self.assertEqual(
            self._due("2026-11-15", 3, "months", "2026-01-01", 365),
            ["2026-02-15", "2026-05-15", "2026-08-15", "2026-11-15"],
        )

    def test_examples(self):
        self.assertEqual(doctest.testmod(rhythm).failed, 0)
