from odoo import models


class AccountMove(models.Model):
    """What a printed document says of the credit that paid it."""

    _inherit = "account.move"

    def _cn285_settlement_words(self, other):
        """Also that credit paid it, or got it back."""
        words = super()._cn285_settlement_words(other)
        if words or not other:
            return words
        # sudo: what stands on an invoice is told to whoever may read it.
        draws = self.sudo().cn285_draw_ids.filtered(lambda draw: draw.entry_id == other.sudo())
        if not draws:
            return ""
        if draws[0].amount < 0:
            return self.env._("Given back to your credit")
        return self.env._("Paid from your credit")
