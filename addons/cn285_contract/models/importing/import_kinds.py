from odoo import api, models

from .catalogue_kinds import (
    ANALYTIC_ACCOUNTS,
    PRICELISTS,
    PRICES,
    PRODUCTS,
    RATES,
    REQUIREMENTS,
)
from .change_kinds import CHANGE_REASONS, CHANGES, CREDIT_REASONS, TIER_PATHS
from .contract_kinds import CONTRACTS, DISCOUNTS, ITEMS, TAGS
from .open_invoice_kinds import OPEN_INVOICES
from .partner_kinds import PARTNERS
from .template_kinds import TEMPLATE_DISCOUNTS, TEMPLATE_ITEMS, TEMPLATES

NAMED_BY = {
    "account.account": ("code", "name"),
    "account.analytic.account": ("code", "name"),
    "account.journal": ("code", "name"),
    "cn285.change.reason": ("code", "name"),
    "cn285.contract": ("name", "client_ref"),
    "cn285.contract.item": ("code",),
    "cn285.contract.template": ("code", "name"),
    "cn285.contract.template.item": (),
    "product.product": ("default_code", "barcode", "name"),
    "product.template": ("default_code", "barcode", "name"),
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
            REQUIREMENTS,
            TIER_PATHS,
            CHANGE_REASONS,
            CREDIT_REASONS,
            PRICELISTS,
            PRICES,
            PARTNERS,
            TEMPLATES,
            TEMPLATE_ITEMS,
            TEMPLATE_DISCOUNTS,
            CONTRACTS,
            ITEMS,
            DISCOUNTS,
            CHANGES,
            OPEN_INVOICES,
        ]

    @api.model
    def _named_by(self):
        return {**super()._named_by(), **NAMED_BY}

    @api.model
    def _contract_begins(self, contract, cells):
        """Hook: what a file says of a contract as it is taken over, and the program keeps then.

        It is written while the contract is a draft; loaded again later, it changes nothing.

        :param contract: the draft
        :param cells: its row's cells, those without a field as their columns read them
        :returns: values to write
        :raises UserError: refuses the row, and the contract stays a draft
        """
        return {"billing_hold": True} if cells.get("billing_hold") is True else {}

    @api.model
    def _contracts_begun(self, pairs):
        """Hook: what files say of contracts that has a place only once these run.

        Called once for each contract, in the savepoint in which it was confirmed.

        :param pairs: list of ``(entry, contract)``
        :raises UserError: refuses the row, and the contract stays a draft
        """
