from datetime import date

from freezegun import freeze_time
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from ..rating.test_usage_rating import UsageCase


@tagged("post_install", "-at_install")
@freeze_time("2026-02-01 10:00:00")
class TestUsageFilter(UsageCase):
    """Which events count, as a clerk writes it in the metric."""

    def test_conditions_are_written_and_shown(self):
        with Form(self.calls) as form:
            form.filter_text = "country = FR, BE\nstatus != test"
        self.assertEqual(
            self.calls.filter_json, {"country": ["FR", "BE"], "status": {"not": ["test"]}}
        )
        self.assertEqual(self.calls.filter_text, "country = FR, BE\nstatus != test")
        self.calls.filter_text = False
        self.assertFalse(self.calls.filter_json)

    def test_a_line_that_is_no_condition_is_named(self):
        with self.assertRaisesRegex(ValidationError, "“FR and BE” is not a condition"):
            self.calls.filter_text = "status = ok\nFR and BE"
        with self.assertRaisesRegex(ValidationError, "“a” stands in two conditions"):
            self.calls.filter_text = "a = 1\na = 2"
        for data in ({"a": "FR"}, {"a": {"not": []}}, ["FR"], {"a": [None]}, {"a": [{}]}):
            with self.subTest(data=data), self.assertRaises(ValidationError):
                self.calls.filter_json = data

    def test_only_those_events_are_billed(self):
        self.calls.filter_text = "country = FR, BE\nstatus != test"
        contract = self._usage_contract({"price_unit": 1})
        for units, properties in (
            (1, {"country": "FR"}),
            (2, {"country": "BE", "status": "live"}),
            (4, {"country": "FR", "status": "test"}),
            (8, {"country": "DE"}),
            (16, {}),
        ):
            self._use(contract, units, properties=properties)
        self.assertMoney(self._bill(date(2026, 2, 1)).amount_untaxed, "3.00")

    def test_truth_values_and_numbers(self):
        self.calls.filter_json = {"billable": [True], "zone": {"not": [3]}}
        self.assertEqual(self.calls.filter_text, "billable = true\nzone != 3")
        contract = self._usage_contract({"price_unit": 1})
        for units, properties in (
            (1, {"billable": True, "zone": 1}),
            (2, {"billable": "true"}),
            (4, {"billable": True, "zone": 3}),
            (8, {"billable": False}),
        ):
            self._use(contract, units, properties=properties)
        self.assertMoney(self._bill(date(2026, 2, 1)).amount_untaxed, "3.00")
