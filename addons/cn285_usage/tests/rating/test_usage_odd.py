from datetime import date

from freezegun import freeze_time
from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_usage_rating import UsageCase

MATRIX = {
    "charge_model": "matrix",
    "property_name": "zone",
    "value_ids": [(0, 0, {"value": "FR", "price_unit": 0.005})],
    "has_default_price": True,
    "price_unit": 0.333,
}


@tagged("post_install", "-at_install")
@freeze_time("2026-02-01 10:00:00")
class TestUsageOdd(UsageCase):
    """Odd figures: each is billed to the cent, or refused with a reason."""

    def test_an_amount_too_large_for_an_invoice_sets_its_contract_aside(self):
        """Beyond some digits Odoo's invoices are not right to the cent any more."""
        large = self._usage_contract({"price_unit": 0.333})
        other = self._usage_contract({"price_unit": 0.333})
        self._use(large, 10**15)
        self._use(other, 10**12)
        run = self._bill(date(2026, 2, 1))
        self.assertEqual(run.issue_ids.contract_id, large)
        self.assertIn("too large", run.issue_ids.reason)
        self.assertMoney(run.amount_untaxed, "333000000000.00")
        row = other.schedule_ids.filtered(lambda row: row.state == "invoiced")
        self.assertMoney(row.amount, "333000000000.00")

    def test_a_single_line_has_no_negative_price_of_a_negative_quantity(self):
        contract = self._usage_contract(MATRIX, {"usage_lines": "single"})
        for quantity, zone in ((2, "FR"), (-9, "FR"), (3, "BE")):
            self._use(contract, quantity, properties={"zone": zone})
        move = self._bill(date(2026, 2, 1)).invoice_ids
        self.assertEqual(self._lines(move), [(1.0, 0.96, "0.96")])

    def test_lines_of_a_credit_note_have_positive_figures(self):
        load = self.env["cn285.usage.metric"].create(
            {"name": "Load", "code": "load", "aggregation": "weighted_sum"}
        )
        contract = self._usage_contract({"metric_id": load.id, "price_unit": 1.0})
        self._use(contract, 10, "2026-01-05", metric="load")
        event = self._use(contract, 14, "2026-01-10", metric="load")
        self._bill(date(2026, 2, 1))
        self._use(contract, 0, kind="reversal", origin=event)
        move = self._bill(date(2026, 2, 1)).invoice_ids
        self.assertEqual(move.move_type, "out_refund")
        [(quantity, price, amount)] = self._lines(move)
        self.assertEqual((quantity, amount), (1.0, "9.70"))
        self.assertGreater(price, 0)

    def test_bounds_have_the_decimals_of_their_currency(self):
        dinar = (
            self.env["res.currency"].with_context(active_test=False).search([("name", "=", "TND")])
        )
        dinar.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": dinar.id, "name": "2020-01-01", "rate": 3.3}
        )
        pricelist = self.env["product.pricelist"].create({"name": "TND", "currency_id": dinar.id})
        contract = self._usage_contract(
            {"price_unit": 0.001, "minimum_amount": 1.237}, pricelist_id=pricelist.id
        )
        self._use(contract, 7)
        self.assertEqual(self._bill(date(2026, 2, 1)).invoice_ids.amount_untaxed, 1.237)

    def test_figures_that_are_no_figures_are_refused(self):
        percentage = {"charge_model": "percentage", "percent": 1.0}
        for values in (
            {"price_unit": 1.0, "allowance_units": -1},
            {"price_unit": 1.0, "minimum_amount": -1},
            {"price_unit": 1.0, "minimum_amount": 5, "maximum_amount": 4},
            {"charge_model": "package", "price_unit": 1.0, "package_size": 0},
            {"charge_model": "package", "price_unit": 1.0, "free_units": -1},
            {**percentage, "free_events": -1},
            {**percentage, "event_minimum": 2, "event_maximum": 1},
            {**percentage, "percent": -1},
        ):
            with self.subTest(values=values), self.assertRaises(UserError):
                self._usage_contract(values)
