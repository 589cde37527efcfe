from odoo import api, models

from .payment_provider import CODE


class AccountPaymentMethod(models.Model):
    _inherit = "account.payment.method"

    def _get_payment_method_information(self):
        """Payments by our provider are booked in the journal of the bank that debits."""
        found = super()._get_payment_method_information()
        found["cn285_sepa"] = {"mode": "electronic", "type": ("bank",)}
        return found


class PaymentMethod(models.Model):
    _inherit = "payment.method"

    @api.model
    def _get_compatible_payment_methods(self, provider_ids, *args, **kwargs):
        """Odoo's, without ours: a mandate is signed on a page of its own, and charged as a token.

        On Odoo's pages of payment there is nothing to fill in for it.
        """
        # sudo: providers are the administrators'; only which are ours is asked.
        providers = self.env["payment.provider"].sudo().browse(provider_ids)
        others = providers.filtered(lambda provider: provider.code != CODE)
        return super()._get_compatible_payment_methods(others.ids, *args, **kwargs)
