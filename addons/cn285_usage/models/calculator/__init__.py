"""Calculators: charge models, tiers, allowances, pools; what they refuse,
and what a quantity would cost. The charge models: ``charge_model_table.py``.
Called by: the room ``rating`` for each calculator of a row, and the simulator.
"""

from . import (
    usage_calculator,
    usage_calculator_part,
    calculator_version,
    calculator_history,
    calculator_words,
    usage_pool,
    pool_history,
    usage_calculator_item,
    usage_calculator_formula,
    usage_calculator_rating,
    usage_calculator_figures,
    usage_simulation,
    usage_simulated_events,
)
