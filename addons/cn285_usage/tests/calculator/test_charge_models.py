"""Each charge model from end to end: its name, its lines, its words, and what it would cost."""

from datetime import date

from freezegun import freeze_time
from odoo import Command
from odoo.addons.cn285_contract.tests.equations import false_equations
from odoo.tests import tagged

from ..rating.test_usage_rating import UsageCase
from .charge_model_cases import CASES


@tagged("post_install", "-at_install")
@freeze_time("2026-02-01 10:00:00")
class TestChargeModels(UsageCase):
    """What must stay as it is, whatever stands behind: see ``charge_model_cases``."""

    maxDiff = None

    def _vals(self, case):
        """Values of the calculator, its rows as commands."""
        vals = {
            name: [Command.create(row) for row in value] if isinstance(value, list) else value
            for name, value in case.figures.items()
        }
        if case.figures["charge_model"] != "smartcode":
            return {**vals, "metric_id": not case.figures.get("formula") and self.calls.id}
        smartcode = self.env["cn285.smartcode"].create(
            {"name": "Night", "code": "night", "version_ids": [Command.create({"body": case.body})]}
        )
        smartcode.version_ids.action_activate()
        return {**vals, "smartcode_id": smartcode.id}

    def _told(self, case):
        """What becomes of a case, in the form of ``Case.expected``."""
        contract = self._create_contract(
            [
                {
                    "billing_type": "usage",
                    "timing": "arrears",
                    "price_unit": 0,
                    "calculator_ids": [Command.create(self._vals(case))],
                }
            ]
        )
        calculator = contract.item_ids.calculator_ids
        for quantity, properties in case.events:
            self._use(contract, quantity, properties=properties)
        run = self._bill(date(2026, 2, 1), contract_ids=[(6, 0, contract.ids)])
        self.assertFalse(run.issue_ids.mapped("reason"))
        rating = contract.schedule_ids.rating_ids
        simulated = calculator.simulate_terms(case.figures, case.simulated)
        curves = [
            (curve["label"], len(curve["points"]), curve["points"][-1][:2])
            for curve in simulated.get("curves", ())
        ]
        for text in (rating.explanation, rating.schedule_id.explanation):
            self.assertEqual(false_equations(text), [])
        return {
            "name": calculator.name,
            "label": calculator._line_label(),
            "amount": self._cents(run.amount_untaxed),
            "lines": [line.name.split("\n", 1)[-1] for line in run.invoice_ids.invoice_line_ids],
            "explanation": rating.explanation.split("\n"),
            "statement price": str(rating._unit_prices().get(None)),
            "simulated": [line["text"] for line in simulated.get("lines", ())]
            or simulated.get("error"),
            "curves": curves,
            "bounds": simulated.get("bounds"),
        }

    def test_each_charge_model_from_end_to_end(self):
        for case in CASES:
            with self.subTest(case.title):
                self.assertEqual(self._told(case), case.expected)

    def test_every_charge_model_has_a_case(self):
        names = self.env["cn285.usage.calculator"]._fields["charge_model"].get_values(self.env)
        self.assertLessEqual(set(names), {case.figures["charge_model"] for case in CASES})
