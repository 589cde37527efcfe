"""The customer is brought back: the very intent is confirmed, and never one too many."""

from datetime import date

from odoo.tests import HttpCase, tagged

from stripe_server import intents, means

from .common import StripeCase

CHALLENGED = "4000002760003184"


class ChallengedCase(StripeCase):
    """An invoice whose card's bank wants its customer."""

    def setUp(self):
        super().setUp()
        self._at(date(2026, 1, 2))
        self.token = self._token(CHALLENGED)
        self.move = self._invoice(self.token)
        self.attempt = self._collect(self.move)
        self.transaction = self.attempt.transaction_id

    def _intent(self, transaction=None):
        transaction = transaction or self.transaction
        return self.server.account.get("payment_intent", transaction.provider_reference)

    def _customer_confirms(self, transaction=None):
        """What the customer does with the link, and his bank."""
        transaction = transaction or self.transaction
        account, intent = self.server.account, self._intent(transaction)
        intents.confirm_intent(
            account, intent, {"payment_method": transaction.token_id.stripe_payment_method}
        )
        intents.authenticate(account, intent)

    def _pay_by_transfer(self):
        with self._with_jobs():
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=self.move.ids
            ).create({})._create_payments()


@tagged("post_install", "-at_install")
class TestStripeConfirmation(ChallengedCase):
    def test_the_customer_is_written_to(self):
        self.assertEqual((self.attempt.state, self.attempt.outcome), ("declined", "customer"))
        self.assertFalse(self.attempt.retry_date)
        mail = self.env["mail.mail"].search(
            [("model", "=", "payment.transaction"), ("res_id", "=", self.transaction.id)]
        )
        self.assertEqual(len(mail), 1)
        self.assertIn(f"/payment/cn285/confirm/{self.transaction.id}?", mail.body_html)
        self.assertIn(self.move.name, mail.subject)
        self.assertEqual(mail.recipient_ids, self.customer)
        # His card is good: no other one is asked for.
        mails = self.env["mail.mail"].search([("recipient_ids", "in", self.customer.ids)])
        self.assertEqual(mails, mail)

    def test_what_the_browser_gets(self):
        values = self.transaction._cn285_stripe_confirmation()
        self.assertEqual(values["client_secret"], self._intent()["client_secret"])
        self.assertEqual(values["payment_method"], self.token.stripe_payment_method)
        self.assertEqual(values["publishable_key"], self.server.account.publishable_key)
        # The secret is kept nowhere.
        self.env.cr.execute(
            "SELECT row_to_json(tx)::text FROM payment_transaction tx WHERE id = %s",
            [self.transaction.id],
        )
        self.assertNotIn(values["client_secret"], self.env.cr.fetchone()[0])

    def test_confirmed_and_told_by_an_event(self):
        self._customer_confirms()
        self._work_events()
        self.assertEqual(self.attempt.state, "done")
        self.assertPaid(self.move)
        self.assertCharged(self.move, 120.0)
        self.assertIn("already", self.transaction._cn285_stripe_confirmation()["message"])

    def test_confirmed_elsewhere_meanwhile(self):
        self._customer_confirms()
        with self._with_jobs():
            self.assertIn("message", self.transaction._cn285_stripe_confirmation())
        self.assertEqual(self.attempt.state, "done")
        self.assertPaid(self.move)

    def test_an_old_link_is_dead_after_a_new_attempt(self):
        new = self._token()
        self.move.cn285_contract_ids.payment_token_id = new
        attempts = self._collect(self.move, "button")
        self.assertEqual(attempts.mapped("state"), ["declined", "done"])
        self.assertEqual(self._intent()["status"], "canceled")
        self.assertTrue(self.transaction.cn285_intent_closed)
        self.assertIn("message", self.transaction._cn285_stripe_confirmation())
        self.assertCharged(self.move, 120.0)
        self.assertPaid(self.move)

    def test_paid_by_the_old_link_just_before_a_new_attempt(self):
        self._customer_confirms()
        self.move.cn285_contract_ids.payment_token_id = self._token()
        attempts = self._collect(self.move, "button")
        self.assertEqual(attempts.mapped("state"), ["declined", "unknown"])
        for hours in range(3):
            with self._with_jobs(), self._later(hours):
                self.env["cn285.collection"]._clear_up(
                    attempts.filtered(lambda one: one.state in ("open", "sent", "unknown"))
                )
            # Odoo's scheduled action.
            self.transaction.filtered(lambda tx: not tx.is_post_processed)._post_process()
        self.assertCharged(self.move, 120.0)
        self.assertPaid(self.move)
        self.assertEqual(attempts.mapped("state"), ["done", "cancelled"])

    def test_paid_otherwise(self):
        self._pay_by_transfer()
        self.assertEqual(self._intent()["status"], "canceled")
        self.assertIn("message", self.transaction._cn285_stripe_confirmation())
        self.assertCharged(self.move, 0)

    def test_paid_otherwise_and_by_the_link(self):
        """Too late to withdraw: what the customer paid too much is his credit."""
        self._customer_confirms()
        self._pay_by_transfer()
        self._work_events()
        self.assertEqual(self.transaction.state, "done")
        self.assertTrue(self.transaction.payment_id)
        self.assertCharged(self.move, 120.0)
        credit = self.env["account.move.line"].search(
            [
                ("partner_id", "=", self.customer.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ]
        )
        self.assertMoney(sum(credit.mapped("balance")), "-120.00")

    def test_stripe_is_silent_when_it_is_to_be_withdrawn(self):
        """Nothing is charged while the old link may still charge."""
        self.move.cn285_contract_ids.payment_token_id = self._token()
        key = self.server.account.secret_key
        real = type(self.transaction)._cn285_stripe_withdraw
        self.patch(type(self.transaction), "_cn285_stripe_withdraw", lambda _self: False)
        attempts = self._collect(self.move, "button")
        self.assertCharged(self.move, 0)
        self.assertEqual(attempts[-1].state, "unknown")
        self.env["cn285.collection"]._clear_up(attempts[-1])
        self.assertCharged(self.move, 0)
        self.patch(type(self.transaction), "_cn285_stripe_withdraw", real)
        self.env["cn285.collection"]._clear_up(attempts[-1])
        self.assertEqual(self.server.account.secret_key, key)
        self.assertEqual(self._intent()["status"], "canceled")
        self.assertPaid(self.move)
        self.assertCharged(self.move, 120.0)

    def test_failed_challenge(self):
        account, intent = self.server.account, self._intent()
        intents.confirm_intent(
            account, intent, {"payment_method": self.token.stripe_payment_method}
        )
        intents.authenticate(account, intent, passed=False)
        self._work_events()
        self.assertEqual(self.attempt.state, "declined")
        self.assertCharged(self.move, 0)
        # He may try again.
        self.assertIn("client_secret", self.transaction._cn285_stripe_confirmation())

    def test_means_that_are_gone(self):
        means.detach(
            self.server.account,
            self.server.account.get("payment_method", self.token.stripe_payment_method),
        )
        self._work_events()
        self.assertFalse(self.token.active)


@tagged("post_install", "-at_install")
class TestStripeConfirmationPage(ChallengedCase, HttpCase):
    def _call(self, tx, access_token):
        return self.make_jsonrpc_request(
            f"/payment/cn285/confirm/{tx.id}/intent", {"access_token": access_token}
        )

    def test_only_with_the_link(self):
        token = self.transaction._cn285_stripe_token()
        other = self._invoice(self._token(CHALLENGED))
        other_tx = self._collect(other).transaction_id
        for tx, access_token in (
            (self.transaction, None),
            (self.transaction, ""),
            (self.transaction, "x"),
            (self.transaction, other_tx._cn285_stripe_token()),
            (other_tx, token),
        ):
            url = f"/payment/cn285/confirm/{tx.id}"
            if access_token is not None:
                url += f"?access_token={access_token}"
            self.assertEqual(self.url_open(url).status_code, 404)
        self.assertEqual(
            self.url_open(f"/payment/cn285/confirm/0?access_token={token}").status_code, 404
        )

    def test_opening_the_page_does_nothing(self):
        answer = self.url_open(self.transaction._cn285_stripe_link())
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertNotIn("_secret_", answer.text)
        self.assertIn(f"{self.server.url}/v3/", answer.text)
        self.assertEqual(self._intent()["status"], "requires_payment_method")

    def test_an_intent_of_another_invoice_pays_nothing(self):
        paid = self._invoice(self._token())
        intent = self._collect(paid).transaction_id.provider_reference
        self.url_open(
            f"/payment/stripe/return?reference={self.transaction.reference}&payment_intent={intent}"
        )
        self.assertEqual(self.transaction.state, "error")
        self.assertMoney(self.move.amount_residual, "120.00")

    def test_confirmed_in_the_browser(self):
        link = self.transaction._cn285_stripe_link()
        with self._with_jobs():
            self.browser_js(
                link.replace(self.transaction.get_base_url(), ""),
                code="""
                    const find = async (selector) => {
                        for (let tries = 0; tries < 100; tries++) {
                            const found = document.querySelector(selector);
                            if (found) {
                                return found;
                            }
                            await new Promise((resolve) => setTimeout(resolve, 100));
                        }
                        throw new Error(`${selector} is not there`);
                    };
                    (async () => {
                        (await find("button[name=confirm]")).click();
                        (await find(".stripe-fail")).click();
                        await find("[name=message]:not(.d-none)");
                        (await find("button[name=confirm]:not([disabled])")).click();
                        const left = () => console.log("test successful");
                        window.addEventListener("beforeunload", left);
                        (await find(".stripe-complete")).click();
                    })();
                """,
                ready="odoo.isReady || document.readyState === 'complete'",
                login=None,
                timeout=60,
            )
            self._settled()
        self.transaction.invalidate_recordset()
        self.assertEqual(self.transaction.state, "done")
        self.assertEqual(self.attempt.state, "done")
        self.assertPaid(self.move)
        self.assertCharged(self.move, 120.0)

    def _settled(self):
        """The browser left for the page that takes over; ask it ourselves where it was closed."""
        reference, intent = self.transaction.reference, self.transaction.provider_reference
        self.url_open(f"/payment/stripe/return?reference={reference}&payment_intent={intent}")
