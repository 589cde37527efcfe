from odoo import api, models
from odoo.tools import SQL

from ...engine.errors import UsageError
from ...engine.formula import Formula
from ...engine.history import Method
from ...engine.tariff import Feed
from ..rating.usage_batch import Recipe
from .usage_calculator_part import PRICE_COLUMNS


class UsageCalculator(models.Model):
    """What rating asks of a calculator."""

    _inherit = "cn285.usage.calculator"

    @api.model
    def _recipes(self, item_ids):
        """How the calculators of items rate, set-based.

        Calculators are told apart by their figures in one query; records are read for one of each.

        :returns: list of ``(item id, calculator id, Recipe)``, by item in the calculators' order
        """
        rows = self._figures(item_ids)
        first = {}
        for _item_id, calculator_id, figures in rows:
            first.setdefault(figures, calculator_id)
        calculators = self.browse(first.values())
        metrics = calculators._metrics_by_calculator()
        recipes = {
            figures: one._recipe(metrics[one.id])
            for figures, one in zip(first, calculators, strict=True)
        }
        return [(item_id, one, recipes[figures]) for item_id, one, figures in rows]

    @api.model
    def _figures(self, item_ids):
        """All that decides how the calculators of items rate, as a text.

        :returns: list of ``(item id, calculator id, text)``, by item in the calculators' order
        """
        own = {
            "id",
            "own_name",
            "sequence",
            "item_id",
            "template_item_id",
            "write_date",
            "write_uid",
        }
        own |= {"create_date", "create_uid"}
        columns = [
            SQL.identifier("c", name)
            for name, field in self._fields.items()
            if field.store and field.column_type and name not in own
        ]
        self.flush_model()
        self.env["cn285.usage.tier"].flush_model()
        self.env["cn285.usage.value"].flush_model()
        parts = {
            name: SQL(", ").join(map(SQL.identifier, columns))
            for name, columns in PRICE_COLUMNS.items()
        }
        return self.env.execute_query(
            SQL(
                """WITH chosen AS NOT MATERIALIZED (
                       SELECT * FROM cn285_usage_calculator WHERE item_id = ANY(%(items)s))
                   SELECT c.item_id, c.id,
                          concat_ws('|', ROW(%(columns)s)::text, t.figures, v.figures, m.figures)
                     FROM chosen c
       LEFT JOIN LATERAL (SELECT string_agg(ROW(%(tier)s)::text, ';' ORDER BY up_to, id) AS figures
                            FROM cn285_usage_tier WHERE calculator_id = c.id) t ON TRUE
               LEFT JOIN (SELECT calculator_id, string_agg(
                                 ROW(%(value)s)::text, ';' ORDER BY id) AS figures
                            FROM cn285_usage_value
                           WHERE calculator_id IN (SELECT id FROM chosen)
                        GROUP BY 1) v ON v.calculator_id = c.id
               LEFT JOIN (SELECT cn285_usage_calculator_id AS calculator_id, string_agg(
                                 cn285_usage_metric_id::text, ',' ORDER BY
                                 cn285_usage_metric_id) AS figures
                            FROM cn285_usage_calculator_metric_rel
                           WHERE cn285_usage_calculator_id IN (SELECT id FROM chosen)
                        GROUP BY 1) m ON m.calculator_id = c.id
                 ORDER BY c.item_id, c.sequence, c.id""",
                items=list(item_ids),
                columns=SQL(", ").join(columns),
                tier=parts["tier_ids"],
                value=parts["value_ids"],
            )
        )

    def _recipe(self, metrics):
        """How this calculator rates, as a ``Recipe``."""
        self.ensure_one()
        tariff = error = formula = None
        try:
            tariff, formula = self._tariff(), self._formula()
        except UsageError as refused:
            error = refused
        return Recipe(
            calculator=self,
            feed=self._feed(),
            tariff=tariff,
            error=error,
            metrics=metrics,
            formula=formula,
            needs=self._measure_needs(),
            pool=self.pool_id,
            keeps_balance=self._keeps_balance(),
            bounds_count=self.bounds_count,
            is_triggered=bool(self.source_item_id or self.source_template_item_id),
            method=Method(self.change_method),
            runs=self._runs(metrics),
        )

    def _runs(self, metrics):
        """Whether it is known what was used up to a day: the quantity is made of sums."""
        self.ensure_one()
        if self.source_item_id or self._feed() is Feed.inputs:
            return False
        return all(metric._aggregation().weight for metric in metrics)

    def _keeps_balance(self):
        """Whether allowance that is not used is carried on."""
        self.ensure_one()
        if self.pool_id:
            return self.pool_id.rollover != "no"
        return bool(self.allowance_units) and self.rollover != "no"

    def _measure_needs(self):
        """How its metrics are measured: the last arguments of ``cn285.usage.metric._measure``."""
        self.ensure_one()
        feed = self._feed()
        by_property = self.property_name if feed is Feed.values else None
        return by_property, feed is Feed.events

    def _metrics(self):
        """The metrics that the quantity is made from."""
        self.ensure_one()
        return self._metrics_by_calculator()[self.id]

    def _metrics_by_calculator(self):
        """The metrics that each calculator's quantity is made from, by its id."""
        fed = self.filtered(lambda calculator: calculator._feed() is Feed.inputs)
        return {**fed._received_metrics(), **(self - fed)._counted_metrics()}

    def _received_metrics(self):
        """The metrics that a program is given, by calculator: those chosen, else all."""
        if not self:
            return {}
        metrics = self.env["cn285.usage.metric"].search(
            [("company_id", "in", self.company_id.ids)], order="code, id"
        )
        by_company = metrics.grouped("company_id")
        return {
            one.id: one.metric_ids or by_company.get(one.company_id, metrics.browse())
            for one in self
        }

    def _counted_metrics(self):
        """The metrics that make a quantity, by calculator: its own, or those of its formula."""
        names = {
            calculator: Formula(calculator.formula).names
            for calculator in self
            if calculator.formula
        }
        by_code = {}
        if names:
            # Usage of a metric that was archived since is still what its periods are rated by.
            metrics = self.env["cn285.usage.metric"].with_context(active_test=False)
            found = metrics.search(
                [
                    ("code", "in", sorted(set().union(*names.values()))),
                    ("company_id", "in", self.company_id.ids),
                ]
            )
            found = found.with_env(self.env)
            by_code = {(metric.company_id.id, metric.code): metric for metric in found}
        none = self.env["cn285.usage.metric"]
        result = {}
        for calculator in self:
            company_id = calculator.company_id.id
            own = [by_code.get((company_id, name), none) for name in names.get(calculator, ())]
            result[calculator.id] = calculator.metric_id or none.union(*own)
        return result
