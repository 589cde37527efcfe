"""Prices tried on past months: what is asked (``simulation``, ``simulation_trial``), how it is
worked out batch by batch (``simulation_part``, ``tried_*``), and what came out
(``simulation_line``, ``simulation_customer``). Called by users, and by the jobs of a simulation.
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
    simulation_export,
    personal_data,
)
