"""What can be imported of payments: the list of kinds, and columns of others' kinds."""

from odoo import api, models
from odoo.addons.cn285_import.models.kinds import columns_of

from .debt.import_dunning import CUSTOMER_TAGS, DUNNING_POLICIES, DUNNING_STEPS, OF_PARTNERS
from .means.import_means import BANK_ACCOUNTS, MEANS
from .wallet.import_wallets import (
    PROMOTION_PASSES,
    TOPUP_RULES,
    WALLET_LOTS,
    WALLET_TYPES,
    WALLETS,
)


class ImportLoader(models.AbstractModel):
    _inherit = "cn285.import.loader"

    @api.model
    def _kinds(self):
        return [
            *super()._kinds(),
            CUSTOMER_TAGS,
            DUNNING_POLICIES,
            DUNNING_STEPS,
            MEANS,
            BANK_ACCOUNTS,
            WALLET_TYPES,
            WALLETS,
            WALLET_LOTS,
            TOPUP_RULES,
            PROMOTION_PASSES,
        ]

    @api.model
    def _columns(self, kind):
        """Also by what contracts are paid, by the provider's reference; and who is dunned how."""
        columns = super()._columns(kind)
        if kind.name == "contracts":
            columns |= columns_of(means="payment_token_id")
        elif kind.name == "partners":
            columns |= columns_of(**OF_PARTNERS)
        elif kind.name == "templates":
            columns |= columns_of("dunning_policy_id")
        return columns

    @api.model
    def _named_by(self):
        return {
            **super()._named_by(),
            "payment.token": ("provider_ref",),
            "cn285.wallet": (),  # by the id of its row
        }
