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

    def _prepayment_values(self, prepayment):
        """Who may not pay is told so in place of the form."""
        values = super()._prepayment_values(prepayment)
        if prepayment.state == "open" and not values["problem"] and not _decides(prepayment):
            values["problem"] = words_of_refusal()
        return values

    def _may_pay(self, number):
        """Whether the visitor's role lets him; whether he may see it is asked elsewhere."""
        if not 0 < number <= LARGEST_ID:
            return True
        # sudo: whose it is, for a refusal alone.
        return _decides(request.env["cn285.prepayment"].sudo().browse(number).exists())


def _decides(prepayment):
    """For who pays, and, where paying accepts a quotation, for whose quotation it is."""
    order = prepayment.contract_id.order_id
    accepts = order.state in ("draft", "sent")
    return may_decide(prepayment.partner_id) and not (accepts and not may_decide(order.partner_id))
