"""A charge model is one class of the engine and one entry: shown with one that does not exist."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from unittest.mock import patch

from freezegun import freeze_time
from odoo import Command
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from ...engine.rating import close, draft
from ...models.calculator.charge_model import ChargeModelEntry
from ...models.calculator.charge_model_table import CHARGE_MODELS
from ..rating.test_usage_rating import UsageCase


@dataclass(frozen=True)
class EngineFlatFee:
    """A fee for a period in which there was usage, however much."""

    fee: Decimal

    def rate(self, quantity, rounding):
        lines = [draft("used_at_all", flat=self.fee)] if quantity > 0 else []
        return close(quantity, lines, rounding)


class FlatFee(ChargeModelEntry):
    name = "flat_fee"
    label = "Flat Fee"
    own_figures = ("price_unit",)

    def make(self, calculator):
        return EngineFlatFee(as_decimal(calculator.price_unit))

    def texts(self, env):
        return {"used_at_all": "%(flat)s for any usage"}

    def price_bounds(self, calculator):
        return [Decimal(1)]


@tagged("post_install", "-at_install")
@freeze_time("2026-02-01 10:00:00")
class TestChargeModelTable(UsageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        entry = FlatFee()
        patched = patch.dict(CHARGE_MODELS, {entry.name: entry})
        patched.start()
        cls.addClassCleanup(patched.stop)

    def _contract(self, **figures):
        vals = {"charge_model": "flat_fee", "metric_id": self.calls.id, "price_unit": 30, **figures}
        return self._create_contract(
            [
                {
                    "billing_type": "usage",
                    "timing": "arrears",
                    "price_unit": 0,
                    "calculator_ids": [Command.create(vals)],
                }
            ]
        )

    def test_choices_are_those_of_the_table_in_its_order(self):
        choices = self.env["cn285.usage.calculator"].fields_get(["charge_model"])
        self.assertEqual(
            choices["charge_model"]["selection"],
            [
                ("per_unit", "Per Unit"),
                ("graduated", "Graduated Tiers"),
                ("volume", "Volume"),
                ("stairstep", "Stairstep"),
                ("package", "Package"),
                ("percentage", "Percentage"),
                ("graduated_percentage", "Graduated Percentage"),
                ("matrix", "Price per Property Value"),
                ("smartcode", "SmartCode"),
                ("flat_fee", "Flat Fee"),
            ],
        )

    def test_it_rates_bills_and_explains(self):
        contract = self._contract()
        calculator = contract.item_ids.calculator_ids
        self.assertEqual(calculator.name, "API calls: Flat Fee")
        self._use(contract, 12)
        run = self._bill(date(2026, 2, 1))
        self.assertMoney(run.amount_untaxed, "30.00")
        line = run.invoice_ids.invoice_line_ids
        self.assertIn("API calls: 30 for any usage", line.name)
        self.assertIn("30 for any usage", contract.schedule_ids.rating_ids.explanation)

    def test_it_takes_included_units_and_bounds_as_any_other(self):
        contract = self._contract(allowance_units=12, minimum_amount=4)
        self._use(contract, 12)
        self.assertMoney(self._bill(date(2026, 2, 1)).amount_untaxed, "4.00")

    def test_the_simulator_asks_it(self):
        answer = self.env["cn285.usage.calculator"].simulate_terms(
            {"charge_model": "flat_fee", "price_unit": 30}, {"quantity": 8}
        )
        self.assertEqual([line["text"] for line in answer["lines"]], ["30 for any usage"])
        self.assertEqual((answer["amount"], answer["bounds"]), (30.0, [1.0]))
        self.assertEqual(answer["curves"][0]["points"][-1], [10.0, 30.0, 3.0])

    def test_figures_that_it_does_not_read_are_refused_cleared_and_hidden(self):
        with self.assertRaisesRegex(ValidationError, "“Flat Fee” takes no “Percent”"):
            self._contract(percent=2)
        calculator = self._contract().item_ids.calculator_ids
        calculator.write({"charge_model": "percentage", "percent": 2})
        self.assertFalse(calculator.price_unit)
        with Form(calculator) as form:
            form.charge_model = "flat_fee"
            form.price_unit = 7
            with self.assertRaisesRegex(AssertionError, "invisible"):
                form.overage_price = 1
        self.assertEqual((calculator.percent, calculator.price_unit), (0, 7))
        self.assertIn("price_unit", calculator.read_figures)

    def test_another_model_has_columns_for_the_import_of_its_figures(self):
        loader = self.env["cn285.import.loader"]
        columns = next(
            loader._columns(kind) for kind in loader._kinds() if kind.name == "calculators"
        )
        figures = set().union(*(entry.figures for entry in CHARGE_MODELS.values()))
        self.assertLessEqual(figures, {column.field for column in columns.values()})
