"""Formulas of calculators name metrics by their codes."""

from odoo import api, models
from odoo.exceptions import ValidationError

from ...engine.errors import FormulaError
from ...engine.formula import Formula


class UsageCalculator(models.Model):
    _inherit = "cn285.usage.calculator"

    @api.constrains("formula", "item_id", "template_item_id")
    def _check_formula_metrics(self):
        """A formula names metrics in use, of the company that bills by it.

        A template for all companies has metrics of any; its contracts are checked for theirs.
        """
        names = {one: one._formula_names() for one in self if one.formula}
        codes = sorted(set().union(*names.values()))
        if not codes:
            return
        found = self.env["cn285.usage.metric"].search([("code", "in", codes)])
        for calculator, wanted in names.items():
            company = calculator.company_id
            own = found.filtered(lambda metric, of=company: of in (metric.company_id, of.browse()))
            unknown = sorted(wanted - set(own.mapped("code")))
            if unknown:
                raise ValidationError(
                    self.env._(
                        "Calculator “%(name)s”: its formula names “%(codes)s”, and there is no "
                        "metric in use with this code in %(company)s.",
                        name=calculator.name,
                        codes="”, “".join(unknown),
                        company=company.name or self.env._("your companies"),
                    )
                )

    def _formula_names(self):
        """Codes of the metrics that the formula names; none where it cannot be read."""
        self.ensure_one()
        try:
            return Formula(self.formula).names
        except FormulaError:
            # It is refused for that.
            return frozenset()

    def _bills_still(self):
        """Those of them by which usage is, or will be, billed."""
        return self.filtered(
            lambda calculator: (
                calculator.template_item_id.template_id.active
                or (calculator.item_id and calculator.item_id.state != "ended")
            )
        )
