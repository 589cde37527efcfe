from odoo import models

from ..engine.formula import Formula
from ..engine.terms import Feed, Terms

FEEDS = {"matrix": Feed.values, "percentage": Feed.events}


class UsageCalculator(models.Model):
    """What rating asks of a calculator."""

    _inherit = "cn285.usage.calculator"

    def _terms(self):
        """The calculator's figures, as the engine rates with them.

        :raises UsageError: when the figures make no model
        """
        self.ensure_one()
        return Terms(
            model=self._charge_model(),
            feed=FEEDS.get(self.charge_model, Feed.quantity),
            allowance=self._allowance(),
            minimum=self._optional("minimum_amount"),
            maximum=self._optional("maximum_amount"),
        )

    def _account(self):
        """Where allowance that is not used is carried on, see ``Balances``; None: nowhere."""
        self.ensure_one()
        has_account = self.allowance_units and self.rollover != "no"
        return ("calculator", self.id) if has_account else None

    def _measure_needs(self):
        """How its metrics are measured: the last arguments of ``cn285.usage.metric._measure``."""
        self.ensure_one()
        by_property = self.property_name if self.charge_model == "matrix" else None
        return by_property, self.charge_model == "percentage"

    def _metrics(self):
        """The metrics that the quantity is made from."""
        self.ensure_one()
        return self._metrics_by_calculator()[self.id]

    def _metrics_by_calculator(self):
        """The metrics that each calculator's quantity is made from, by its id."""
        names = {
            calculator: Formula(calculator.formula).names
            for calculator in self
            if calculator.formula
        }
        by_code = {}
        if names:
            found = self.env["cn285.usage.metric"].search(
                [
                    ("code", "in", sorted(set().union(*names.values()))),
                    ("company_id", "in", self.company_id.ids),
                ]
            )
            by_code = {(metric.company_id.id, metric.code): metric for metric in found}
        none = self.env["cn285.usage.metric"]
        result = {}
        for calculator in self:
            company_id = calculator.company_id.id
            own = [by_code.get((company_id, name), none) for name in names.get(calculator, ())]
            result[calculator.id] = calculator.metric_id or none.union(*own)
        return result

    def _quantity(self, measured):
        """The quantity to rate, from what was measured of each metric.

        :param measured: ``{metric: Measured}``
        :raises UsageError: when the formula speaks of a metric that is not there
        """
        self.ensure_one()
        if self.metric_id:
            return measured[self.metric_id].quantity
        return self._formula().quantity(
            {metric.code: entry.quantity for metric, entry in measured.items()}
        )

    def _line_label(self):
        """What the lines that it makes on an invoice are about."""
        self.ensure_one()
        return self.metric_id.name or self.name
