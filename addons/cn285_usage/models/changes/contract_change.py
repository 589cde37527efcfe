from odoo import api, models

from .types import extended


class ContractChange(models.Model):
    _inherit = "cn285.contract.change"

    @api.model
    def _change_types(self):
        return extended(super()._change_types())
