from odoo import models


class AccountPaymentMethod(models.Model):
    _inherit = "account.payment.method"

    def _get_payment_method_information(self):
        """Payments by our provider are booked in the journal of the bank that debits."""
        found = super()._get_payment_method_information()
        found["cn285_sepa"] = {"mode": "electronic", "type": ("bank",)}
        return found
