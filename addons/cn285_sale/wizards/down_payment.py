from odoo import models
from odoo.exceptions import UserError


class SaleAdvancePayment(models.TransientModel):
    _inherit = "sale.advance.payment.inv"

    def _create_invoices(self, sale_orders):
        """Odoo's; a down payment is not asked of what the contract bills."""
        if self.advance_payment_method != "delivered":
            for order in sale_orders:
                if order._cn285_lines():
                    raise UserError(
                        self.env._(
                            "%s: its services are billed by the contract. Invoice what is "
                            "delivered instead of a down payment.",
                            order.name,
                        )
                    )
        return super()._create_invoices(sale_orders)
