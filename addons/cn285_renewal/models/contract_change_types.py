from odoo import api, models
from odoo.addons.cn285_contract.models.changes.types import by_name

from .contract_change_regret import Regret
from .contract_change_renewal import AutoRenewal, ExtendTerm, Renew
from .contract_change_termination import TerminationByRight
from .contract_withdrawal import Withdraw

RENEWAL_TYPES = by_name(Regret(), Renew(), AutoRenewal(), ExtendTerm(), Withdraw())


class ContractChange(models.Model):
    """The types of change that terms, notices and the law bring, and what they add to others."""

    _inherit = "cn285.contract.change"

    @api.model
    def _change_types(self):
        types = super()._change_types()
        return {**types, "terminate": TerminationByRight(types["terminate"]), **RENEWAL_TYPES}
