from datetime import date

from odoo.addons.cn285_payment.tests.prepayment.common import PrepaymentCase
from odoo.addons.cn285_sale.tests.common import QuoteCase

# What the quotations start on; the day on which they are paid.
DAY = date(2026, 1, 10)


class PaidQuoteCase(QuoteCase, PrepaymentCase):
    """Quotations of 31.00 a calendar month and a fee of 154.00: from the 10th 22.00 + 154.00.

    176.00 and 20 % of VAT: 211.20 is due at the start.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template.write({"initiation": "paid", "collection_mode": "automatic"})

    @classmethod
    def _sent(cls, lines=None, **values):
        lines = lines or [{}, {"product_id": cls.setup_fee.id, "price_unit": 154.0}]
        values = {"cn285_template_id": cls.template.id, "require_signature": False, **values}
        order = cls._quote(lines, **values)
        order.action_quotation_sent()
        return order

    def _start(self, order, day=DAY):
        """The customer goes on to pay, by the link of the quotation's page."""
        with self._on(day):
            order.sudo()._cn285_start_paying()
        return order._cn285_prepayment()

    def assertActivated(self, order, total="211.20"):
        """Accepted, one contract, one invoice that is paid."""
        self.assertEqual((order.state, order.cn285_activation), ("sale", "done"))
        contract = order.sudo().cn285_contract_id
        found = self.env["cn285.contract"].search([("order_id", "=", order.id)])
        self.assertEqual(found, contract.with_env(self.env))
        self.assertStarted(contract, total)
        self.assertMoney(contract.invoice_ids.amount_residual, "0.00")
