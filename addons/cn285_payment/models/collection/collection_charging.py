from odoo import api, models


class Collection(models.AbstractModel):
    """Attempts are made, committed, and sent to the provider, one by one."""

    _inherit = "cn285.collection"

    @api.model
    def _charge_tokens(self, moves, origin):
        """Charge what is due of invoices to the means of their contracts."""
