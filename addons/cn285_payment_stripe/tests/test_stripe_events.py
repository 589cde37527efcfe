"""What events do, from the object as it is now: means, mandates, debits that fail, disputes."""

from datetime import date
from random import Random

from odoo.tests import tagged

from stripe_server import card_number, means, returns

from .common import StripeCase

FAILING_IBAN = "FR8420041010050500013M02607"


@tagged("post_install", "-at_install")
class TestStripeMeans(StripeCase):
    def setUp(self):
        super().setUp()
        self._at(date(2026, 2, 20))

    def _method(self, token):
        return self.server.account.get("payment_method", token.stripe_payment_method)

    def test_what_is_kept(self):
        token = self._token(year=2028)
        self.assertEqual(token.cn285_expiry_date, date(2028, 12, 31))
        self.assertEqual(token.cn285_brand, "visa")
        self.assertEqual(token.cn285_last4, "4242")
        self.assertEqual(token.cn285_funding, "credit")
        self.assertTrue(token.cn285_fingerprint)

    def test_renewed_by_the_bank(self):
        token = self._token(year=2025)
        move = self._invoice(token)
        attempt = self._collect(move)
        self.assertEqual((attempt.code, token.cn285_state), ("expired_card", "expired"))
        means.update_card(self.server.account, self._method(token), 2, 2029, "1881")
        events = self._work_events()
        self.assertEqual(token.cn285_expiry_date, date(2029, 2, 28))
        self.assertEqual((token.cn285_last4, token.payment_details), ("1881", "1881"))
        self.assertEqual(token.cn285_state, "valid")
        # What hung on it was tried again at once.
        self.assertPaid(move)
        self.assertCharged(move, 120.0)
        self.assertIn("done", events.mapped("state"))
        # Told once more: nothing.
        self.assertFalse(token._cn285_stripe_update(self._method(token)))

    def test_detached_and_deleted(self):
        detached, deleted, other = self._token(), self._token(), self._token()
        means.detach(self.server.account, self._method(detached))
        customer = self.server.account.get("customer", deleted.provider_ref)
        means.delete_customer(self.server.account, customer)
        self._work_events()
        self.assertFalse(detached.active)
        self.assertFalse(deleted.active)
        self.assertTrue(other.active)

    def test_a_late_event_is_not_believed(self):
        """Stripe tells of a change that was changed again: what is now counts."""
        token = self._token()
        means.update_card(self.server.account, self._method(token), 1, 2030)
        means.update_card(self.server.account, self._method(token), 3, 2031)
        self._work_events(order=reversed)
        self.assertEqual(token.cn285_expiry_date, date(2031, 3, 31))

    def test_mandate_ended(self):
        token = self._token("FR1420041010050500013M02606")
        mandate = self.server.account.get("mandate", token.stripe_mandate)
        means.end_mandate(self.server.account, mandate)
        self._work_events()
        self.assertEqual(token.cn285_state, "revoked")
        self.assertTrue(token._cn285_obstacle(self.customer, self.company))


