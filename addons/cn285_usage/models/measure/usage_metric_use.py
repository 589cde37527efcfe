"""Metrics that calculators count: what they keep, and why they cannot be deleted."""

from collections import defaultdict

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class UsageMetric(models.Model):
    _inherit = "cn285.usage.metric"

    def _refuse_change_of_used(self, vals):
        """Refuse values by which a formula that names these metrics would find them no more."""
        if {"code", "company_id"} & vals.keys():
            moved = self.filtered(
                lambda metric: (
                    vals.get("code", metric.code) != metric.code
                    or vals.get("company_id", metric.company_id.id) != metric.company_id.id
                )
            )
            moved._refuse_used(
                moved._formulas(),
                self.env._(
                    "Metric %(metric)s is named in the formula of calculator “%(calculator)s” "
                    "(%(place)s): it keeps its code and its company. Change the formula first."
                ),
            )
        if not vals.get("active", True):
            formulas = self.filtered("active")._formulas()
            self._refuse_used(
                {metric: found._bills_still() for metric, found in formulas.items()},
                self.env._(
                    "Metric %(metric)s is named in the formula of calculator “%(calculator)s” "
                    "(%(place)s), which still bills, and cannot be archived. Change the formula "
                    "first."
                ),
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_only_uncounted(self):
        self._refuse_used(
            self._counted_by(),
            self.env._(
                "Metric %(metric)s is counted by calculator “%(calculator)s” (%(place)s) and "
                "cannot be deleted. Archive it instead."
            ),
        )
        # sudo: a pool, or an item, names it, whoever may see its contract.
        pool = self.env["cn285.usage.pool"].sudo().search([("metric_id", "in", self.ids)], limit=1)
        items = self.env["cn285.contract.item"].sudo()
        item = items.search([("usage_metric_ids", "in", self.ids)], limit=1)
        if pool or item:
            metric = pool.metric_id or (self & item.usage_metric_ids)[0]
            raise UserError(
                self.env._(
                    "Metric %(metric)s is what “%(user)s” waits for or shares, and cannot be "
                    "deleted. Archive it instead.",
                    metric=metric.name,
                    user=(pool or item).display_name,
                )
            )

    def _refuse_used(self, users, text):
        """Raise the text for the first metric that has users.

        :param users: ``{metric: calculators}``
        """
        for metric, calculators in users.items():
            if calculators:
                calculator = calculators[0]
                raise UserError(
                    text
                    % {
                        "metric": metric.name,
                        "calculator": calculator.name,
                        "place": calculator._place(),
                    }
                )

    def _formulas(self):
        """Calculators whose formula names these metrics: ``{metric: calculators}``."""
        # sudo: a calculator counts a metric, whoever may see its contract.
        calculators = self.env["cn285.usage.calculator"].sudo()
        mentions = Domain.OR(Domain("formula", "like", code) for code in self.mapped("code"))
        result = defaultdict(calculators.browse)
        for calculator in calculators.search(mentions) if self else ():
            names, company = calculator._formula_names(), calculator.company_id
            for metric in self:
                if metric.code in names and company in (metric.company_id, company.browse()):
                    result[metric] |= calculator
        return result

    def _counted_by(self):
        """Calculators that count these metrics in any way: ``{metric: calculators}``."""
        result = self._formulas()
        # sudo: as above.
        calculators = self.env["cn285.usage.calculator"].sudo()
        for calculator in calculators.search(
            Domain("metric_id", "in", self.ids) | Domain("metric_ids", "in", self.ids)
        ):
            for metric in self & (calculator.metric_id | calculator.metric_ids):
                result[metric] |= calculator
        return result
