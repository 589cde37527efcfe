from odoo import models


class AccountPaymentMethod(models.Model):
    _inherit = "account.payment.method"

    def _get_payment_method_information(self):
        """Payments by our provider are booked in the journal of the bank that debits."""
        found = super()._get_payment_method_information()
        found["cn285_sepa"] = {"mode": "electronic", "type": ("bank",)}
        return found


# In the context, for code alone: mandates outlive the method of payment that Odoo switches off.
KEEPS_MANDATES = "cn285_keeps_mandates"
KEPT = object()


class PaymentMethod(models.Model):
    _inherit = "payment.method"

    def write(self, vals):
        """Odoo's, which archives the means of a method that is switched off: not mandates.

        It does so by itself where the last provider of a method is disabled for a day.
        """
        keeping = self.with_context(**{KEEPS_MANDATES: KEPT})
        return super(PaymentMethod, keeping).write(vals)
