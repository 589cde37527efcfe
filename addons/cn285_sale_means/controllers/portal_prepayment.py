from odoo import http
from odoo.addons.cn285_contract.models.common import LARGEST_ID
from odoo.addons.cn285_payment.controllers.prepayment_portal import PAGE, PrepaymentPortal
from odoo.addons.cn285_sale.controllers.portal_roles import may_decide, words_of_refusal
from odoo.exceptions import ValidationError
from odoo.http import request


class RolesOnPrepayments(PrepaymentPortal):
    """Who may only look sees what is asked for, and neither pays it nor adds means."""

    @http.route()
    def cn285_prepayment_transaction(self, number, *args, **kwargs):
        if not self._may_pay(number):
            raise ValidationError(words_of_refusal())
        return super().cn285_prepayment_transaction(number, *args, **kwargs)

    @http.route()
    def cn285_prepayment_means(self, number, *args, **kwargs):
        if not self._may_pay(number):
            return request.redirect(f"{PAGE}/{number}")
        return super().cn285_prepayment_means(number, *args, **kwargs)

    def _may_pay(self, number):
        """Whether the visitor's role lets him; whether he may see it is asked elsewhere."""
        if not 0 < number <= LARGEST_ID:
            return True
        # sudo: whose it is, for a refusal alone.
        prepayment = request.env["cn285.prepayment"].sudo().browse(number).exists()
        return may_decide(prepayment.partner_id)
