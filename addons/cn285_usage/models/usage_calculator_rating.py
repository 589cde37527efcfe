from collections import defaultdict

from odoo import models
from odoo.tools import SQL

from ..engine.errors import UsageError
from ..engine.formula import Formula
from ..engine.terms import Feed, Terms
from .usage_batch import Recipe

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
            feed=self._feed(),
            allowance=self._allowance(),
            minimum=self._optional("minimum_amount"),
            maximum=self._optional("maximum_amount"),
        )

    def _feed(self):
        """What its charge model is fed with."""
        return FEEDS.get(self.charge_model, Feed.quantity)

    def _recipes(self):
        """How each calculator rates, set-based: ``{calculator id: Recipe}``, in their order.

        Calculators are told apart by their figures in one query; records are read for one of each.
        """
        groups = defaultdict(list)
        figures_by_id = self._figures_by_id()
        for calculator_id, figures in figures_by_id.items():
            groups[figures].append(calculator_id)
        first = self.browse([ids[0] for ids in groups.values()])
        metrics = first._metrics_by_calculator()
        made = {one.id: one._recipe(metrics[one.id]) for one in first}
        shared = {one: made[ids[0]] for ids in groups.values() for one in ids}
        return {calculator_id: shared[calculator_id] for calculator_id in figures_by_id}

    def _figures_by_id(self):
        """All that decides how a calculator rates, as a text: ``{id: text}``, in their order."""
        own = {"id", "name", "sequence", "item_id", "template_item_id", "write_date", "write_uid"}
        own |= {"create_date", "create_uid"}
        columns = [
            SQL.identifier("c", name)
            for name, field in self._fields.items()
            if field.store and field.column_type and name not in own
        ]
        self.flush_model()
        self.tier_ids.browse().flush_model()
        self.value_ids.browse().flush_model()
        return dict(
            self.env.execute_query(
                SQL(
                    """SELECT c.id, concat_ws('|', ROW(%s)::text, t.figures, v.figures, %s)
                         FROM cn285_usage_calculator c
                    LEFT JOIN (SELECT calculator_id, string_agg(
                                      ROW(up_to, price_unit, flat)::text, ';' ORDER BY up_to, id)
                                      AS figures
                                 FROM cn285_usage_tier WHERE calculator_id = ANY(%s)
                             GROUP BY 1) t ON t.calculator_id = c.id
                    LEFT JOIN (SELECT calculator_id, string_agg(
                                      ROW(value, price_unit)::text, ';' ORDER BY id) AS figures
                                 FROM cn285_usage_value WHERE calculator_id = ANY(%s)
                             GROUP BY 1) v ON v.calculator_id = c.id
                        WHERE c.id = ANY(%s)
                     ORDER BY c.item_id, c.sequence, c.id""",
                    SQL(", ").join(columns),
                    self._more_figures(),
                    self.ids,
                    self.ids,
                    self.ids,
                )
            )
        )

    def _more_figures(self):
        """Hook: SQL text of figures that are not columns of the calculator ``c``."""
        return SQL("''")

    def _recipe(self, metrics):
        """How this calculator rates, as a ``Recipe``."""
        self.ensure_one()
        terms = error = formula = None
        try:
            terms, formula = self._terms(), self._formula()
        except UsageError as refused:
            error = refused
        return Recipe(
            calculator=self,
            kind=self.charge_model,
            terms=terms,
            error=error,
            metrics=metrics,
            formula=formula,
            needs=self._measure_needs(),
            pool=self.pool_id,
            keeps_balance=self._keeps_balance(),
            bounds_count=self.bounds_count,
        )

    def _keeps_balance(self):
        """Whether allowance that is not used is carried on."""
        self.ensure_one()
        if self.pool_id:
            return self.pool_id.rollover != "no"
        return bool(self.allowance_units) and self.rollover != "no"

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

    def _line_label(self):
        """What the lines that it makes on an invoice are about."""
        self.ensure_one()
        return self.metric_id.name or self.name
