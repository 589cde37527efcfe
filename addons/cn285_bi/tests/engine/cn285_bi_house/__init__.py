"""The engine and the catalogue as they stand in Odoo, but without Odoo.

``cn285_bi_house.cn285_bi.engine`` is this addon's ``engine/``, beside it its ``catalogue/``.
"""
