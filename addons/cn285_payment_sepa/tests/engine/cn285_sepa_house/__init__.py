"""The engines of both addons side by side, as they stand in Odoo, but without Odoo.

``cn285_sepa_house.cn285_payment_sepa.engine`` is this addon's ``engine/``; its relative imports
find the engine of cn285_payment in ``cn285_sepa_house.cn285_payment.engine``.
"""
