from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.addons.queue_job.job import Job
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ...models.billing import billing_run_start
from ..common import ContractCase

DAY = date(2026, 1, 15)


@tagged("post_install", "-at_install")
@freeze_time("2026-06-15 10:00:00")
class TestBillingRunStart(ContractCase):
    """Where much is due the screen does not wait: a job cuts the batches."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.cn285_batch_size = 1
        cls.contracts = cls._create_contract() | cls._create_contract(
            partner_id=cls.company.partner_id.copy().id
        )
        cls.manager = new_test_user(
            cls.env, "start", "base.group_user,cn285_contract.group_billing_manager"
        )

    def setUp(self):
        super().setUp()
        self.enterContext(patch.object(billing_run_start, "AT_ONCE", 1))

    def _started(self):
        run = self.env["cn285.billing.run"].with_user(self.manager).create({"date": DAY})
        last = self.env["queue.job"].search([], order="id desc", limit=1).id or 0
        with patch.object(type(run), "_prepare_due_rows", side_effect=AssertionError):
            run.action_run_in_jobs()
        return run, self.env["queue.job"].search([("id", ">", last)])

    def _perform(self, record):
        job = Job.load(self.env, record.uuid)
        result = job.perform()
        job.set_done()
        job.store()
        self.env.flush_all()
        return result

    def test_a_job_cuts_the_batches_and_orders_theirs(self):
        run, starting = self._started()
        self.assertEqual((starting.method_name, starting.user_id), ("_job_start", self.manager))
        self.assertEqual((run.state, run.batch_count, run.progress), ("running", 0, 0.0))
        self.assertFalse(run.invoice_ids)
        self._perform(starting)
        jobs = self.env["queue.job"].search([("id", ">", starting.id)], order="priority, id")
        self.assertEqual(jobs.mapped("method_name"), ["_job_run", "_job_run", "_job_finish"])
        self.assertEqual((run.batch_count, run.batch_done), (2, 0))
        for record in jobs.filtered(lambda job: job.method_name == "_job_run"):
            self._perform(record)
        self._perform(jobs.filtered(lambda job: job.method_name == "_job_finish"))
        self.assertEqual((run.state, run.invoice_count, run.progress), ("done", 2, 100.0))
        self.assertMoney(run.amount_untaxed, "200.00")

    def test_pressed_again_it_is_prepared_once(self):
        run, starting = self._started()
        run.action_run_in_jobs()
        again = self.env["queue.job"].search([("id", ">=", starting.id)])
        self.assertEqual(again, starting)
        self._perform(starting)
        self._perform(starting)
        self.assertEqual(run.batch_count, 2)
        batch_jobs = self.env["queue.job"].search([("method_name", "=", "_job_run")])
        self.assertEqual(len(batch_jobs.filtered(lambda job: job.records in run.batch_ids)), 2)

    def test_cancelled_before_it_is_prepared(self):
        run, starting = self._started()
        run.action_cancel()
        self._perform(starting)
        self.assertEqual((run.state, run.batch_count), ("cancelled", 0))
        self.assertFalse(self.contracts.invoice_ids)

    def test_a_start_that_fails_can_be_made_again(self):
        run, starting = self._started()
        job = Job.load(self.env, starting.uuid)
        job.set_failed(exc_name="MemoryError", exc_message="gone")
        job.store()
        self.assertEqual(run.state, "draft")
        self.assertIn("could not be prepared", run.message_ids[0].body)
        run.action_run()
        self.assertEqual((run.state, run.invoice_count), ("done", 2))

    def test_what_is_little_is_prepared_at_once(self):
        run = self.env["cn285.billing.run"].create(
            {"date": DAY, "contract_ids": [(4, self.contracts[0].id)]}
        )
        with trap_jobs() as trap:
            run.action_run_in_jobs()
            self.assertEqual(
                sorted(job.method_name for job in trap.enqueued_jobs), ["_job_finish", "_job_run"]
            )

    def test_a_run_that_is_over_is_not_started_again(self):
        run = self._bill(DAY)
        with self.assertRaises(UserError):
            run._order_start()
        with self.assertRaises(UserError):
            run.action_run_in_jobs()
