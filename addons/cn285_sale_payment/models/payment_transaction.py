from odoo import models


class PaymentTransaction(models.Model):
    """Payments of quotations that start contracts go the way of prepayments, however begun."""

    _inherit = "payment.transaction"

    def _check_amount_and_confirm_order(self):
        """Odoo's; a quotation that starts a contract is accepted by its prepayment.

        What was paid is booked first, whatever keeps the contract from starting.
        """
        own = self.filtered(lambda one: one._cn285_takes_quote())
        return super(PaymentTransaction, self - own)._check_amount_and_confirm_order()

    def _cn285_takes_quote(self):
        """Whether this pays a quotation by a prepayment, which it becomes the payment of."""
        self.ensure_one()
        if self.cn285_prepayment_id:
            return True
        order = self.sale_order_ids
        if len(order) != 1 or order.state not in ("draft", "sent") or not order._cn285_asks():
            return False
        if order.cn285_superseded_by_id:
            return False
        # sudo: what follows from a payment.
        self.sudo().cn285_prepayment_id = order.sudo()._cn285_ask_for_start()
        return True

    def _invoice_sale_orders(self):
        """Odoo's; what a contract bills is not invoiced by its order."""
        others = self.filtered(
            lambda one: not any(order._cn285_lines() for order in one.sale_order_ids)
        )
        return super(PaymentTransaction, others)._invoice_sale_orders()
