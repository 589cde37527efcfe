from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import ContractCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestSending(ContractCase):
    """Invoices leave as their contract says; a mail that fails never undoes an invoice."""

    def _run(self):
        run = self.env["cn285.billing.run"].create({"date": date(2026, 1, 15)})
        with trap_jobs() as trap:
            run.action_run()
        return run, trap.enqueued_jobs

    def test_only_contracts_that_ask_for_it_are_mailed(self):
        self._create_contract()
        _run, jobs = self._run()
        self.assertFalse(jobs)

    def test_invoices_are_mailed_by_odoos_own_sending(self):
        self._create_contract(sending="email")
        run, jobs = self._run()
        self.assertEqual(len(jobs), 1)
        self.assertEqual(run.invoice_ids.state, "posted")
        self.assertFalse(run.invoice_ids.is_move_sent)
        jobs[0].perform()
        self.assertTrue(run.invoice_ids.is_move_sent)
        mails = self.env["mail.message"].search(
            [
                ("model", "=", "account.move"),
                ("res_id", "=", run.invoice_ids.id),
                ("message_type", "!=", "notification"),
            ]
        )
        self.assertEqual(mails.notified_partner_ids, self.customer)
        self.assertEqual((run.state, run.mail_error_count), ("done", 0))
        jobs[0].perform()
        self.assertEqual(len(mails.exists()), 1, "a job that runs again mails nothing twice")

    def test_customer_without_address_shows_on_the_run(self):
        self.customer.email = False
        self._create_contract(sending="email")
        run, jobs = self._run()
        jobs[0].perform()
        self.assertEqual(run.invoice_ids.state, "posted")
        self.assertEqual((run.state, run.mail_error_count, run.issue_count), ("partial", 1, 0))
        self.assertRegex(run.issue_ids.reason, "Boulangerie Martin has no e-mail address")
        self.customer.email = "compta@boulangerie-martin.example"
        run.action_retry_errors()
        self.assertEqual((run.state, run.mail_error_count), ("done", 0))
        self.assertTrue(run.invoice_ids.is_move_sent)

    def test_mail_that_fails_leaves_the_invoice_posted(self):
        self._create_contract(sending="email")
        run, jobs = self._run()
        sender = type(self.env["account.move.send"])

        def fail(self, moves, **kwargs):
            raise UserError(self.env._("The mail server is away."))

        with patch.object(sender, "_generate_and_send_invoices", fail):
            jobs[0].perform()
            jobs[0].perform()
        self.assertEqual(run.invoice_ids.state, "posted")
        self.assertEqual(run.mail_error_count, 1, "one issue, however often it fails")
        self.assertRegex(run.issue_ids.reason, "INV/2026/.*The mail server is away")
