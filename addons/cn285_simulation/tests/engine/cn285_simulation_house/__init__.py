"""The engines of these addons side by side, as they stand in Odoo, but without Odoo.

``cn285_simulation_house.cn285_simulation.engine`` is this addon's ``engine/``; its relative imports
find the engine of cn285_contract in ``cn285_simulation_house.cn285_contract.engine``.
"""
