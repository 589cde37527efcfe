"""Credit that was paid for and not used is paid out on demand; granted credit never is."""

from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..collection.common import CollectionCase
from .common import WalletCase


@tagged("post_install", "-at_install")
class TestPayout(WalletCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = CollectionCase._provider.__func__(cls)
        cls.manager = new_test_user(
            cls.env, "pays_out", "cn285_contract.group_billing_manager", lang="en_US"
        )
        cls.clerk = new_test_user(cls.env, "pays_not", "cn285_contract.group_contract_user")
        cls.receivable = cls.customer.property_account_receivable_id

    def _pay_out(self, wallet, amount, **values):
        with freeze_time("2026-02-01 09:00:00"), trap_jobs():
            dialog = self.env["cn285.wallet.payout"].with_user(self.manager)
            dialog = dialog.create({"wallet_id": wallet.id, "amount": amount, **values})
            dialog.action_pay_out()

    def test_by_a_journal(self):
        """120.00 topped up, 96.00 of it used: 24.00 back, books of the customer at 0.00."""
        wallet = self._wallet()
        self._topup(wallet, 120.0)
        self._invoice(self._create_contract([{"price_unit": 80.0}]))
        self.assertHolds(wallet, "24.00")
        self.assertMoney(wallet.payable_back, "24.00")
        self._pay_out(wallet, 24.0, journal_id=self.bank.id, date="2026-02-01")
        self.assertHolds(wallet, "0.00")
        self.assertMoney(self._balance(self.advances), "0.00")
        self.assertMoney(self._receivable(), "0.00")
        payment = self.env["account.payment"].search(
            [("payment_type", "=", "outbound"), ("partner_id", "=", self.customer.id)]
        )
        self.assertMoney(payment.amount, "24.00")
        self.assertEqual(payment.date, date(2026, 2, 1))
        advances = self.env["account.move.line"].search(
            [("cn285_wallet_lot_id", "in", wallet.lot_ids.ids)]
        )
        self.assertTrue(all(advances.mapped("reconciled")))

    def test_a_part_of_several_lots(self):
        wallet = self._wallet()
        first, second = self._topup(wallet, 30.0), self._topup(wallet, 50.0)
        self._pay_out(wallet, 40.0, journal_id=self.bank.id)
        self.assertMoney(first.rest, "0.00")
        self.assertMoney(second.rest, "40.00")
        self.assertHolds(wallet, "40.00")
        self.assertMoney(self._balance(self.advances), "40.00")
        self.assertMoney(self._receivable(), "0.00")
        # Once: the form that is sent again finds less.
        with self.assertRaisesRegex(UserError, "at most"):
            self._pay_out(wallet, 40.01, journal_id=self.bank.id)

    def test_with_the_vat_of_the_topup(self):
        """100.00 and 20.00 of VAT; 60.00 back are 72.00, and a credit note says so."""
        wallet = self._wallet(self.at_topup)
        lot = self._topup(wallet, 100.0)
        self._pay_out(wallet, 60.0, journal_id=self.bank.id)
        self.assertHolds(wallet, "40.00")
        note = self.env["account.move"].search(
            [("move_type", "=", "out_refund"), ("partner_id", "=", self.customer.id)]
        )
        self.assertMoney(note.amount_total, "72.00")
        self.assertMoney(note.amount_tax, "12.00")
        self.assertIn(note.payment_state, ("paid", "in_payment"))
        self.assertMoney(self._receivable(), "0.00")
        self.assertMoney(self._balance(lot.wallet_id.type_id.advance_account_id), "40.00")

    def test_granted_or_expired_credit_never(self):
        wallet = self._wallet()
        self._grant(wallet, 50.0)
        self._topup(wallet, 10.0)
        with freeze_time("2026-01-02 09:00:00"):
            self._topup(wallet, 7.0, expiry="2026-01-31")
        with freeze_time("2026-02-01 09:00:00"):
            wallet.invalidate_recordset(["payable_back"])
            self.assertMoney(wallet.payable_back, "10.00")
        with self.assertRaisesRegex(UserError, "at most.*10"):
            self._pay_out(wallet, 10.01, journal_id=self.bank.id)
        self.assertHolds(wallet, "67.00")

    def test_credit_that_was_taken_over(self):
        opening = self.env["cn285.wallet.opening"].create(
            {"type_id": self.at_use.id, "partner_id": self.customer.id, "amount": 15.0}
        )
        wallet = opening.lot_id.wallet_id
        self._pay_out(wallet, 15.0, journal_id=self.bank.id)
        self.assertHolds(wallet, "0.00")
        # The opening entry of the books has the other side of the advance.
        self.assertMoney(self._balance(self.advances), "-15.00")
        self.assertMoney(self._receivable(), "0.00")

    def _charged(self, wallet, amount):
        card = CollectionCase._token.__func__(self, self.customer)
        with freeze_time("2026-01-01 08:00:00"), trap_jobs():
            topup = wallet.topup(amount, token_id=card.id)
        return self.env["cn285.wallet.topup"].browse(topup)

    def test_to_the_means(self):
        wallet = self._wallet()
        topup = self._charged(wallet, 80.0)
        self._pay_out(wallet, 30.0, way="means")
        self.assertHolds(wallet, "50.00")
        refund = topup.transaction_id.child_transaction_ids
        self.assertEqual((refund.operation, refund.state), ("refund", "done"))
        self.assertMoney(abs(refund.amount), "30.00")
        self.assertMoney(self._balance(self.advances), "50.00")
        self.assertMoney(self._receivable(), "0.00")
        with self.assertRaises(UserError):
            self._pay_out(wallet, 50.01, way="means")

    def test_what_is_on_its_way_is_not_paid_twice(self):
        wallet = self._wallet()
        topup = self._charged(wallet, 80.0)
        topup.transaction_id._create_child_transaction(50.0, is_refund=True)
        for way in ({"way": "means"}, {"journal_id": self.bank.id}):
            with self.assertRaisesRegex(UserError, "at most.*30"):
                self._pay_out(wallet, 31.0, **way)

    def test_a_process_that_ended_on_the_way(self):
        """The refund was committed and never sent: it is asked about, sent once, and booked."""
        wallet = self._wallet()
        topup = self._charged(wallet, 80.0)
        with freeze_time("2026-02-01 09:00:00"):
            refund = topup.transaction_id._create_child_transaction(50.0, is_refund=True)
        self.env.flush_all()
        for answer, state, rest in (("nothing", "done", "30.00"), ("nothing", "done", "30.00")):
            with (
                freeze_time("2026-02-02 09:00:00"),
                trap_jobs(),
                patch.object(
                    type(self.env["cn285.collection"]),
                    "_ask_provider",
                    lambda _self, asked, answer=answer: dict.fromkeys(asked, answer),
                ),
            ):
                self.env["cn285.wallet.topup.rule"]._cron_top_up()
            self.assertEqual(refund.state, state)
            self.assertHolds(wallet, rest)

    def test_what_no_provider_can_refund_is_told_before(self):
        wallet = self._wallet()
        self._charged(wallet, 20.0)
        self._topup(wallet, 20.0)
        with self.assertRaisesRegex(UserError, "by a journal"):
            self._pay_out(wallet, 40.0, way="means")
        self.assertHolds(wallet, "40.00")
        self.assertFalse(self.env["payment.transaction"].search([("operation", "=", "refund")]))

    def test_returned_by_the_bank_after_it_was_paid_out(self):
        """The customer owes again what he got twice."""
        wallet = self._wallet()
        topup = self._charged(wallet, 80.0)
        self._pay_out(wallet, 80.0, journal_id=self.bank.id)
        with freeze_time("2026-02-10 09:00:00"), trap_jobs():
            topup._returned(date(2026, 2, 10))
        self.assertHolds(wallet, "0.00")
        self.assertMoney(self._receivable(), "-80.00")

    def test_who_may(self):
        wallet = self._wallet()
        self._topup(wallet, 20.0)
        portal = new_test_user(self.env, "holds", "base.group_portal")
        portal.partner_id.parent_id = self.customer
        for user in (self.clerk, portal):
            with self.subTest(user.login), self.assertRaises(AccessError):
                wallet.with_user(user).pay_out(5.0, journal_id=self.bank.id)
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.env["cn285.wallet.payout"].with_user(user).create({"wallet_id": wallet.id})
        for amount in (0, -5.0, 10**13, "5", None):
            with self.subTest(amount), self.assertRaises(UserError):
                wallet.with_user(self.manager).pay_out(amount, journal_id=self.bank.id)
        sale = self.env["account.journal"].search([("type", "=", "sale")], limit=1)
        with self.assertRaisesRegex(UserError, "bank or cash"):
            wallet.with_user(self.manager).pay_out(5.0, journal_id=sale.id)
        self.assertHolds(wallet, "20.00")
