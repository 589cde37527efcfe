from odoo import api, models


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model
    def _cn285_authorships(self):
        """Who closed a month stays told."""
        return [*super()._cn285_authorships(), ("cn285.mrr.close", "closed_by_id")]
