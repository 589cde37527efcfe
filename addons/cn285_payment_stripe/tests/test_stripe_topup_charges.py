"""Top-ups of wallets by cards: charged once, whatever becomes of the answer."""

from datetime import date
from unittest.mock import patch

import requests
from odoo.tests import tagged

from stripe_server import card_number

from .common import StripeCase


@tagged("post_install", "-at_install")
class TestStripeTopupCharges(StripeCase):
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
