"""A contract that is paid first: its payer types a card on the page of the link."""

from odoo.tests import HttpCase, tagged

from .common import StripeCase
from .test_stripe_portal import TYPE_A_CARD


@tagged("post_install", "-at_install")
class TestStripePrepayment(StripeCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["payment.provider"].search([("code", "!=", "stripe")]).write({"state": "disabled"})
        cls.provider.write({"is_published": True, "allow_tokenization": True})
        cls.provider.payment_method_ids = cls.card_method

    def _draft(self, initiation, **values):
        contract = self._create_contract(
            confirm=False,
            initiation=initiation,
            collection_mode="automatic",
            date_start=False,
            **values,
        )
        return contract, self.env["cn285.prepayment"]._start(contract)

    def _type(self, prepayment, number):
        """He types a card; what the server tells comes twice, and does the rest."""
        with self._with_jobs():
            self.browser_js(prepayment._page(), TYPE_A_CARD % (number, ""), timeout=60)
        told = list(self.server.hooks.waiting)
        self._work_events()
        self.server.hooks.waiting = told
        self._work_events()

    def test_paid_first(self):
        contract, prepayment = self._draft("paid")
        self.assertMoney(prepayment.amount, "120.00")
        self._type(prepayment, "4242 4242 4242 4242")
        self.assertEqual((contract.state, prepayment.state), ("active", "done"))
        self.assertEqual(len(contract.invoice_ids), 1)
        self.assertPaid(contract.invoice_ids)
        transaction = prepayment.transaction_ids
        self.assertEqual(self.ledger.total(description=transaction.reference), 12_000)
        self.assertEqual(self.ledger.total(), 12_000)
        token = contract.payment_token_id
        self.assertEqual(token.cn285_last4, "4242")
        # What was kept pays the next invoices, without him.
        self.assertFalse(token._cn285_obstacle(self.customer, self.company))

    def test_means_first(self):
        contract, prepayment = self._draft("means")
        self._type(prepayment, "4242 4242 4242 4242")
        self.assertEqual((contract.state, prepayment.state), ("active", "done"))
        self.assertEqual(contract.payment_token_id.cn285_last4, "4242")
        self.assertEqual(self.ledger.total(), 0)
