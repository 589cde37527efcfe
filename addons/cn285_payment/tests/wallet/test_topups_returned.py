"""Top-ups whose money is taken back, given again or refunded, whoever tells of it; both books."""

from contextlib import contextmanager
from datetime import date

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged

from ..collection.common import CollectionCase
from .test_topups import TopupCase

DAY = date(2026, 1, 10)


@tagged("post_install", "-at_install")
class TestTopupsReturned(TopupCase):
    """Credit of 120.00 (A), or of 100.00 with 20.00 of VAT (B), and an invoice of 80.00 and VAT.

    Each of a customer of its own, made once: tests leave nothing behind.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.topups = {}
        for kind, amount in ((cls.at_use, 120.0), (cls.at_topup, 100.0)):
            payer = cls.env["res.partner"].create({"name": kind.name})
            card = CollectionCase._token.__func__(cls, payer)
            wallet = cls._wallet(kind, payer)
            with freeze_time("2026-01-01 08:00:00"), trap_jobs():
                topup = wallet.topup(amount, token_id=card.id)
            cls.topups[kind] = cls.env["cn285.wallet.topup"].browse(topup)
            cls._create_contract(
                [{"price_unit": 80.0}], partner_id=payer.id, date_start=date(2026, 1, 1)
            )
        with freeze_time("2026-01-01 08:00:00"), trap_jobs():
            cls._bill(date(2026, 1, 1))

    @contextmanager
    def _each(self, kind, **told):
        """A part of a test: the top-up of a kind, its payer and invoice; undone at the end."""
        topup = self.topups[kind]
        with self.subTest(books=kind.books, **told), self.env.cr.savepoint() as savepoint:
            self.payer = topup.wallet_id.partner_id
            self.move = self.env["account.move"].search(
                [("partner_id", "=", self.payer.id), ("cn285_contract_ids", "!=", False)]
            )
            yield topup
            savepoint.rollback()

    def _new(self, kind, amount):
        """A top-up of which nothing is spent."""
        self.payer = self.customer
        wallet = self._wallet(kind)
        with freeze_time("2026-01-01 08:00:00"), trap_jobs():
            topup = wallet.topup(amount, token_id=self.card.id)
        return self.env["cn285.wallet.topup"].browse(topup)

    def _take_back(self, topup, code="AM04"):
        payment = topup.payment_id or topup.transaction_id.payment_id
        collection = self.env["cn285.collection"].with_company(self.company)
        return collection._take_back({payment: topup.name}, code, DAY)

    def _refund(self, topup, amount):
        """A refund made on the provider's pages, as its event tells."""
        with freeze_time(f"{DAY} 09:00:00"), trap_jobs():
            refund = topup.transaction_id._create_child_transaction(amount, is_refund=True)
            refund._set_done()
            refund._post_process()
            refund._post_process()

    def assertBooks(self, topup, held, owed, state="returned"):
        """What the wallet holds, the same on 4191; what the customer owes on 411; nothing else."""
        self.assertHolds(topup.wallet_id, held)
        self.assertMoney(self._balance(self.advances, self.payer), held)
        account = self.payer.property_account_receivable_id
        self.assertMoney(0.0 - self._balance(account, self.payer), owed)
        self.assertEqual(topup.state, state)

    def test_what_is_unspent_goes_and_what_was_spent_is_owed(self):
        for kind, held in ((self.at_use, "24.00"), (self.at_topup, "20.00")):
            with self._each(kind) as topup:
                self.assertMoney(self.move.amount_residual, "0.00")
                self.assertBooks(topup, held, "0.00", "done")
                payment = topup.transaction_id.payment_id
                entry = self._take_back(topup)
                self.assertBooks(topup, "0.00", "96.00")
                self.assertEqual(entry.date, DAY)
                accounts = payment.outstanding_account_id
                lines = (payment.move_id | entry).line_ids
                out = lines.filtered(lambda line, a=accounts: line.account_id == a)
                self.assertMoney(sum(out.mapped("balance")), "0.00")
                self.assertTrue(payment.is_reconciled)
                # The invoice stays paid: what is owed is the credit it was paid by.
                self.assertMoney(self.move.amount_residual, "0.00")
                if kind == self.at_topup:
                    self.assertMoney(topup.move_id.amount_residual, "96.00")
                    note = topup.return_move_ids
                    self.assertMoney(note.amount_total, "24.00")
                    self.assertMoney(note.amount_residual, "0.00")

    def test_given_again(self):
        """The dispute is won: all is as before."""
        for kind, held in ((self.at_use, "24.00"), (self.at_topup, "20.00")):
            with self._each(kind) as topup:
                payment = topup.transaction_id.payment_id
                entry = self._take_back(topup)
                collection = self.env["cn285.collection"].with_company(self.company)
                collection._give_again(payment, entry, date(2026, 2, 1))
                self.assertBooks(topup, held, "0.00", "done")
                self.assertTrue(payment.is_reconciled)
                # It is drawn as before, to the last cent; and may be taken back once more.
                self._take_back(topup)
                self.assertBooks(topup, "0.00", "96.00")
                collection._give_again(payment, entry, date(2026, 2, 2))
                with freeze_time("2026-02-01 08:00:00"), trap_jobs():
                    self._bill(date(2026, 2, 1))
                later = self.move.cn285_contract_ids.invoice_ids - self.move
                left = "72.00"
                self.assertMoney(later.amount_residual, left)
                self.assertBooks(topup, "0.00", left, "done")

    def test_all_of_it_is_spent_and_none(self):
        for kind in self.topups:
            with self._each(kind) as topup:
                with freeze_time("2026-02-01 08:00:00"), trap_jobs():
                    self._bill(date(2026, 2, 1))
                self.assertHolds(topup.wallet_id, "0.00")
                self._take_back(topup)
                self.assertFalse(topup.return_move_ids)
                # The top-up, and what it did not pay of the second invoice.
                self.assertBooks(topup, "0.00", "192.00")
            with self._each(kind, spent="nothing"):
                topup = self._new(kind, 33.33)
                self._take_back(topup)
                self.assertBooks(topup, "0.00", "0.00")

    def test_a_clerk_says_so(self):
        """The same, for money that came by hand."""
        for kind in self.topups:
            with self._each(kind):
                self.payer = self.customer
                lot = self._topup(self._wallet(kind), 100.0)
                lot.topup_id._returned(DAY)
                self.assertBooks(lot.topup_id, "0.00", "0.00")
                self.assertTrue(lot.topup_id.payment_id.is_reconciled)

    def test_what_comes_back_to_a_lot_that_is_not_paid(self):
        """A credit note of what it had paid lowers what is owed for it: nobody spends it again."""
        for kind in self.topups:
            with self._each(kind) as topup:
                self._take_back(topup)
                self.move.cn285_credit(percent=50)
                self.assertBooks(topup, "0.00", "48.00")

    def test_a_customer_who_pays_after_all(self):
        topup = self.topups[self.at_use]
        self.payer = topup.wallet_id.partner_id
        self._take_back(topup)
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.payer.id,
                "amount": 96.0,
                "journal_id": self.bank.id,
                "date": "2026-01-20",
            }
        )
        payment.action_post()
        owed = topup.lot_ids.source_move_id.line_ids.filtered(
            lambda line: line.account_id == payment.destination_account_id
        )
        (owed | payment._cn285_settling_lines()).reconcile()
        self.assertBooks(topup, "0.00", "0.00")

    # === REFUNDS === #

    def test_refunds_on_the_providers_pages(self):
        """What is unspent goes, with its VAT; what is refunded above that is owed."""
        for kind, refunds, held, owed, state in (
            (self.at_use, (10.0,), "14.00", "0.00", "done"),
            (self.at_use, (10.0, 14.0), "0.00", "0.00", "done"),
            (self.at_use, (120.0,), "0.00", "96.00", "returned"),
            (self.at_topup, (12.0,), "10.00", "0.00", "done"),
            (self.at_topup, (12.0, 12.0), "0.00", "0.00", "done"),
            (self.at_topup, (120.0,), "0.00", "96.00", "returned"),
        ):
            with self._each(kind, refunds=refunds) as topup:
                for amount in refunds:
                    self._refund(topup, amount)
                self.assertBooks(topup, held, owed, state)

    def test_all_of_it_is_refunded(self):
        for kind, amount in ((self.at_use, 33.33), (self.at_topup, 40.0)):
            with self._each(kind):
                topup = self._new(kind, 33.33)
                self._refund(topup, amount)
                self.assertBooks(topup, "0.00", "0.00")

    # === MEANS AND RULES === #

    def test_means_that_are_refused_for_good(self):
        for code, revoked, rests in (
            ("fraudulent", True, True),
            ("charge_disputed", False, True),
            ("insufficient_funds", False, False),
        ):
            with self.subTest(code=code), self.env.cr.savepoint() as savepoint:
                wallet = self._wallet()
                rule = self._rule(wallet)
                self._cron(date(2026, 1, 5))
                topup = wallet.topup_ids
                self.assertEqual(topup.state, "done")
                self._take_back(topup, code)
                self.assertEqual(self.card.cn285_state == "revoked", revoked)
                self.assertEqual(not rule.active, rests)
                if rests:
                    self.assertIn(code, rule.message)
                    self._cron(date(2026, 1, 12))
                    self.assertEqual(len(wallet.topup_ids), 1)
                savepoint.rollback()
