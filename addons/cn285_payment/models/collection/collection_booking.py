from odoo import api, models


class Collection(models.AbstractModel):
    """Payments of attempts that are paid, booked in batches."""

    _inherit = "cn285.collection"

    @api.model
    def _book(self, attempts):
        """Make, post and reconcile the payments of attempts that are paid, in a batch."""
