"""Top-ups that are refused: no VAT stands for what nobody paid, and no means are worn out."""

from datetime import date

from freezegun import freeze_time
from odoo.tests import tagged

from ...engine.declines import classify
from .test_topups import TopupCase


@tagged("post_install", "-at_install")
class TestRefusedTopups(TopupCase):
    def _refuses(self, code):
        """The card refuses with a code until it is told otherwise."""
        transactions = type(self.env["payment.transaction"])

        def send(transaction):
            transaction.write({"cn285_code": code, "cn285_outcome": classify(code)})
            transaction._set_error("Refused")

        self.patch(transactions, "_send_payment_request", send)

    def test_no_invoice_for_what_is_refused(self):
        """VAT at the top-up, refused on two days: nothing is owed, and no VAT is declared."""
        self.card.demo_simulated_state = "error"
        wallet = self._wallet(self.at_topup)
        self._rule(wallet)
        for day in (1, 2, 3):
            self._cron(date(2026, 3, day))
        self.assertEqual(wallet.topup_ids.mapped("state"), ["failed"] * 2)
        self.assertMoney(self._receivable(), "0.00")
        self.assertFalse(
            self.env["account.move"].search(
                [("invoice_origin", "in", wallet.topup_ids.mapped("name"))]
            )
        )
        self.card.demo_simulated_state = "done"
        self._cron(date(2026, 3, 4))
        topup = wallet.topup_ids.sorted("id")[-1:]
        self.assertEqual((topup.state, topup.move_id.payment_state), ("done", "paid"))
        self.assertEqual(topup.move_id.invoice_date, date(2026, 3, 4))
        self.assertMoney(topup.move_id.amount_total, "60.00")
        self.assertHolds(wallet, "50.00")
        self.assertMoney(self._receivable(), "0.00")
        self.assertMoney(self._balance(self.at_topup.advance_account_id), "50.00")

    def test_the_invoice_is_of_the_day_of_the_payment(self):
        """A debit of 20 March that settles on 2 April: VAT of April, and one invoice."""
        self.card.demo_simulated_state = "pending"
        wallet = self._wallet(self.at_topup)
        with freeze_time("2026-03-20 09:00:00"):
            topup = self.env["cn285.wallet.topup"].browse(wallet.topup(50.0, token_id=self.card.id))
        self.assertEqual((topup.state, topup.move_id.state), ("pending", "draft"))
        self.assertMoney(self._receivable(), "0.00")
        with freeze_time("2026-04-02 09:00:00"):
            topup.transaction_id.action_demo_set_done()
            topup.transaction_id._post_process()
        self.assertEqual(topup.state, "done")
        move = topup.move_id
        self.assertEqual((move.invoice_date, move.date), (date(2026, 4, 2), date(2026, 4, 2)))
        self.assertEqual(move.payment_state, "paid")
        self.assertHolds(wallet, "50.00")

    def test_paid_after_all(self):
        """Refused, and confirmed by the customer then: its invoice is made with the payment."""
        self.card.demo_simulated_state = "error"
        wallet = self._wallet(self.at_topup)
        topup = self.env["cn285.wallet.topup"].browse(wallet.topup(50.0, token_id=self.card.id))
        self.assertEqual((topup.state, topup.move_id.id), ("failed", False))
        topup.transaction_id._set_done()
        topup.transaction_id._post_process()
        self.assertEqual((topup.state, topup.move_id.payment_state), ("done", "paid"))
        self.assertHolds(wallet, "50.00")
        self.assertMoney(self._receivable(), "0.00")

    def test_awaiting_its_payment_it_is_invoiced(self):
        """A clerk's top-up without means: the customer pays its invoice."""
        wallet = self._wallet(self.at_topup)
        topup = self.env["cn285.wallet.topup"].browse(wallet.topup(50.0))
        self.assertEqual(topup.move_id.state, "posted")
        self.assertMoney(topup.move_id.amount_residual, "60.00")

    def test_an_interval_that_was_refused_is_tried_the_next_day(self):
        self.card.demo_simulated_state = "error"
        wallet = self._wallet()
        self._rule(wallet, trigger="interval", first_day=date(2026, 1, 31))
        self._cron(date(2026, 1, 31))
        self.assertHolds(wallet, "0.00")
        self.card.demo_simulated_state = "done"
        for day, expected in (
            (date(2026, 2, 1), "50.00"),
            (date(2026, 2, 27), "50.00"),
            (date(2026, 2, 28), "100.00"),
        ):
            self._cron(day)
            self.assertHolds(wallet, expected)

    def test_a_lost_card_is_not_charged_again(self):
        self._refuses("lost_card")
        wallet = self._wallet()
        rule = self._rule(wallet)
        for day in range(1, 6):
            self._cron(date(2026, 3, day))
        self.assertEqual(len(wallet.topup_ids), 1)
        self.assertEqual(self.card.cn285_state, "revoked")
        self.assertIn("no means", rule.message)

    def test_only_the_customer_can_help(self):
        """Not tried again until the card is renewed; then on the same day."""
        self._refuses("expired_card")
        wallet = self._wallet()
        self._rule(wallet)
        for day in range(1, 6):
            self._cron(date(2026, 3, day))
        self.assertEqual(len(wallet.topup_ids), 1)
        self.card._cn285_renew({})
        self._cron(date(2026, 3, 6))
        self.assertEqual(len(wallet.topup_ids), 2)
