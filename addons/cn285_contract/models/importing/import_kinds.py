from odoo import api, models

from .catalogue_kinds import ANALYTIC_ACCOUNTS, PRICELISTS, PRICES, PRODUCTS, RATES
from .change_kinds import TIER_PATHS
from .contract_kinds import CONTRACTS, DISCOUNTS, ITEMS, TAGS
from .partner_kinds import PARTNERS
from .template_kinds import TEMPLATE_DISCOUNTS, TEMPLATE_ITEMS, TEMPLATES

NAMED_BY = {
    "account.account": ("code", "name"),
    "account.analytic.account": ("code", "name"),
    "account.journal": ("code", "name"),
    "cn285.contract": ("name", "client_ref"),
    "cn285.contract.item": ("code",),
    "cn285.contract.template": ("code", "name"),
    "cn285.contract.template.item": (),
    "product.product": ("default_code", "barcode", "name"),
}


class ImportLoader(models.AbstractModel):
    _inherit = "cn285.import.loader"

    @api.model
    def _kinds(self):
        return [
            *super()._kinds(),
            RATES,
            TAGS,
            ANALYTIC_ACCOUNTS,
            PRODUCTS,
            TIER_PATHS,
            PRICELISTS,
            PRICES,
            PARTNERS,
            TEMPLATES,
            TEMPLATE_ITEMS,
            TEMPLATE_DISCOUNTS,
            CONTRACTS,
            ITEMS,
            DISCOUNTS,
        ]

    @api.model
    def _named_by(self):
        return {**super()._named_by(), **NAMED_BY}
