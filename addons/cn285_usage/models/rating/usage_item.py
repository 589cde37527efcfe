"""Items that bill usage: their terms, their calculators, when their periods are due."""

from dataclasses import replace

from odoo import api, fields, models
from odoo.addons.cn285_contract.engine.periods import boundary, index_at
from odoo.tools import SQL


class BillingTerms(models.AbstractModel):
    _inherit = "cn285.billing.terms"

    usage_lines = fields.Selection(
        [("tier", "A Line per Tier"), ("single", "One Line")],
        string="Usage on Invoices",
        default="tier",
        required=True,
    )
    usage_rated_by = fields.Selection(
        [
            ("pooled", "All Together"),
            ("beneficiary", "Each Beneficiary by Itself"),
            ("both", "Own Allowance, then Together"),
        ],
        string="Usage Rated",
        default="pooled",
        required=True,
        help="All together: one quantity. Each beneficiary by itself: every one has the tiers, the "
        "allowance and the bounds for itself. Own allowance, then together: every beneficiary has "
        "the allowance for itself; what they use beyond theirs is added up and rated once, and its "
        "amount is shared out over them by what each used beyond its own.",
    )
    usage_grace_days = fields.Integer(
        string="Grace for Late Usage (days)",
        help="Days after the invoice date during which late usage is waited for.",
    )

    @api.model
    def _terms_fields(self):
        return [*super()._terms_fields(), "usage_lines", "usage_rated_by", "usage_grace_days"]


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    calculator_ids = fields.One2many(
        "cn285.usage.calculator", "item_id", string="Calculators", copy=True
    )

    def _metered_ids(self):
        """The ids of those items that have a calculator, in one query."""
        self.env["cn285.usage.calculator"].flush_model(["item_id"])
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT item_id FROM cn285_usage_calculator WHERE item_id = ANY(%s)",
                self.ids,
            )
        )
        return {item_id for (item_id,) in rows}

    def _engine_terms(self):
        """What is billed on delivery has no periods; others wait for late usage first."""
        if self.billing_type == "usage" and self.usage_billing == "delivery":
            return None
        terms = super()._engine_terms()
        if terms and terms.kind == "usage" and self.usage_grace_days:
            return replace(terms, offset=terms.offset + self.usage_grace_days)
        return terms

    def _full_period(self, day):
        """The whole period ``(first day, day after the last)`` that a day lies in."""
        self.ensure_one()
        rhythm = self._engine_terms().rhythm
        index = index_at(rhythm, day)
        return boundary(rhythm, index), boundary(rhythm, index + 1)


class ContractTemplateItem(models.Model):
    _inherit = "cn285.contract.template.item"

    calculator_ids = fields.One2many(
        "cn285.usage.calculator", "template_item_id", string="Calculators", copy=True
    )

    def _prepare_contract_item_vals(self, date_start=None):
        vals = super()._prepare_contract_item_vals(date_start)
        vals["calculator_ids"] = [
            fields.Command.create({**copied, "template_item_id": False})
            for copied in self.calculator_ids.copy_data()
        ]
        return vals
