"""Top-ups of wallets by cards: charged once whatever breaks, and gone with a dispute."""

from datetime import date
from unittest.mock import patch

import requests
from odoo.tests import tagged

from stripe_server import card_number, returns

from .common import StripeCase


@tagged("post_install", "-at_install")
class TestStripeTopups(StripeCase):
    def setUp(self):
        super().setUp()
        self._at(date(2026, 2, 20))
        self.kind = self.env["cn285.wallet.type"].create({"name": "Prepaid"})
        self.wallet = self.env["cn285.wallet"].create(
            {"type_id": self.kind.id, "partner_id": self.customer.id}
        )
        self.card = self._token()

    def _topup(self, amount=100.0, card=None):
        number = self.wallet.topup(amount, token_id=(card or self.card).id)
        return self.env["cn285.wallet.topup"].browse(number)

    def _receivable(self):
        lines = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.customer.property_account_receivable_id.id),
                ("partner_id", "=", self.customer.id),
                ("parent_state", "=", "posted"),
            ]
        )
        return sum(lines.mapped("balance"))

    # === DISPUTES === #

    def _spend(self):
        """30.00 and 6.00 of VAT are drawn from the wallet."""
        contract = self._create_contract([{"price_unit": 30.0}], date_start=date(2026, 2, 20))
        self._bill(date(2026, 2, 20))
        self.assertMoney(contract.invoice_ids.amount_residual, "0.00")

    def _dispute(self, topup):
        intent = topup.transaction_id.provider_reference
        charge = self.server.account.all("charge", payment_intent=intent)[0]
        dispute = returns.open_dispute(self.server.account, charge, "general")
        self._work_events()
        return dispute

    def test_the_credit_goes_with_a_dispute(self):
        """100.00, of which 36.00 are spent: 64.00 go, 36.00 are owed; told twice it is once."""
        topup = self._topup()
        self.assertMoney(self.wallet.balance, "100.00")
        self._spend()
        dispute = self._dispute(topup)
        self.assertEqual(topup.state, "returned")
        self.assertMoney(self.wallet.balance, "0.00")
        self.assertMoney(self._receivable(), "36.00")
        self._work_events()
        self.assertMoney(self._receivable(), "36.00")
        # The bank gives up: the credit counts again.
        returns.close_dispute(self.server.account, dispute, won=True)
        self._work_events()
        self.assertEqual(topup.state, "done")
        self.assertMoney(self.wallet.balance, "64.00")
        self.assertMoney(topup.lot_ids.rest, "64.00")
        self.assertMoney(self._receivable(), "0.00")

    def test_with_vat_at_the_topup(self):
        kind = self.env["cn285.wallet.type"].create(
            {"name": "Calls", "books": "topup", "tax_ids": [(6, 0, self.tax.ids)]}
        )
        self.wallet = self.env["cn285.wallet"].create(
            {"type_id": kind.id, "partner_id": self.customer.id}
        )
        topup = self._topup()
        self.assertEqual(topup.move_id.payment_state, "paid")
        dispute = self._dispute(topup)
        self.assertEqual(topup.state, "returned")
        self.assertMoney(self.wallet.balance, "0.00")
        self.assertMoney(self._receivable(), "0.00")
        returns.close_dispute(self.server.account, dispute, won=True)
        events = self._work_events()
        # What was credited with its VAT is a clerk's; the money is the customer's.
        self.assertIn(topup.name, " ".join(filter(None, events.mapped("message"))))
        self.assertMoney(self._receivable(), "-120.00")

    # === NOBODY ANSWERED === #

    def _impatient(self):
        """Odoo waits ten seconds; here a third of one."""
        real = requests.request
        return patch(
            "odoo.addons.payment.models.payment_provider.requests.request",
            lambda *args, **kwargs: real(*args, **{**kwargs, "timeout": 0.3}),
        )

    def _charged(self, topup):
        return self.ledger.total(description=topup.transaction_id.reference)

    def test_charged_and_not_told(self):
        """The answer is lost after the charge: Stripe is asked, and the credit is there, once."""
        for step in ("charge_then_drop", "charge_then_500", "charge_then_hang"):
            with self.subTest(step):
                before = self.wallet.balance
                with self._impatient():
                    topup = self._topup(50.0, self._token(card_number(step)))
                self.assertEqual(topup.state, "done")
                self.assertEqual(self._charged(topup), 5000)
                self.assertMoney(self.wallet.balance - before, "50.00")
                self._work_events()
                self.assertMoney(self.wallet.balance - before, "50.00")

    def test_not_charged_and_not_told(self):
        """While the call may still arrive nobody says that it failed; after that, it has."""
        with self._impatient():
            topup = self._topup(50.0, self._token(card_number("hang")))
        self.assertEqual(topup.state, "pending")
        topup._refresh()
        self.assertEqual(topup.state, "pending")
        with self._later(1):
            topup._refresh()
        self.assertEqual(topup.state, "failed")
        self.assertEqual(self._charged(topup), 0)

    def test_refused_for_good(self):
        topup = self._topup(50.0, self._token(card_number("decline:stolen_card")))
        self.assertEqual(topup.state, "failed")
        self.assertEqual(topup.transaction_id.token_id.cn285_state, "revoked")
