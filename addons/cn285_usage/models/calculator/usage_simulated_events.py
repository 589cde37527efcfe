from odoo import models
from odoo.tools import groupby

from ...engine import aggregation
from ...engine.property_filter import conditions


class UsageCalculator(models.Model):
    _inherit = "cn285.usage.calculator"

    def _measured_usage(self, events, form):
        """Events that might come, measured as those that are billed: by the engine's reference.

        :param events: dicts of ``quantity`` (Decimal), ``occurred_at`` and ``properties``
        :param form: ``quantity``, ``amounts`` or ``values``: what the charge model is fed with
        :returns: usage as :meth:`_simulated_usage` takes it
        :raises UsageError: where the events cannot be measured
        """
        self.ensure_one()
        metric = self.metric_id._engine_metric()
        told = [
            aggregation.Event(one["quantity"], one["occurred_at"], one["properties"])
            for one in events
        ]
        if form == "amounts":
            counted = [one for one in told if all(part.accepts(one) for part in metric.filters)]
            return {form: [one.quantity or 0 for one in counted]}
        if form == "values":
            return {form: self._measured_by_value(metric, told)}
        return {form: aggregation.measure(metric, told)}

    def _measured_by_value(self, metric, events):
        def value_of(event):
            return aggregation.property_text(event.properties.get(self.property_name)) or ""

        return {
            value: aggregation.measure(metric, members)
            for value, members in sorted(groupby(events, value_of))
        }


class UsageMetric(models.Model):
    _inherit = "cn285.usage.metric"

    def _engine_metric(self):
        """The metric as the engine measures by it.

        :raises UsageError: where its figures make none
        """
        self.ensure_one()
        rounding = None
        if self.rounding_mode != "none":
            mode = aggregation.UnitMode(self.rounding_mode)
            rounding = aggregation.Rounding(mode, self.rounding_digits)
        return aggregation.Metric(
            aggregation=self.aggregation,
            property_name=self.property_name or "",
            rounding=rounding,
            filters=tuple(
                aggregation.PropertyFilter(name, frozenset(values), exclude)
                for name, exclude, values in conditions(self.filter_json or {})
            ),
        )
