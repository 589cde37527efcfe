"""Charges over sockets: answers that get lost, refusals, means and what is kept of them."""

from datetime import date
from unittest.mock import patch

import requests
from odoo.addons.cn285_payment_stripe.models.payment_provider import BASE_ADDRESS
from odoo.tests import tagged

from stripe_server import card_number

from .common import StripeCase


@tagged("post_install", "-at_install")
class TestStripeCharges(StripeCase):
    def setUp(self):
        super().setUp()
        self._at(date(2026, 1, 2))

    def test_charged(self):
        move = self._invoice(self._token())
        attempt = self._collect(move)
        self.assertEqual((attempt.state, attempt.provider_code), ("done", "stripe"))
        self.assertPaid(move)
        self.assertCharged(move, 120.0)
        self.assertTrue(attempt.transaction_id.provider_reference.startswith("pi_"))
        # Again: nothing is open, nothing is charged.
        self._collect(move)
        self.assertCharged(move, 120.0)

    def test_refused(self):
        for code, outcome in (
            ("insufficient_funds", "declined"),
            ("expired_card", "customer"),
            ("lost_card", "hard"),
            ("fraudulent", "hard"),
            ("do_not_try_again", "hard"),
        ):
            with self.subTest(code=code):
                move = self._invoice(self._token(card_number(f"decline:{code}")))
                attempt = self._collect(move)
                self.assertEqual((attempt.state, attempt.outcome), ("declined", outcome))
                self.assertEqual(attempt.code, code)
                self.assertTrue(attempt.transaction_id.provider_reference.startswith("pi_"))
                self.assertCharged(move, 0)
                self.assertMoney(move.amount_residual, "120.00")

    def _impatient(self):
        """Odoo waits ten seconds; here a third of one."""
        real = requests.request
        return patch(
            "odoo.addons.payment.models.payment_provider.requests.request",
            lambda *args, **kwargs: real(*args, **{**kwargs, "timeout": 0.3}),
        )

    def _lost(self, step):
        move = self._invoice(self._token(card_number(step)))
        with self._impatient():
            attempt = self._collect(move)
        self.assertEqual(attempt.state, "unknown")
        return move, attempt

    def _clear_up(self, attempts):
        self.env["cn285.collection"]._clear_up(attempts)
        return attempts

    def test_charged_and_not_told(self):
        for step in ("charge_then_drop", "charge_then_500", "charge_then_hang"):
            with self.subTest(step=step):
                move, attempt = self._lost(step)
                self.assertCharged(move, 120.0)
                self._clear_up(attempt)
                self.assertEqual(attempt.state, "done")
                self.assertPaid(move)
                self.assertCharged(move, 120.0)

    def test_told_by_an_event_first(self):
        move, attempt = self._lost("charge_then_500")
        self._work_events()
        self.assertEqual(attempt.state, "done")
        self.assertPaid(move)
        self._clear_up(attempt)
        self.assertCharged(move, 120.0)
        self.assertEqual(len(attempt.transaction_id.payment_id), 1)

    def test_not_charged_and_not_told(self):
        for step in ("drop", "error_500", "hang"):
            with self.subTest(step=step):
                move, attempt = self._lost(step)
                self.server.script(attempt.token_id.stripe_payment_method, *["ok"] * 3)
                self.assertCharged(move, 0)
                # A call may still arrive; an error is told again for a day.
                for hours in (0, 1, 25):
                    self.server.advance(hours * 3600)
                    with self._later(hours):
                        self._clear_up(attempt)
                self.assertEqual(attempt.state, "done")
                self.assertPaid(move)
                self.assertCharged(move, 120.0)

    def test_paid_otherwise_while_nobody_knew(self):
        move, attempt = self._lost("drop")
        self.server.script(attempt.token_id.stripe_payment_method, *["ok"] * 3)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()
        self.assertPaid(move)
        for hours in (0, 1, 25):
            with self._later(hours):
                self._clear_up(attempt)
        self.assertEqual(attempt.state, "cancelled")
        self.assertCharged(move, 0)

    def test_busy(self):
        move, attempt = self._invoice(self._token(card_number("rate_limited"))), None
        attempt = self._collect(move)
        self.assertEqual((attempt.state, attempt.outcome), ("unknown", "technical"))
        self.server.script(attempt.token_id.stripe_payment_method, "ok")
        self._clear_up(attempt)
        self.assertEqual(attempt.state, "done")
        self.assertCharged(move, 120.0)

    def test_another_address_is_another_request(self):
        """Stripe refuses the key: it may have charged, and is asked."""
        move, attempt = self._lost("charge_then_drop")
        move.partner_shipping_id.street = "Another street 5"
        self.env["cn285.collection"]._send_one(attempt, again=True)
        self.assertNotEqual(attempt.state, "cancelled")
        self._clear_up(attempt)
        self.assertEqual(attempt.state, "done")
        self.assertCharged(move, 120.0)

    def test_stripe_is_asked_page_by_page(self):
        token = self._token(card_number("charge_then_drop"))
        move = self._invoice(token)
        attempt = self._collect(move)
        customer, method = token.provider_ref, token.stripe_payment_method
        self.server.script(method, *["ok"] * 120)
        for number in range(105):
            self.provider._send_api_request(
                "POST",
                "payment_intents",
                data={
                    "amount": 100,
                    "currency": "eur",
                    "customer": customer,
                    "payment_method": method,
                    "confirm": True,
                    "off_session": True,
                    "description": f"{attempt.name}{number}",
                },
            )
        self.assertEqual(attempt.transaction_id._cn285_ask_provider(), "done")
        self.assertEqual(self._ask_of_nothing(token), "nothing")

    def _ask_of_nothing(self, token):
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": token.payment_method_id.id,
                "token_id": token.id,
                "operation": "offline",
                "amount": 1.0,
                "currency_id": self.eur.id,
                "partner_id": self.customer.id,
                "reference": "unheard-of",
            }
        )
        return transaction._cn285_ask_provider()

    def test_stripe_cannot_be_asked(self):
        _move, attempt = self._lost("charge_then_drop")
        self.env["ir.config_parameter"].set_param(BASE_ADDRESS, "http://127.0.0.1:9")
        self.assertIsNone(attempt.transaction_id._cn285_ask_provider())
        self._clear_up(attempt)
        self.assertEqual(attempt.state, "unknown")

    # === ADDRESS, SECRETS === #

    def test_address_in_test_databases_only(self):
        url = self.provider._build_request_url("payment_intents")
        self.assertEqual(url, f"{self.server.url}/v1/payment_intents")
        self.assertEqual(self.provider._cn285_stripe_js(), f"{self.server.url}/v3/")
        self.provider.stripe_secret_key = "sk_live_1"
        stripe_url = "https://api.stripe.com/v1/payment_intents"
        self.assertEqual(self.provider._build_request_url("payment_intents"), stripe_url)
        self.provider.stripe_secret_key = "sk_test_1"
        self.env["res.company"]._cn285_mark_test_database(False)
        self.assertEqual(self.provider._build_request_url("payment_intents"), stripe_url)
        self.assertEqual(self.provider._cn285_stripe_js(), "https://js.stripe.com/v3/")
        self.assertNotIn(
            "127.0.0.1", self.provider._cn285_stripe_client()._requestor.base_addresses["api"]
        )

    def test_no_secret_no_automatic_payment(self):
        token = self._token()
        move = self._invoice(token)
        self.assertFalse(token._cn285_obstacle(self.customer, self.company))
        for secret in (False, "  "):
            self.provider.stripe_webhook_secret = secret
            self.assertIn("secret", token._cn285_obstacle(self.customer, self.company))
        self.assertFalse(self._collect(move))
        self.assertCharged(move, 0)
