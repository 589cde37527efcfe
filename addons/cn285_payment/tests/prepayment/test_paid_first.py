"""Paid first: draft, payment of the preview, confirmation, first invoice, reconciliation; once."""

from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import DAY, PrepaymentCase


@tagged("post_install", "-at_install")
class TestPaidFirst(PrepaymentCase):
    def test_paid_confirmed_billed_reconciled(self):
        contract = self._draft()
        prepayment = self._ask(contract)
        with freeze_time("2026-01-01 09:00:00"):
            preview = contract.preview_invoices(1)[0]["amount_total"]
        self.assertMoney(prepayment.amount, self._cents(preview))
        self.assertEqual(contract.state, "draft")
        transaction = self._pay(prepayment)
        self.assertStarted(contract)
        self.assertEqual(
            transaction.payment_id.move_id.line_ids.mapped("parent_state"), ["posted"] * 2
        )
        self.assertMoney(self._receivable(contract), "0.00")
        self.assertEqual(contract.payment_token_id, transaction.token_id)
        self.assertTrue(contract.payment_token_id)
        self.assertEqual(contract.invoice_ids.transaction_ids, transaction)
        self.assertFalse(self._attempts(contract.invoice_ids), "what was paid is charged again")
        self.assertEqual(prepayment.run_id.contract_ids, contract)

    def test_by_hand_the_means_are_not_the_contracts(self):
        contract = self._draft(collection_mode="manual")
        self._pay(self._ask(contract))
        self.assertStarted(contract)
        self.assertFalse(contract.payment_token_id)

    def test_told_twice_run_twice_looked_at_by_the_cron(self):
        contract = self._draft()
        prepayment = self._ask(contract)
        transaction = self._pay(prepayment)
        for _time in range(2):
            self._told(transaction)
            with self._on(DAY):
                transaction._post_process()
                prepayment._job_advance()
            self._cron(DAY)
        self.assertStarted(contract)
        self.assertEqual(len(prepayment.payment_ids), 1)

    def test_killed_between_any_two_steps(self):
        """A step that breaks leaves what came before; the next cron goes on from there."""
        steps = ("_step_book", "_step_confirm", "_step_bill", "_step_finish", "_reconcile")
        for step in steps:
            with self.subTest(step):
                contract = self._draft()
                prepayment = self._ask(contract)
                transaction = self._begin(prepayment)
                broken = patch.object(
                    type(prepayment), step, side_effect=ZeroDivisionError(), autospec=True
                )
                with broken:
                    self._told(transaction)
                self.assertNotEqual(prepayment.state, "done")
                self.assertEqual(transaction.state, "done")
                self._cron(DAY)
                self.assertStarted(contract)
                self.assertEqual(len(prepayment.payment_ids), 1)

    def test_the_job_never_ran(self):
        """Only the provider has told: the hourly cron does the rest."""
        contract = self._draft()
        prepayment = self._ask(contract)
        self._told(self._begin(prepayment), jobs=False)
        self.assertEqual(prepayment.state, "pending")
        self._cron(DAY)
        self.assertStarted(contract)

    def test_paid_twice(self):
        """Two pages were open: one activation; the second payment is told, and given back once."""
        contract = self._draft()
        prepayment = self._ask(contract)
        first, second = self._begin(prepayment), self._begin(prepayment)
        self._told(first)
        self._told(second)
        self.assertStarted(contract)
        self.assertMoney(prepayment.amount_paid, "240.00")
        self.assertMoney(prepayment.credit_left, "120.00")
        self.assertMoney(self._receivable(contract), "-120.00")
        self.assertEqual(contract.activity_ids.mapped("summary")[0][:10], "Paid twice")
        with self._on(DAY):
            prepayment.with_user(self.manager).action_give_back()
        self.assertEqual(len(contract.activity_ids), 1)
        self.assertMoney(prepayment.credit_left, "0.00")
        self.assertMoney(self._receivable(contract), "0.00")
        with self.assertRaisesRegex(UserError, "nothing that could be paid back"), self._on(DAY):
            prepayment.with_user(self.manager).action_give_back()
        self.assertPaid(contract.invoice_ids)

    def test_paying_again_is_refused(self):
        contract = self._draft()
        prepayment = self._ask(contract)
        self._pay(prepayment, state="pending")
        with self.assertRaisesRegex(UserError, "on its way"):
            self._begin(prepayment)
        self.assertEqual(prepayment.state, "pending")

    # === PENDING === #

    def test_a_debit_that_arrives_days_later(self):
        contract = self._draft(date_start=False)
        prepayment = self._ask(contract)
        transaction = self._pay(prepayment, state="pending")
        self._cron(date(2026, 1, 4))
        self.assertEqual((prepayment.state, contract.state), ("pending", "draft"))
        self._told(transaction, day=date(2026, 1, 6))
        self.assertStarted(contract)
        self.assertEqual(contract.date_start, date(2026, 1, 6))

    def test_a_debit_that_is_refused_later(self):
        contract = self._draft()
        prepayment = self._ask(contract)
        transaction = self._pay(prepayment, state="pending")
        before = self.env["mail.mail"].search([])
        self._told(transaction, "error", date(2026, 1, 6))
        self.assertEqual((prepayment.state, contract.state), ("open", "draft"))
        self.assertTrue(prepayment.message)
        mails = self.env["mail.mail"].search([]) - before
        self.assertIn("was refused", mails.mapped("subject")[0])
        self._pay(prepayment, day=date(2026, 1, 7))
        self.assertStarted(contract)

    def test_a_refused_card(self):
        contract = self._draft()
        prepayment = self._ask(contract)
        self._pay(prepayment, state="error")
        self.assertEqual((prepayment.state, contract.state), ("open", "draft"))
        self._pay(prepayment)
        self.assertStarted(contract)

    # === WHAT CHANGES MEANWHILE === #

    def test_the_page_is_older_than_the_draft(self):
        contract = self._draft()
        prepayment = self._ask(contract)
        contract.item_ids.price_unit = 125.0
        with self.assertRaisesRegex(UserError, "it is 150.00.*not .*120.00"):
            self._begin(prepayment, amount=120.0)
        self.assertFalse(prepayment.transaction_ids)

    def test_edited_while_he_pays_to_more(self):
        """Somebody decides: nothing is confirmed, nothing undone."""
        contract = self._draft()
        prepayment = self._ask(contract)
        transaction = self._begin(prepayment)
        contract.item_ids.price_unit = 125.0
        self._told(transaction)
        self.assertEqual((prepayment.state, contract.state), ("paid", "draft"))
        self.assertIn("150.00", prepayment.message)
        self.assertMoney(self._receivable(contract), "-120.00")
        self.assertEqual(len(contract.activity_ids), 1)
        self._cron(DAY)
        self.assertEqual(len(contract.activity_ids), 1)
        contract.item_ids.price_unit = 100.0
        self._cron(DAY)
        self.assertStarted(contract)

    def test_edited_to_more_and_activated_anyway(self):
        contract = self._draft()
        prepayment = self._ask(contract)
        transaction = self._begin(prepayment)
        contract.item_ids.price_unit = 125.0
        self._told(transaction)
        with self._on(DAY):
            prepayment.with_user(self.manager).action_activate_anyway()
            self.assertMoney(contract.invoice_ids.amount_residual, "30.00")
        self.assertStarted(contract, "150.00")
        attempts = self._attempts(contract.invoice_ids)
        self.assertEqual([self._cents(one.amount) for one in attempts], ["30.00"])

    def test_edited_to_more_and_the_rest_is_asked_for(self):
        contract = self._draft()
        prepayment = self._ask(contract)
        transaction = self._begin(prepayment)
        contract.item_ids.price_unit = 125.0
        self._told(transaction)
        with self._on(DAY):
            prepayment.with_user(self.manager).action_ask_rest()
        self.assertEqual(prepayment.state, "open")
        self.assertMoney(prepayment.amount, "30.00")
        self._pay(prepayment)
        self.assertStarted(contract, "150.00")
        self.assertEqual(len(prepayment.payment_ids), 2)

    def test_edited_while_he_pays_to_less(self):
        contract = self._draft()
        prepayment = self._ask(contract)
        transaction = self._begin(prepayment)
        contract.item_ids.price_unit = 90.0
        self._told(transaction)
        self.assertStarted(contract, "108.00")
        self.assertMoney(prepayment.credit_left, "12.00")
        self.assertIn(
            "12.00", contract.message_ids.mapped("body")[0] + contract.message_ids.mapped("body")[1]
        )

    def test_only_time_has_passed(self):
        """Another month has become due: it starts, and the rest is open on the invoices."""
        contract = self._draft(collection_mode="manual")
        prepayment = self._ask(contract, date(2026, 1, 31))
        transaction = self._begin(prepayment, date(2026, 1, 31))
        self.assertMoney(prepayment.amount, "120.00")
        self._told(transaction, day=date(2026, 2, 2))
        self.assertEqual((contract.state, prepayment.state), ("active", "done"))
        moves = contract.invoice_ids
        self.assertMoney(sum(moves.mapped("amount_total")), "240.00")
        self.assertMoney(sum(moves.mapped("amount_residual")), "120.00")
        self.assertMoney(self._receivable(contract), "120.00")

    # === NOTHING IS DUE === #

    def test_nothing_due_asks_for_means_alone(self):
        for values, item in (
            ({}, {"trial_days": 30}),
            ({}, {"timing": "arrears"}),
            ({"date_start": date(2026, 3, 1)}, {}),
            ({}, {"price_unit": 0.0}),
        ):
            with self.subTest(values=values, item=item):
                contract = self._draft([item], **values)
                prepayment = self._ask(contract)
                self.assertMoney(prepayment.amount, "0.00")
                self.assertTrue(prepayment._asks_means_only())
                transaction = self._pay(prepayment)
                self.assertEqual(transaction.operation, "validation")
                self.assertEqual((contract.state, prepayment.state), ("active", "done"))
                self.assertEqual(contract.payment_token_id, transaction.token_id)
                self.assertFalse(prepayment.payment_ids)
                self.assertMoney(sum(contract.invoice_ids.mapped("amount_total")), "0.00")

    def test_never_ahead(self):
        """A year by the month: the first month alone is billed."""
        contract = self._draft(
            [{"price_unit": 10.0}, {"price_unit": 250.0, "billing_type": "one_shot"}]
        )
        prepayment = self._ask(contract)
        self.assertMoney(prepayment.amount, "312.00")
        self._pay(prepayment)
        self.assertStarted(contract, "312.00")

    def test_past_months_are_due_at_the_start(self):
        contract = self._draft()
        day = date(2026, 3, 15)
        prepayment = self._ask(contract, day)
        self.assertMoney(prepayment.amount, "360.00")
        self._pay(prepayment, day)
        self.assertEqual(contract.state, "active")
        self.assertMoney(sum(contract.invoice_ids.mapped("amount_total")), "360.00")
        for move in contract.invoice_ids:
            self.assertPaid(move)

    def test_the_worked_figure(self):
        """As docs/payments.md tells it: asked for 180.00, billed 300.00, 120.00 open."""
        items = [{}, {"price_unit": 50.0, "billing_type": "one_shot"}]
        contract = self._draft(items, collection_mode="manual")
        prepayment = self._ask(contract, date(2026, 1, 31))
        self.assertMoney(prepayment.amount, "180.00")
        transaction = self._pay(prepayment, date(2026, 1, 31), "pending")
        self._told(transaction, day=date(2026, 2, 2))
        self.assertEqual(contract.state, "active")
        self.assertMoney(sum(contract.invoice_ids.mapped("amount_total")), "300.00")
        self.assertMoney(self._receivable(contract), "120.00")
        dearer = self._draft(items, collection_mode="manual")
        prepayment = self._ask(dearer, date(2026, 1, 31))
        transaction = self._pay(prepayment, date(2026, 1, 31), "pending")
        dearer.item_ids[0].price_unit = 110.0
        self._told(transaction, day=date(2026, 2, 2))
        self.assertEqual((dearer.state, prepayment.state), ("draft", "paid"))
        self.assertMoney(prepayment.credit_left, "180.00")

    # === OTHER CURRENCIES, COMPANIES, PAYERS === #

    def test_a_foreign_currency(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": usd.id, "name": "2026-01-01", "rate": 1.25}
        )
        contract = self._draft(currency_id=usd.id)
        prepayment = self._ask(contract)
        self.assertEqual(prepayment.currency_id, usd)
        transaction = self._pay(prepayment)
        self.assertEqual(transaction.currency_id, usd)
        self.assertStarted(contract)
        self.assertEqual(contract.invoice_ids.currency_id, usd)
        self.assertMoney(self._receivable(contract), "0.00")

    def test_a_reseller_pays(self):
        reseller = self.env["res.partner"].create(
            {"name": "Distributeur", "email": "achats@distributeur.example", "is_company": True}
        )
        contract = self._draft(reseller_id=reseller.id)
        before = self.env["mail.mail"].search([])
        prepayment = self._ask(contract)
        mails = self.env["mail.mail"].search([]) - before
        self.assertEqual(mails.recipient_ids, reseller)
        self.assertEqual(prepayment.partner_id, reseller)
        self._pay(prepayment)
        self.assertStarted(contract)
        self.assertEqual(contract.invoice_ids.partner_id, reseller)

    def test_credit_in_a_wallet_stays_for_the_next_invoices(self):
        kind = self.env["cn285.wallet.type"].create({"name": "Prepaid"})
        wallet = self.env["cn285.wallet"].create(
            {"type_id": kind.id, "partner_id": self.customer.id}
        )
        bank = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        contract = self._draft()
        with freeze_time("2026-01-01 09:00:00"):
            wallet.topup(50.0, journal_id=bank.id)
        self._pay(self._ask(contract))
        self.assertStarted(contract)
        self.assertMoney(wallet.balance, "50.00")

    # === BY THE CLERK === #

    def test_means_on_file_are_charged(self):
        self.card.active = True
        self.customer.cn285_payment_token_id = self.card
        contract = self._draft()
        prepayment = self._ask(contract)
        with self._answers("done") as calls, self._on(DAY):
            prepayment.with_user(self.manager).action_charge()
        self.assertEqual(len(calls), 1)
        self.assertStarted(contract)

    def test_means_on_file_refuse(self):
        self.card.active = True
        self.customer.cn285_payment_token_id = self.card
        contract = self._draft()
        prepayment = self._ask(contract)
        with self._answers("insufficient_funds"), self._on(DAY):
            prepayment.with_user(self.manager).action_charge()
        self.assertEqual((prepayment.state, contract.state), ("open", "draft"))
        with self._answers("done"), self._on(DAY):
            prepayment.with_user(self.manager).action_charge()
        self.assertStarted(contract)
        self.assertEqual(len(prepayment.transaction_ids), 2)
        other = self._ask(self._draft())
        with self._answers("lost_card"), self._on(DAY):
            other.with_user(self.manager).action_charge()
        self.assertEqual(self.card.cn285_state, "revoked")
        with self.assertRaisesRegex(UserError, "no means of payment"):
            other.with_user(self.manager).action_charge()

    def test_nobody_answers(self):
        """It is not charged anew: he is asked, and where nobody can say, somebody looks."""
        self.card.active = True
        self.customer.cn285_payment_token_id = self.card
        contract = self._draft()
        prepayment = self._ask(contract)
        with self._answers("timeout") as calls, self._on(DAY):
            prepayment.with_user(self.manager).action_charge()
            self.assertEqual(prepayment.state, "pending")
            with self.assertRaises(UserError):
                prepayment.with_user(self.manager).action_charge()
            self.env["cn285.prepayment"]._cron_prepayments()
            self.assertTrue(prepayment.message)
        self.assertEqual(len(calls), 1)
        with self._on(DAY):
            prepayment.with_user(self.manager).action_was_paid()
        self.assertStarted(contract)

    def test_nobody_answers_and_it_was_not_paid(self):
        self.card.active = True
        self.customer.cn285_payment_token_id = self.card
        contract = self._draft()
        prepayment = self._ask(contract)
        with self._answers("timeout"), self._on(DAY):
            prepayment.with_user(self.manager).action_charge()
            prepayment.with_user(self.manager).action_was_not_paid()
        self.assertEqual((prepayment.state, contract.state), ("open", "draft"))
        self._pay(prepayment)
        self.assertStarted(contract)

    def test_a_transfer_that_was_received(self):
        contract = self._draft(collection_mode="manual")
        prepayment = self._ask(contract)
        with self._on(DAY):
            dialog = (
                self.env["cn285.prepayment.receive"]
                .with_user(self.manager)
                .create({"prepayment_id": prepayment.id})
            )
            self.assertMoney(dialog.amount, "120.00")
            dialog.action_receive()
        self.assertStarted(contract)
        self.assertMoney(self._receivable(contract), "0.00")

    def test_a_transfer_of_less(self):
        contract = self._draft(collection_mode="manual")
        prepayment = self._ask(contract)
        dialogs = self.env["cn285.prepayment.receive"].with_user(self.manager)
        with self._on(DAY):
            dialogs.create({"prepayment_id": prepayment.id, "amount": 100.0}).action_receive()
        self.assertEqual((prepayment.state, contract.state), ("paid", "draft"))
        with self._on(DAY):
            dialogs.create({"prepayment_id": prepayment.id, "amount": 20.0}).action_receive()
        self.assertStarted(contract)

    # === WHAT FAILS === #

    def test_a_contract_that_cannot_be_billed(self):
        """The payment stays; it is told once, and tried again."""
        contract = self._draft()
        prepayment = self._ask(contract)
        transaction = self._begin(prepayment)
        account = self.subscription.product_tmpl_id.get_product_accounts()["income"]
        account.active = False
        self._told(transaction)
        self.assertEqual(prepayment.state, "paid")
        self.assertMoney(self._receivable(contract), "-120.00")
        self.assertEqual(len(contract.activity_ids), 1)
        self._cron(DAY)
        self.assertEqual(len(contract.activity_ids), 1)
        account.active = True
        self._cron(DAY)
        self.assertStarted(contract)

    def test_one_that_fails_leaves_the_others(self):
        bad, good = self._draft(), self._draft()
        for contract in (bad, good):
            self._told(self._begin(self._ask(contract)), jobs=False)
        bad.item_ids.unlink()
        self._cron(DAY)
        self.assertStarted(good)
        self.assertEqual((bad.state, bad.prepayment_ids.state), ("draft", "paid"))
        self.assertIn("no items", bad.prepayment_ids.message)
