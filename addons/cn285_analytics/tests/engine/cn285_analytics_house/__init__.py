"""The engines of both addons side by side, as they stand in Odoo, but without Odoo.

``cn285_analytics_house.cn285_analytics.engine`` is this addon's ``engine/``; its relative imports
find the engine of cn285_contract in ``cn285_analytics_house.cn285_contract.engine``.
"""
