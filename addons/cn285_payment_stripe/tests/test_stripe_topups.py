"""Top-ups of wallets that are paid by Stripe: disputed, given again, refunded; nobody does it."""

from datetime import date

from freezegun import freeze_time
from odoo.tests import tagged

from stripe_server import returns

from .common import StripeCase


@tagged("post_install", "-at_install")
class TestStripeTopups(StripeCase):
    """Credit of 120.00, or of 100.00 with VAT of 20.00, of which an invoice of 96.00 was paid."""

    def setUp(self):
        super().setUp()
        self._at(date(2026, 1, 2))
        types = self.env["cn285.wallet.type"]
        self.kinds = {
            "use": types.create({"name": "Prepaid"}),
            "topup": types.create(
                {"name": "Calls", "books": "topup", "tax_ids": [(6, 0, self.tax.ids)]}
            ),
        }

    def _anew(self):
        """An empty account of Stripe's, that tells us of events."""
        self.server.reset()
        self.endpoint = self.server.account.make_endpoint("http://hook.example/", ["*"])
        self.endpoint["secret"] = self.secret

    def _spent(self, books):
        token = self._token()
        wallet = self.env["cn285.wallet"].create(
            {"type_id": self.kinds[books].id, "partner_id": self.customer.id}
        )
        with self._with_jobs():
            topup = wallet.topup(120.0 if books == "use" else 100.0, token_id=token.id)
        self.topup = self.env["cn285.wallet.topup"].browse(topup)
        contract = self._create_contract([{"price_unit": 80.0}], date_start=date(2026, 1, 2))
        with freeze_time("2026-01-02 10:00:00"):
            self._bill(date(2026, 1, 2))
        self.move = contract.invoice_ids
        intent = self.topup.transaction_id.provider_reference
        self.charge = self.server.account.all("charge", payment_intent=intent)[0]
        self._work_events()

    def _sums(self):
        """What the wallet, 4191, 411 and Stripe hold, in this order."""
        self.env.invalidate_all()
        lines = self.env["account.move.line"].search(
            [("partner_id", "=", self.customer.id), ("parent_state", "=", "posted")]
        )
        advances = self.kinds["use"].advance_account_id
        receivable = lines.filtered(lambda one: one.account_id.account_type == "asset_receivable")
        advance = lines.filtered(lambda one: one.account_id == advances)
        return (
            self.topup.wallet_id.balance,
            round(0.0 - sum(advance.mapped("balance")), 2),
            round(sum(receivable.mapped("balance")), 2),
            self.ledger.total() / 100,
        )

    def test_disputed_and_won(self):
        for books, left in (("use", 24.0), ("topup", 20.0)):
            with self.subTest(books=books), self.env.cr.savepoint() as savepoint:
                self._anew()
                self._spent(books)
                self.assertEqual(self._sums(), (left, left, 0.0, 120.0))
                dispute = returns.open_dispute(self.server.account, self.charge, "general")
                self._work_events(order=reversed)
                self.assertEqual(self._sums(), (0.0, 0.0, 96.0, 0.0))
                self.assertEqual(self.topup.state, "returned")
                self._work_events()
                returns.close_dispute(self.server.account, dispute, won=True)
                self._work_events()
                self._work_events()
                self.assertEqual(self._sums(), (left, left, 0.0, 120.0))
                self.assertEqual(self.topup.state, "done")
                savepoint.rollback()

    def test_lost_it_stays_away_and_fraud_revokes_the_card(self):
        self._spent("use")
        dispute = returns.open_dispute(self.server.account, self.charge, "fraudulent")
        self._work_events()
        returns.close_dispute(self.server.account, dispute, won=False)
        self._work_events()
        self.assertEqual(self._sums(), (0.0, 0.0, 96.0, 0.0))
        self.assertEqual(self.topup.transaction_id.token_id.cn285_state, "revoked")

    def test_refunded_on_stripes_pages(self):
        for books, amount, expected in (
            ("use", "2400", (0.0, 0.0, 0.0, 96.0)),
            ("use", "12000", (0.0, 0.0, 96.0, 0.0)),
            ("topup", "1200", (10.0, 10.0, 0.0, 108.0)),
            ("topup", "12000", (0.0, 0.0, 96.0, 0.0)),
        ):
            with (
                self.subTest(books=books, amount=amount),
                self.env.cr.savepoint() as savepoint,
            ):
                self._anew()
                self._spent(books)
                intent = self.topup.transaction_id.provider_reference
                returns.make_refund(
                    self.server.account, {"payment_intent": intent, "amount": amount}
                )
                self._work_events()
                refunds = self.topup.transaction_id.child_transaction_ids
                refunds._post_process()  # as the scheduled action does
                self._work_events()
                refunds._post_process()
                self.assertEqual(self._sums(), expected)
                savepoint.rollback()

    def test_disputed_by_whom_it_was_paid_on_a_page(self):
        """Without means that were saved."""
        self._spent("use")
        self.topup.transaction_id.token_id = False
        self.topup.payment_id.payment_token_id = False
        returns.open_dispute(self.server.account, self.charge, "general")
        self._work_events()
        self.assertEqual(self._sums(), (0.0, 0.0, 96.0, 0.0))
