from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

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

    def test_a_clerk_mails_what_addons_note_on_contacts(self):
        """Whether a contact is on Peppol is written there by who sends: no right of a clerk's."""
        self._create_contract(sending="email")
        run, _jobs = self._run()
        clerk = new_test_user(
            self.env,
            "mailing clerk",
            "cn285_contract.group_billing_manager,account.group_account_invoice",
        )
        sender = type(self.env["account.move.send"])
        ordinary = sender._get_default_sending_methods

        def note(self, move):
            move.partner_id.comment = "is on no network"
            return ordinary(self, move)

        self.customer.write({"is_company": True, "vat": "FR92999699713"})
        with patch.object(sender, "_get_default_sending_methods", note):
            run.with_user(clerk)._job_send(run.invoice_ids.ids)
        self.assertEqual(run.issue_ids.mapped("reason"), [])
        self.assertIn("no network", self.customer.comment)
        message = run.invoice_ids.message_ids.filtered(lambda one: self.customer in one.partner_ids)
        self.assertEqual(message.create_uid, clerk)
        reader = new_test_user(self.env, "reading clerk", "cn285_contract.group_contract_user")
        with self.assertRaises(AccessError):
            run.with_user(reader)._mail(run.invoice_ids.with_user(reader))

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
