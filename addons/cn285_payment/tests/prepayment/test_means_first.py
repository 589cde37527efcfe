"""Means first: the draft is confirmed by itself once its payer can be charged; and post-paid."""

from datetime import date

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import DAY, PrepaymentCase


@tagged("post_install", "-at_install")
class TestMeansFirst(PrepaymentCase):
    def _means_draft(self, **values):
        return self._draft(initiation="means", **values)

    def test_added_by_the_link(self):
        contract = self._means_draft()
        before = self.env["mail.mail"].search([])
        prepayment = self._ask(contract)
        mail = self.env["mail.mail"].search([]) - before
        self.assertEqual(mail.recipient_ids, self.customer)
        self.assertIn(f"/my/prepayments/{prepayment.id}?access_token=", mail.body_html)
        transaction = self._pay(prepayment)
        self.assertEqual(transaction.operation, "validation")
        self.assertEqual((contract.state, prepayment.state), ("active", "done"))
        self.assertEqual(contract.payment_token_id, transaction.token_id)
        # Nothing is billed before its day: the daily run does it.
        self.assertFalse(contract.invoice_ids)
        self._told(transaction)
        self._cron(DAY)
        self.assertEqual(contract.state, "active")

    def test_added_elsewhere(self):
        """Means that the payer keeps in his account count too, at once or by the cron."""
        contract = self._means_draft()
        prepayment = self._ask(contract)
        token = self._token(self.customer)
        self.customer.cn285_payment_token_id = token
        self._cron(DAY)
        self.assertEqual((contract.state, prepayment.state), ("active", "done"))

    def test_there_are_means_already(self):
        self.customer.cn285_payment_token_id = self._token(self.customer)
        contract = self._means_draft()
        with self._on(DAY):
            contract.with_user(self.clerk).action_initiate()
        self.assertEqual(contract.state, "active")
        self.assertFalse(contract.prepayment_ids)

    def test_refused_means_leave_a_draft(self):
        contract = self._means_draft()
        prepayment = self._ask(contract)
        self._pay(prepayment, state="error")
        self.assertEqual((contract.state, prepayment.state), ("draft", "open"))

    def test_others_means_do_not_count(self):
        contract = self._means_draft()
        prepayment = self._ask(contract)
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        stranger.cn285_payment_token_id = self._token(stranger)
        self._cron(DAY)
        self.assertEqual((contract.state, prepayment.state), ("draft", "open"))

    def test_the_next_invoices_are_charged_to_them(self):
        contract = self._means_draft()
        transaction = self._pay(self._ask(contract))
        moves = self._billed(contract)
        self._collect(moves)
        self.assertPaid(moves)
        self.assertEqual(self._attempts(moves).token_id, transaction.token_id)

    def test_a_draft_that_waits_is_not_confirmed(self):
        for initiation, words in (("means", "waits for means"), ("paid", "is paid first")):
            contract = self._draft(initiation=initiation)
            with self.assertRaisesRegex(UserError, words):
                contract.with_user(self.clerk).action_confirm()
            with self.assertRaisesRegex(UserError, words):
                contract.with_user(self.clerk).action_confirm_asking()
            with self.assertRaises(UserError):
                contract.with_context(cn285_begun=True).with_user(self.clerk).action_confirm()

    def test_the_template_hands_it_over(self):
        template = self.env["cn285.contract.template"].create(
            {"name": "Online", "initiation": "paid", "collection_mode": "automatic"}
        )
        contract = self.env["cn285.contract"].create(
            {"partner_id": self.customer.id, "template_id": template.id}
        )
        self.assertEqual(contract.initiation, "paid")
        contract.template_id.initiation = "none"
        self.assertEqual(contract.initiation, "paid")


@tagged("post_install", "-at_install")
class TestBilledAtOnce(PrepaymentCase):
    """Post-paid: confirmed at once, billed at once, collected or asked for."""

    def test_who_has_means_is_charged(self):
        self.customer.cn285_payment_token_id = self._token(self.customer)
        contract = self._draft(initiation="postpaid")
        with self._on(DAY):
            contract.with_user(self.clerk).action_confirm()
        self.assertEqual(len(contract.invoice_ids), 1)
        self.assertPaid(contract.invoice_ids)

    def test_who_has_none_gets_a_link(self):
        contract = self._draft(initiation="postpaid", collection_mode="manual")
        before = self.env["mail.mail"].search([])
        with freeze_time("2026-01-01 09:00:00"), trap_jobs() as trap:
            contract.with_user(self.clerk).action_confirm()
            self._perform(trap)
            contract._job_bill_start()
        self.assertEqual(len(contract.invoice_ids), 1)
        self.assertMoney(contract.invoice_ids.amount_residual, "120.00")
        mails = self.env["mail.mail"].search([]) - before
        self.assertEqual(mails.recipient_ids, self.customer)
        self.assertEqual(len(mails), 1)

    def test_nothing_is_due_yet(self):
        contract = self._draft(initiation="postpaid", date_start=date(2026, 2, 1))
        with self._on(DAY):
            contract.with_user(self.clerk).action_confirm()
        self.assertEqual(contract.state, "active")
        self.assertFalse(contract.invoice_ids)
