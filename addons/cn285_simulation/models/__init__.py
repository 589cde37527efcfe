"""Prices tried on past months: what is asked (``simulation``, ``simulation_trial``), how it is
worked out batch by batch (``simulation_part``, ``tried_*``), and what came out
(``simulation_line``, ``simulation_customer``). Called by users, and by the jobs of a simulation.
Beside it what products cost (``cost``), and what is left of what was billed (``margin``).
"""

from . import (
    simulation,
    simulation_trial,
    simulation_part,
    simulation_contracts,
    tried_rows,
    tried_prices,
    tried_usage,
    simulation_line,
    simulation_customer,
    cost,
    margin,
    margin_work,
    personal_data,
)
