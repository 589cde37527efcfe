"""Items that bill usage: their terms, their calculators, when their periods are due."""

from dataclasses import replace

from odoo import fields, models
from odoo.addons.cn285_contract.engine.periods import boundary, index_at
from odoo.tools import SQL


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