@tagged("post_install", "-at_install")
class TestStripeDebits(StripeCase):
    def setUp(self):
        super().setUp()
        self._at(date(2026, 1, 2))

    def test_settles_days_later(self):
        move = self._invoice(self._token("FR1420041010050500013M02606"))
        attempt = self._collect(move)
        self.assertEqual(attempt.state, "pending")
        self.assertCharged(move, 0)
        self._collect(move)  # nothing more, while it is on its way
        self.assertEqual(len(self._attempts(move)), 1)
        self.server.advance(6 * 86400)
        self._work_events()
        self.assertEqual(attempt.state, "done")
        self.assertPaid(move)
        self.assertCharged(move, 120.0)

    def test_fails_days_later(self):
        """It goes the same way as a card that is refused at once."""
        move = self._invoice(self._token(FAILING_IBAN))
        attempt = self._collect(move)
        self.assertEqual(attempt.state, "pending")
        self.server.advance(6 * 86400)
        self._work_events()
        self.assertEqual((attempt.state, attempt.outcome), ("declined", "declined"))
        self.assertEqual(attempt.code, "AM04")
        self.assertTrue(attempt.is_followed)
        # Five TARGET days after the refusal, of which 3 and 4 January are none.
        self.assertEqual(attempt.retry_date, date(2026, 1, 9))
        self.assertMoney(move.amount_residual, "120.00")
        self.assertCharged(move, 0)

    def test_account_closed(self):
        move = self._invoice(self._token("FR0520041010050500013M02601"))
        attempt = self._collect(move)
        self.server.advance(6 * 86400)
        self._work_events()
        self.assertEqual((attempt.code, attempt.outcome), ("AC04", "hard"))
        self.assertEqual(attempt.token_id.cn285_state, "revoked")

    def test_taken_back_by_the_debtor(self):
        move = self._invoice(self._token("FR7920041010050500013M02600"))
        attempt = self._collect(move)
        self.server.advance(5 * 86400 + 3600)
        self._work_events()
        self.assertPaid(move)
        self.server.advance(2 * 86400)
        self._work_events()
        self.assertEqual((attempt.state, attempt.code), ("returned", "MD06"))
        self.assertMoney(move.amount_residual, "120.00")
        self.assertCharged(move, 0)

    def test_any_order(self):
        """Whatever comes first, and however often: the same end."""
        chance = Random(285)
        for number in range(6):
            iban = ("FR1420041010050500013M02606", FAILING_IBAN)[number % 2]
            move = self._invoice(self._token(iban))
            attempt = self._collect(move)
            self.server.advance(6 * 86400)

            def shuffled(events):
                events = events * 2
                chance.shuffle(events)
                return events

            self._work_events(order=shuffled)
            self.assertEqual(attempt.state, ("done", "declined")[number % 2])
            self.assertCharged(move, (120.0, 0)[number % 2])


