from odoo import models


class PaymentTransaction(models.Model):
    """What is kept of means when a customer adds them."""

    _inherit = "payment.transaction"

    def _cn285_token_details(self, payment_data):
        """Hook: what the provider tells of the means that become a token.

        :param dict payment_data: what the provider sent
        :returns: values of fields ``cn285_…`` of the token: ``cn285_expiry_date`` (a date),
            ``cn285_brand``, ``cn285_last4``, ``cn285_funding``, ``cn285_fingerprint``,
            ``cn285_mandate_ref``
        """
        self.ensure_one()
        return {}

    def _tokenize(self, payment_data):
        """Odoo's, which keeps neither the date of a card nor a mandate."""
        before = self.token_id
        result = super()._tokenize(payment_data)
        token = self.token_id
        if token and token != before:
            details = self._cn285_token_details(payment_data)
            if details:
                # sudo: what the provider told of the means, kept with them.
                token.sudo().write(details)
            # sudo: the payer's usual means, where he has none that can be charged.
            token.sudo()._cn285_take_over()
            # sudo: whoever added them by a link that names what they are for.
            self.sudo()._cn285_renewed()
            # sudo: what waits for means goes on, whoever added them.
            self.sudo().cn285_prepayment_id._delay_advance()
            self.env["cn285.prepayment"]._means_came(token.sudo())
        return result
