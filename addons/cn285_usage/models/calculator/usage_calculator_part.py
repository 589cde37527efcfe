"""Prices of a calculator that are records of their own: tiers, and values of a property."""

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import PRICE, UNITS
from odoo.addons.cn285_contract.models.common import told_inside

# Context of a calculator that is saved with its tiers: they are checked when all are there.
TOGETHER = "cn285_calculator_as_a_whole"
# Context of what is written on behalf of an edit whose history is kept already.
KEPT = "cn285_calculator_history_kept"
# Where a tier without a bound stands among the others.
OPEN_BOUND = 1e30
# What of these records decides on a price, by the calculator's field.
PRICE_COLUMNS = {"tier_ids": ("up_to", "price_unit", "flat"), "value_ids": ("value", "price_unit")}


class UsageCalculatorPart(models.AbstractModel):
    """Prices of a calculator: they must make a model with the others, however they are changed."""

    _name = "cn285.usage.calculator.part"
    _description = "Part of a Usage Calculator"
    _inherit = ["cn285.bounded"]

    calculator_id = fields.Many2one(
        "cn285.usage.calculator", required=True, ondelete="cascade", index=True
    )

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "price_unit": PRICE}

    @api.model_create_multi
    def create(self, vals_list):
        ids = {vals.get("calculator_id") for vals in vals_list} - {None, False}
        calculators = self.env["cn285.usage.calculator"].browse(ids)
        before = self._terms_before(calculators)
        parts = super().create(vals_list)
        self._after_change(before, parts.calculator_id)
        return parts

    def write(self, vals):
        calculators = self.calculator_id | self.calculator_id.browse(vals.get("calculator_id"))
        before = self._terms_before(calculators)
        result = super().write(vals)
        self._after_change(before, calculators)
        return result

    def unlink(self):
        calculators = self.calculator_id
        before = self._terms_before(calculators)
        result = super().unlink()
        self._after_change(before, calculators)
        return result

    def _terms_before(self, calculators):
        """What is kept of the terms of calculators; one that is saved as a whole keeps its own."""
        if told_inside(self.env, TOGETHER):
            return {}
        day, _correct, _vals = calculators._asked_from({})
        return calculators._terms_before(day)

    def _after_change(self, before, calculators):
        """Check calculators whose prices were changed alone, and keep what they were."""
        self._check_calculators(calculators)
        day, correct, _vals = calculators._asked_from({})
        calculators._keep_history(before, day, correct)

    def _check_calculators(self, calculators):
        """Refuse prices that make no model; a calculator that is saved as a whole checks itself."""
        if not told_inside(self.env, TOGETHER):
            calculators.exists()._validate_fields(["tier_ids", "value_ids"])


class UsageTier(models.Model):
    """A tier of a calculator: what units up to a bound (inclusive) cost."""

    _name = "cn285.usage.tier"
    _inherit = ["cn285.guarded", "cn285.usage.calculator.part"]
    _description = "Usage Tier"
    _order = "calculator_id, bound, id"

    up_to = fields.Float(digits=(16, 6), help="Last unit of the tier. 0: no bound.")
    bound = fields.Float(compute="_compute_bound", store=True, digits=0)
    price_unit = fields.Float(string="Unit Price", digits=(16, 10))
    flat = fields.Float(string="Flat Fee", digits=(16, 6), help="Owed on reaching the tier.")

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "up_to": UNITS, "flat": PRICE}

    @api.depends("up_to")
    def _compute_bound(self):
        """What tiers are sorted by: the one without a bound is the last."""
        for tier in self:
            tier.bound = tier.up_to or OPEN_BOUND


class UsageValue(models.Model):
    """What a unit costs for one value of the property."""

    _name = "cn285.usage.value"
    _inherit = ["cn285.guarded", "cn285.usage.calculator.part"]
    _description = "Price per Property Value"
    _order = "calculator_id, id"

    value = fields.Char(required=True)
    price_unit = fields.Float(string="Unit Price", digits=(16, 10))

    _value_once = models.Constraint(
        "unique(calculator_id, value)", "A value has one price in a calculator."
    )
