"""The engine of this addon as it stands in Odoo, but without Odoo.

``cn285_campaign_house.cn285_campaign.engine`` is this addon's ``engine/``.
"""
