from datetime import date

from odoo import Command
from odoo.addons.cn285_usage.tests.rating.test_usage_sharing import SharingCase
from odoo.tests import new_test_user

# A little of what each way of billing has: a plain price, tiers, units that are carried on.
TIERS = [
    Command.create({"up_to": 100, "price_unit": 0.5}),
    Command.create({"up_to": 0, "price_unit": 0.3}),
]


class SimulationCase(SharingCase):
    """A user who tries prices, and months in which contracts were billed in many ways."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.analyst = new_test_user(
            cls.env, "price_analyst", "base.group_user,cn285_simulation.group_simulation"
        )
        cls.pricelist = cls.env["product.pricelist"].create(
            {"name": "2026", "currency_id": cls.eur.id}
        )

    def _simulate(self, *trials, **values):
        """A simulation of January and February, worked out as the analyst does it."""
        simulation = (
            self.env["cn285.simulation"]
            .with_user(self.analyst)
            .create(
                {
                    "name": "Tried",
                    "date_from": date(2026, 1, 1),
                    "date_to": date(2026, 2, 28),
                    "trial_ids": [Command.create(trial) for trial in trials],
                    **values,
                }
            )
        )
        simulation.with_context(queue_job__no_delay=True).action_start()
        if simulation.state == "running":
            simulation._run_here()
        self.assertEqual(simulation.state, "done")
        return simulation

    def _of(self, simulation, contract, figure="simulated"):
        """What lines of a contract come to, period by period, to the cent."""
        lines = simulation.line_ids.filtered(lambda line: line.contract_id == contract)
        self.assertFalse(any(lines.mapped("problem")), lines.mapped("problem"))
        return [self._cents(line[figure]) for line in lines.sorted("period_start")]

    def _template(self, *items, **values):
        """A template with items of the subscription's product."""
        return self.env["cn285.contract.template"].create(
            {
                "name": "New prices",
                "company_id": self.company.id,
                "item_ids": [
                    Command.create({"product_id": self.subscription.id, **item}) for item in items
                ],
                **values,
            }
        )

    def _template_calculator(self, **calculator):
        """A calculator of a template that counts the calls."""
        template = self._template(
            {
                "billing_type": "usage",
                "timing": "arrears",
                "calculator_ids": [
                    Command.create(
                        {
                            "name": "New terms",
                            "metric_id": self.calls.id,
                            "charge_model": "per_unit",
                            **calculator,
                        }
                    )
                ],
            }
        )
        return template.item_ids.calculator_ids
