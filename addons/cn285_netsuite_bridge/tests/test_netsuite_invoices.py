"""Invoices go to NetSuite, what it says about them comes back."""

from .common import NetsuiteCase


class TestInvoices(NetsuiteCase):
    def test_an_invoice_goes_with_its_customer_and_the_payment_comes_back(self):
        invoice = self.invoice(lines=[(2, 100.0), (1, 33.33)])
        self.work()
        self.work()
        (there,) = self.there("Invoice")
        self.assertEqual(there.text("tranId"), invoice.name)
        self.assertEqual(there.text("total"), "280.00")
        self.assertMoney(invoice.amount_total, "280.00")
        self.assertEqual(self.binding(invoice, "invoice").state, "in_step")
        (customer,) = self.there("Customer")
        self.assertEqual(customer.text("companyName") or customer.text("lastName"), "Martin")
        self.account.pay(there, "280.00")
        self.work()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertMoney(invoice.amount_residual, "0.00")
        clearing = self.env["account.move"].search([("cn285_netsuite_cleared_id", "=", invoice.id)])
        self.assertEqual(clearing.journal_id, self.backend.netsuite_clearing_journal_id)
        self.assertMoney(clearing.amount_total, "280.00")
