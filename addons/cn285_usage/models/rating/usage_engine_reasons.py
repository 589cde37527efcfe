"""What the engine refuses, in a clerk's language."""

from odoo import api, models


class UsageCalculator(models.Model):
    _inherit = "cn285.usage.calculator"

    @api.model
    def _reason(self, error):
        """The sentence for an ``engine.errors.UsageError``; the engine's own for rare ones."""
        code = error.code
        if code == "no_price_for_value" and not error.values["value"]:
            code = "no_value"
        template = self._engine_reasons().get(code)
        return template % error.values if template else str(error)

    @api.model
    def _engine_reasons(self):
        return {
            "not_a_number": self.env._("%(value)s is not a finite number."),
            "number_too_long": self.env._("%(value)s has too many digits to be rated exactly."),
            "result_too_large": self.env._("The result is too large to be billed."),
            "negative_price": self.env._(
                "A price, a fee or a rate must not be negative here: %(value)s."
            ),
            "negative_units": self.env._("A number of units must not be negative here: %(value)s."),
            "not_positive": self.env._("%(value)s must be above zero."),
            "beneficiary_gone": self.env._(
                "There are events of a contact that does not exist any more: reverse them."
            ),
            "no_tiers": self.env._("At least one tier is needed."),
            "tier_bound_not_positive": self.env._(
                "The upper bound of a tier must be above zero, not %(up_to)s."
            ),
            "tiers_not_ascending": self.env._(
                "The tier up to %(up_to)s must end above the one before, up to %(before)s."
            ),
            "open_tier_not_last": self.env._(
                "Only the last tier may be open, not number %(number)s."
            ),
            "beyond_last_tier": self.env._(
                "%(quantity)s units lie beyond the last tier, up to %(up_to)s."
            ),
            "overage_needs_bound": self.env._(
                "An overage price needs a last tier with an upper bound."
            ),
            "no_price_for_value": self.env._(
                "There is no price for %(value)s, and no default price."
            ),
            "no_prices": self.env._("At least one price is needed."),
            "bad_bounds": self.env._("The minimum %(minimum)s lies above the maximum %(maximum)s."),
            "formula_empty": self.env._("The formula is empty."),
            "formula_too_long": self.env._("The formula is longer than %(limit)s characters."),
            "formula_too_deep": self.env._("The formula is nested deeper than %(limit)s levels."),
            "formula_syntax": self.env._(
                "The formula cannot be read at character %(position)s: %(found)s."
            ),
            "formula_unknown_function": self.env._(
                "%(name)s is not a function: round, ceil, floor, min or max."
            ),
            "formula_arguments": self.env._("%(name)s does not take %(count)s arguments."),
            "formula_unknown_name": self.env._("%(name)s is not a metric of this formula."),
            "formula_division_by_zero": self.env._("The formula divides by zero."),
            "bad_count": self.env._("%(count)s is not a whole number of events, zero or more."),
            "step_amount_needed": self.env._(
                "A threshold of quantity at each multiple needs an amount per step."
            ),
            "step_amount_not_wanted": self.env._(
                "A threshold once a period bills the running total, not an amount per step."
            ),
            "cascade_source_missing": self.env._(
                "%(name)s has nothing that triggers it: choose its item."
            ),
            "no_value": self.env._(
                "Some usage lacks the property that decides its price, and there is no default "
                "price."
            ),
            "cascade_loop": self.env._("These items trigger each other in a loop: %(loop)s."),
        }
