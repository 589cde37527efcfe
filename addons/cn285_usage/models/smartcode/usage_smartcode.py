from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import SQL

from ...engine.terms import Terms
from ..rating.usage_batch import RatingRefused

GROUP = "cn285_usage.group_smartcode_author"


class UsageCalculator(models.Model):
    """Calculators whose amount is worked out by a SmartCode."""

    _inherit = "cn285.usage.calculator"

    charge_model = fields.Selection(
        selection_add=[("smartcode", "SmartCode")], ondelete={"smartcode": "cascade"}
    )
    smartcode_id = fields.Many2one(
        "cn285.smartcode", string="SmartCode", ondelete="restrict", index="btree_not_null"
    )
    metric_ids = fields.Many2many(
        "cn285.usage.metric",
        "cn285_usage_calculator_metric_rel",
        string="Metrics It Receives",
        help="SmartCode: the metrics of which the macro gets the quantities. Empty: all.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        calculators = super().create(vals_list)
        calculators.filtered("smartcode_id")._check_smartcode_right()
        return calculators

    def write(self, vals):
        before = {calculator: calculator.smartcode_id for calculator in self}
        result = super().write(vals)
        changed = self.filtered(lambda one: one.smartcode_id and one.smartcode_id != before[one])
        changed._check_smartcode_right()
        return result

    def _check_smartcode_right(self):
        """Refuse a SmartCode that somebody chose who may not.

        A contract made from a template, and a contract like another one of the same customer, may
        use the SmartCodes that somebody with the right has put there.
        """
        if self.env.su or self.env.user.has_group(GROUP):
            return
        for calculator in self:
            contract = calculator.item_id.contract_id
            # sudo: only whether the same SmartCode is there already.
            known = contract.template_id.sudo().item_ids.calculator_ids.smartcode_id
            siblings = self.sudo().search(
                [
                    ("smartcode_id", "=", calculator.smartcode_id.id),
                    ("item_id.contract_id.partner_id", "=", contract.partner_id.id),
                    ("id", "not in", self.ids),
                ],
                limit=1,
            )
            if not contract or (calculator.smartcode_id not in known and not siblings):
                raise AccessError(
                    self.env._(
                        "Only users with the SmartCode right can choose the SmartCode of a "
                        "calculator."
                    )
                )

    @api.constrains("charge_model", "smartcode_id", "item_id")
    def _check_smartcode(self):
        for calculator in self.filtered(lambda one: one.charge_model == "smartcode"):
            # sudo: only the company; who may edit the contract need not see the SmartCode.
            smartcode = calculator.sudo().smartcode_id
            if not smartcode:
                raise ValidationError(
                    self.env._("Calculator “%s”: choose its SmartCode.", calculator.name)
                )
            if calculator.company_id and smartcode.company_id != calculator.company_id:
                raise ValidationError(
                    self.env._(
                        "Calculator “%(calculator)s”: SmartCode “%(smartcode)s” belongs to another "
                        "company.",
                        calculator=calculator.name,
                        smartcode=smartcode.name,
                    )
                )

    def _inputs(self):
        """A macro is given what it needs: see :meth:`_metrics_by_calculator`."""
        return [True] if self.charge_model == "smartcode" else super()._inputs()

    def _rates_a_quantity(self):
        return self.charge_model != "smartcode" and super()._rates_a_quantity()

    def _charge_model(self):
        """A SmartCode's model is the macro: there is nothing to rate by before it has run."""
        return None if self.charge_model == "smartcode" else super()._charge_model()

    def _terms(self):
        if self.charge_model != "smartcode":
            return super()._terms()
        return Terms(
            model=None,
            minimum=self._optional("minimum_amount"),
            maximum=self._optional("maximum_amount"),
        )

    def _rate_full_period(self, usage, rounding):
        if self.charge_model == "smartcode":
            raise RatingRefused(
                self.env._("A SmartCode is tried on its own form, with the inputs of a period.")
            )
        return super()._rate_full_period(usage, rounding)

    def _more_figures(self):
        return SQL(
            """(SELECT string_agg(m.cn285_usage_metric_id::text, ',' ORDER BY 1)
                  FROM cn285_usage_calculator_metric_rel m
                 WHERE m.cn285_usage_calculator_id = c.id)"""
        )

    def _metrics_by_calculator(self):
        macros = self.filtered(lambda one: one.charge_model == "smartcode")
        result = super(UsageCalculator, self - macros)._metrics_by_calculator()
        if macros:
            metrics = self.env["cn285.usage.metric"].search(
                [("company_id", "in", macros.company_id.ids)], order="code, id"
            )
            for calculator in macros:
                result[calculator.id] = calculator.metric_ids or metrics.filtered(
                    lambda metric, one=calculator: metric.company_id == one.company_id
                )
        return result


class UsageRating(models.Model):
    _inherit = "cn285.usage.rating"

    smartcode_version_id = fields.Many2one(
        "cn285.smartcode.version",
        string="SmartCode Version",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        groups="cn285_contract.group_contract_user",
        help="The version that worked the amount out.",
    )
    inputs_digest = fields.Char(
        string="Inputs (SHA-256)", readonly=True, help="What the macro received, as a digest."
    )
    inputs = fields.Text(
        readonly=True,
        prefetch=False,
        groups=GROUP,
        help="What the macro received, packed, to run another version on.",
    )
