from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_contract.tests.common import ContractCase
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged

from ..models.held_mail import SEND_ANYWAY
from ..models.journey import on_journey


@tagged("post_install", "-at_install")
@freeze_time("2025-11-20 09:00:00")
class TestHeldMail(ContractCase):
    """In a test of the future no customer is written to, and what would have been is proven."""

    def _mark(self):
        self.company._cn285_mark_test_database()
        # What is written to who does not pay is held in the same way, and not counted here.
        if "cn285_dunning" in self.company._fields:
            self.company.cn285_dunning = False

    def _mail(self, **vals):
        vals = {"subject": "Hello", "email_to": "someone@example.com", **vals}
        return self.env["mail.mail"].create(vals)

    def _mails(self):
        return self.env["mail.mail"].search([("id", ">", self.last_mail)])

    def _travel(self, to):
        self.last_mail = self.env["mail.mail"].search([], order="id desc", limit=1).id or 0
        travel = self.env["cn285.time.travel"].create({"date_to": to})
        travel.action_travel()
        return travel

    def test_jobs_that_would_mail_invoices_are_cancelled(self):
        self._mark()
        self.env["ir.config_parameter"].set_param(SEND_ANYWAY, "1")
        contract = self._create_contract(sending="email", date_start=date(2025, 11, 21))
        last = self.env["queue.job"].search([], order="id desc", limit=1).id or 0
        travel = self._travel(date(2025, 12, 31))
        jobs = self.env["queue.job"].search([("id", ">", last), ("method_name", "=", "_job_send")])
        self.assertEqual(set(jobs.mapped("state")), {"cancelled"})
        self.assertIn("time travel", jobs[0].result)
        held = travel.line_ids.filtered(lambda line: line.kind == "mail")
        self.assertEqual(sum(held.mapped("count")), len(contract.invoice_ids))
        self.assertTrue(contract.invoice_ids)
        self.assertFalse(self._mails())

    def test_a_job_that_runs_within_a_journey_mails_nothing(self):
        self._mark()
        contract = self._create_contract(sending="email", date_start=date(2025, 11, 21))
        self.company.cn285_clock_date = date(2025, 11, 30)
        self.last_mail = self.env["mail.mail"].search([], order="id desc", limit=1).id or 0
        run = self.env["cn285.billing.run"].create({"date": date(2025, 11, 30)})
        with on_journey(self.company) as journey:
            run.with_context(queue_job__no_delay=True).action_run()
            self.assertTrue(journey.take_held())
        self.assertTrue(contract.invoice_ids.is_move_sent)
        self.assertEqual(set(self._mails().mapped("state")), {"cancel"})

    def test_a_test_database_writes_to_nobody(self):
        queued = self._mail()
        self.assertEqual((queued.state, queued.cn285_held), ("outgoing", False))
        self._mark()
        fresh = self._mail()
        self.assertEqual(fresh.state, "cancel")
        self.assertIn("marked as a test", fresh.failure_reason)
        self.env["mail.mail"].process_email_queue((queued | fresh).ids)
        self.assertEqual((queued.state, queued.cn285_held), ("cancel", True))
        self.assertFalse((queued | fresh).filtered(lambda mail: mail.state == "sent"))

    def test_jobs_after_a_journey_mail_nothing_either(self):
        self._mark()
        self._create_contract(sending="email", date_start=date(2025, 11, 1))
        run = self.env["cn285.billing.run"].create({"date": date(2025, 11, 20)})
        with trap_jobs() as trap:
            run.action_run()
        self.last_mail = self.env["mail.mail"].search([], order="id desc", limit=1).id or 0
        trap.perform_enqueued_jobs()
        self.assertTrue(run.invoice_ids.is_move_sent)
        self.assertEqual(set(self._mails().mapped("state")), {"cancel"})

    def test_a_test_database_may_be_allowed_to_send_but_no_journey(self):
        self._mark()
        self.env["res.config.settings"].create(
            {"cn285_test_database": True, "cn285_test_database_mails": True}
        ).execute()
        self.assertEqual(self._mail().state, "outgoing")
        with on_journey(self.company) as journey:
            mail = self._mail()
            self.assertEqual(mail.state, "cancel")
            server, message = self.env["ir.mail_server"], {"Message-Id": "<1@test>"}
            self.assertEqual(server.send_email(message), "<1@test>")
            self.assertEqual(journey.take_held(), 2)
            self.assertEqual(journey.take_held(), 0)
        self.assertEqual(self._mail().state, "outgoing")

    def test_production_is_not_concerned(self):
        mail = self._mail()
        self.assertEqual((mail.state, mail.cn285_held), ("outgoing", False))
        self.assertFalse(self.env["mail.mail"]._cn285_is_held())
