"""Refusals of the usage engine, as codes that the shell can translate."""

from ...cn285_contract.engine.errors import EngineError

_MESSAGES = {
    # Numbers
    "not_a_number": "%(value)s is not a finite number.",
    "number_too_long": "%(value)s has too many digits to be rated exactly.",
    "result_too_large": "The result is too large to be billed.",
    "negative_price": "A price, a fee or a rate must not be negative here: %(value)s.",
    "negative_units": "A number of units must not be negative here: %(value)s.",
    "not_positive": "%(value)s must be above zero.",
    "bad_decimals": "Units can be rounded to -20 to 20 decimals, not to %(decimals)s.",
    "bad_share": "%(share)s is not a share of a period, between 0 and 1.",
    "beneficiary_gone": "There are events of a contact that does not exist any more.",
    # Tiers
    "no_tiers": "At least one tier is needed.",
    "tier_bound_not_positive": "The upper bound of a tier must be above zero, not %(up_to)s.",
    "tiers_not_ascending": "The tier up to %(up_to)s must end above the one before, up to "
    "%(before)s.",
    "open_tier_not_last": "Only the last tier may be open, not number %(number)s.",
    "tier_gap": "The tiers leave a gap between %(before)s and %(start)s.",
    "tier_overlap": "The tier from %(start)s overlaps the one before, up to %(before)s.",
    "beyond_last_tier": "%(quantity)s units lie beyond the last tier, up to %(up_to)s.",
    "overage_needs_bound": "An overage price needs a last tier with an upper bound.",
    # Models
    "no_price_for_value": "There is no price for %(value)s, and no default price.",
    "no_prices": "At least one price is needed.",
    "bad_bounds": "The minimum %(minimum)s lies above the maximum %(maximum)s.",
    "bad_count": "%(count)s is not a whole number of events, zero or more.",
    "bad_pool": "A pool needs one allowance for each of its items (%(used)s items, %(own)s "
    "allowances).",
    "too_precise": "%(value)s has more decimals than the %(digits)s of the split.",
    "unknown_choice": "%(value)s is not one of %(choices)s.",
    # Aggregation and durations
    "property_needed": "A unique count needs the name of a property.",
    "period_needed": "A weighted sum needs the start and the end of its period.",
    "quantity_needed": "The event %(key)s has no quantity.",
    "time_needed": "The event %(key)s has no time.",
    "correction_loop": "The event %(key)s corrects itself.",
    "two_corrections": "The event %(key)s can either reverse or replace another.",
    "duplicate_event": "The event %(key)s is given twice.",
    "end_before_start": "The end %(end)s lies before the start %(start)s.",
    # Filters
    "filter_line": "“%(line)s” is not a condition such as: country = FR, BE",
    "filter_twice": "%(name)s stands in two conditions: write all its values in one.",
    # Formulas
    "formula_empty": "The formula is empty.",
    "formula_too_long": "The formula is longer than %(limit)s characters.",
    "formula_too_deep": "The formula is nested deeper than %(limit)s levels.",
    "formula_syntax": "The formula cannot be read at character %(position)s: %(found)s.",
    "formula_unknown_function": "%(name)s is not a function: round, ceil, floor, min or max.",
    "formula_arguments": "%(name)s does not take %(count)s arguments.",
    "formula_unknown_name": "%(name)s is not a metric of this formula.",
    "formula_division_by_zero": "The formula divides by zero.",
    # Thresholds and cascades
    "step_amount_needed": "A threshold of quantity at each multiple needs an amount per step.",
    "step_amount_not_wanted": "A threshold once a period bills the running total, not an amount "
    "per step.",
    "cascade_source_missing": "%(name)s has nothing that triggers it: choose its item.",
    "cascade_loop": "These items trigger each other in a loop: %(loop)s.",
}


class UsageError(EngineError):
    """A value the usage engine refuses; ``code``, ``values`` and text as in ``EngineError``."""

    messages = _MESSAGES


class TierError(UsageError):
    """Tiers that cannot be, or a quantity they do not cover."""


class FormulaError(UsageError):
    """A formula that cannot be read or evaluated."""