@tagged("post_install", "-at_install")
class TestStripeDisputes(StripeCase):
    def setUp(self):
        super().setUp()
        self._at(date(2026, 1, 2))
        self.move = self._invoice(self._token())
        self.attempt = self._collect(self.move)
        self._work_events()
        intent = self.attempt.transaction_id.provider_reference
        self.charge = self.server.account.all("charge", payment_intent=intent)[0]

    def _dispute(self, reason="general", **values):
        return returns.open_dispute(self.server.account, self.charge, reason, **values)

    def _receivable(self):
        lines = self.env["account.move.line"].search(
            [
                ("partner_id", "=", self.customer.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ]
        )
        return sum(lines.mapped("balance"))

    def test_lost(self):
        dispute = self._dispute()
        self._work_events(order=reversed)
        self.assertEqual(self.attempt.state, "returned")
        self.assertEqual(self.attempt.code, "charge_disputed")
        self.assertEqual(self.attempt.outcome, "customer")
        self.assertFalse(self.attempt.retry_date)
        self.assertMoney(self.move.amount_residual, "120.00")
        self.assertMoney(self._receivable(), "120.00")
        self.assertCharged(self.move, 0)
        self.assertTrue(self.move.cn285_dunning_blocked)
        returns.close_dispute(self.server.account, dispute, won=False)
        self._work_events()
        self.assertEqual(self.attempt.state, "returned")
        self.assertFalse(self.move.cn285_dunning_blocked)
        self.assertMoney(self._receivable(), "120.00")

    def test_won(self):
        dispute = self._dispute()
        self._work_events()
        returns.close_dispute(self.server.account, dispute, won=True)
        self._work_events()
        self._work_events()
        self.assertEqual(self.attempt.state, "done")
        self.assertPaid(self.move)
        self.assertMoney(self._receivable(), "0.00")
        self.assertCharged(self.move, 120.0)
        self.assertFalse(self.move.cn285_dunning_blocked)

    def test_won_before_it_was_known(self):
        """All events come after the end: nothing has moved in the end."""
        returns.close_dispute(self.server.account, self._dispute(), won=True)
        self._work_events(order=reversed)
        self.assertEqual(self.attempt.state, "done")
        self.assertPaid(self.move)
        self.assertCharged(self.move, 120.0)

    def test_what_the_customer_paid_himself(self):
        """In the portal, without an attempt of ours: taken back, and given back."""
        move = self._invoice(self._token())
        token = self._token()
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": token.payment_method_id.id,
                "token_id": token.id,
                "operation": "online_token",
                "amount": move.amount_residual,
                "currency_id": move.currency_id.id,
                "partner_id": self.customer.id,
                "reference": "paid-in-the-portal",
                "invoice_ids": [(6, 0, move.ids)],
            }
        )
        transaction._charge_with_token()
        transaction._post_process()
        self.assertPaid(move)
        before = self._receivable()
        intent = transaction.provider_reference
        charge = self.server.account.all("charge", payment_intent=intent)[0]
        dispute = returns.open_dispute(self.server.account, charge, "general")
        self._work_events()
        self._work_events()
        self.assertMoney(move.amount_residual, "120.00")
        self.assertMoney(self._receivable() - before, "120.00")
        self.assertTrue(move.cn285_dunning_blocked)
        returns.close_dispute(self.server.account, dispute, won=True)
        self._work_events()
        self.assertPaid(move)
        self.assertMoney(self._receivable() - before, "0.00")

    def test_fraud_revokes_the_card(self):
        self._dispute("fraudulent")
        self._work_events()
        self.assertEqual(self.attempt.outcome, "hard")
        self.assertEqual(self.attempt.token_id.cn285_state, "revoked")

    def test_a_part_is_to_be_looked_at(self):
        self._dispute(amount=5000)
        events = self._work_events()
        self.assertIn("failed", events.mapped("state"))
        self.assertEqual(self.attempt.state, "done")
        self.assertPaid(self.move)

    def test_a_clerks_mark_stays(self):
        self.move.cn285_dunning_blocked = True
        dispute = self._dispute()
        self._work_events()
        returns.close_dispute(self.server.account, dispute, won=False)
        self._work_events()
        self.assertTrue(self.move.cn285_dunning_blocked)

    def test_in_a_closed_year(self):
        self._at(date(2026, 3, 1))
        self.company.fiscalyear_lock_date = date(2026, 3, 31)
        self._dispute()
        self._work_events()
        self.assertEqual(self.attempt.return_move_id.date, date(2026, 4, 1))

    def test_nothing_is_asked_about_what_is_known_to_be_paid(self):
        move = self._invoice(self._token())
        self._collect(move)
        before = len(self.server.requests)
        events = self._work_events("payment_intent.succeeded")
        self.assertEqual(events.mapped("state"), ["ignored"])
        self.assertEqual(len(self.server.requests), before)

    def test_paid_twice_is_told(self):
        token, transaction = self.attempt.token_id, self.attempt.transaction_id
        self.provider._send_api_request(
            "POST",
            "payment_intents",
            data={
                "amount": 12000,
                "currency": "eur",
                "customer": token.provider_ref,
                "payment_method": token.stripe_payment_method,
                "confirm": True,
                "description": transaction.reference,
            },
        )
        events = self._work_events()
        self.assertIn("failed", events.mapped("state"))
        self.assertIn(transaction.reference, "".join(filter(None, events.mapped("message"))))

    # === REFUNDS === #

    def test_refund_on_stripes_pages(self):
        intent = self.attempt.transaction_id.provider_reference
        for amount in ("2000", "3000"):
            returns.make_refund(self.server.account, {"payment_intent": intent, "amount": amount})
        self._work_events(order=reversed)
        refunds = self.attempt.transaction_id.child_transaction_ids
        self.assertEqual(sorted(refunds.mapped("amount")), [-30.0, -20.0])
        self.assertEqual(set(refunds.mapped("state")), {"done"})
        self._work_events()
        self.assertEqual(len(self.attempt.transaction_id.child_transaction_ids), 2)

    def test_a_refund_whose_answer_was_lost(self):
        refunds = self.attempt.transaction_id._refund(20.0)
        returns.make_refund(
            self.server.account,
            {"payment_intent": self.attempt.transaction_id.provider_reference, "amount": "2000"},
        )
        known = refunds.provider_reference
        refunds.write({"state": "draft", "provider_reference": False})
        # Asked: it is the one with its reference, not the other of this amount.
        self.assertEqual(refunds._cn285_ask_provider(), "done")
        self.assertEqual(refunds.provider_reference, known)
        # Sent again: the same request.
        refunds.provider_reference = False
        refunds._send_refund_request()
        self.assertEqual(refunds.provider_reference, known)
        self.assertCharged(self.move, 80.0)
        # One that never arrived.
        other = self.attempt.transaction_id._create_child_transaction(5.0, is_refund=True)
        self.assertEqual(other._cn285_ask_provider(), "nothing")
        self.assertCharged(self.move, 80.0)
        self._work_events()
        made = self.attempt.transaction_id.child_transaction_ids - other
        self.assertEqual(sorted(made.mapped("amount")), [-20.0, -20.0])

    def test_refund_from_here_is_not_made_twice(self):
        refund = self.attempt.transaction_id._refund(20.0)
        self.assertEqual(refund.state, "done")
        # Its answer got lost.
        refund.write({"state": "error", "provider_reference": False})
        self._work_events()
        self.assertEqual(self.attempt.transaction_id.child_transaction_ids, refund)
        self.assertEqual(refund.state, "done")
        self.assertCharged(self.move, 100.0)


