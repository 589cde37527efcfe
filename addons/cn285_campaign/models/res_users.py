from odoo import api, models


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model
    def _cn285_authorships(self):
        """Who looked at a segment, who offered, and who answered, stays told."""
        return [
            *super()._cn285_authorships(),
            ("cn285.segment", "evaluated_by_id"),
            ("cn285.retention.offer", "user_id"),
            ("cn285.retention.offer", "answered_by_id"),
        ]
