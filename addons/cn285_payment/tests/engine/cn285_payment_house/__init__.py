"""The engines of the addons side by side, as they stand in Odoo, but without Odoo.

``cn285_payment_house.cn285_payment.engine`` is this addon's ``engine/``; its relative imports find
the engines of the others beside it.
"""