@tagged("post_install", "-at_install")
class TestStripeMeansLate(StripeCase):
    """What a customer's browser did not come back to tell."""

    def test_setup(self):
        for number, succeeded in (("4242424242424242", True), ("4000002760003184", False)):
            with self.subTest(number=number):
                transaction = self.env["payment.transaction"].create(
                    {
                        "provider_id": self.provider.id,
                        "payment_method_id": self.card_method.id,
                        "operation": "validation",
                        "amount": 0.0,
                        "currency_id": self.eur.id,
                        "partner_id": self.customer.id,
                        "reference": f"V-{number[-4:]}",
                        "tokenize": True,
                    }
                )
                intent = transaction._stripe_create_intent()
                account = self.server.account
                setup = account.get("setup_intent", intent["id"])
                card = {"number": number, "exp_month": 2, "exp_year": 2028}
                means.confirm_setup(
                    account, setup, {"payment_method_data": {"type": "card", "card": card}}
                )
                if not succeeded:
                    means.finish_setup(account, setup, passed=False)
                self._work_events()
                self.assertEqual(transaction.state, "done" if succeeded else "error")
                token = transaction.token_id
                self.assertEqual(bool(token), succeeded)
                if succeeded:
                    self.assertEqual(token.cn285_expiry_date, date(2028, 2, 29))
                    self.assertEqual(token.stripe_payment_method, setup["payment_method"])
                    self._work_events()

    def test_setup_of_an_account_keeps_its_mandate(self):
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.sepa_method.id,
                "operation": "validation",
                "amount": 0.0,
                "currency_id": self.eur.id,
                "partner_id": self.customer.id,
                "reference": "V-SEPA",
                "tokenize": True,
            }
        )
        setup = self.server.account.get("setup_intent", transaction._stripe_create_intent()["id"])
        means.confirm_setup(
            self.server.account,
            setup,
            {
                "payment_method_data": {
                    "type": "sepa_debit",
                    "sepa_debit": {"iban": "FR1420041010050500013M02606"},
                }
            },
        )
        self._work_events()
        token = transaction.token_id
        self.assertEqual(token.stripe_mandate, setup["mandate"])
        self.assertEqual(token.cn285_mandate_ref, setup["mandate"])
        self.assertEqual(token.cn285_last4, "2606")

    def test_refused_cards_are_named(self):
        """The refusal that an event tells is kept where the call's answer was lost."""
        self._at(date(2026, 1, 2))
        move = self._invoice(self._token(card_number("decline:lost_card")))
        attempt = self._collect(move)
        attempt.transaction_id.with_context(cn285_sending=True).write(
            {"state": "draft", "cn285_code": False, "cn285_outcome": False}
        )
        attempt.write({"state": "unknown", "code": False, "outcome": "unknown"})
        self._work_events()
        self.assertEqual((attempt.state, attempt.outcome), ("declined", "hard"))
        self.assertEqual(attempt.code, "lost_card")
