"""The start of a run from the screen: at once where little is due, else by a job of its own."""

from odoo import fields, models
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.exceptions import UserError

from ..bulk import CONCURRENCY_ERRORS, commit_batch, persistently
from ..common import in_users_language

# What is prepared while the screen waits: so many rows, items to plan, and what else is looked at.
AT_ONCE = 1_000
# Before the batches of any run.
START_PRIORITY = 9


class BillingRun(models.Model):
    _inherit = "cn285.billing.run"

    def action_run_in_jobs(self):
        """Bill what is due by jobs in the background, a batch each; the screen shows progress.

        Where much is due the batches are cut by a job too: the screen is back within a second.
        """
        for run in self:
            if run._is_ahead():
                run._show_ahead()
                continue
            commit_batch(run.env)
            if run._needs_preparing() and run._start_effort(AT_ONCE) > AT_ONCE:
                persistently(run.env, run._order_start)
            else:
                run._delay_batches(persistently(run.env, run._start))
        return True

    def _needs_preparing(self):
        """Whether batches are still to be cut; otherwise those that are left are taken up."""
        self.ensure_one()
        return self._can_start() and all(batch.state == "done" for batch in self.batch_ids)

    def _can_start(self):
        return self.state in ("draft", "running", "partial")

    def _check_can_start(self):
        """:raises UserError: when the run was done or cancelled already"""
        if not self._can_start():
            raise UserError(
                self.env._("Billing run %s is over: make a new one to bill what is due.", self.name)
            )

    def _start_effort(self, limit):
        """Hook: how many records the steps before this run look at.

        :param limit: no more need to be counted
        """
        self.ensure_one()
        # sudo: it is only counted, to know how long preparing the run will take.
        run = self.sudo()
        rows = run.env["cn285.billing.schedule"].search_count(run._domain_to_cut(), limit=limit + 1)
        if rows > limit:
            return rows
        return rows + run.env["cn285.contract.item"].search_count(
            [
                ("company_id", "=", run.company_id.id),
                ("state", "in", ("active", "paused", "suspended")),
                ("planned_until", "<=", run.date),
            ],
            limit=limit + 1,
        )

    def _order_start(self):
        """Take the run into state ``running``, and have a job cut its batches."""
        self.ensure_one()
        self.check_access("write")
        self._check_not_ahead()
        self._check_can_start()
        if self.state != "running":
            started = self.date_started or fields.Datetime.now()
            self._write_inside(
                {"state": "running", "date_started": started, "date_finished": False}
            )
        self.with_delay(
            channel="root.billing",
            priority=START_PRIORITY,
            description=self.env._("%s: prepare what is due", self.name),
            identity_key=f"cn285.billing.run.start-{self.id}",
        )._job_start()

    def _job_start(self):
        """Job: do what comes before the run, and order its batches, in one transaction.

        Safe to run again: batches that were cut are taken up, and have one job each.
        """
        self.ensure_one()
        self = in_users_language(self.with_company(self.company_id))
        if not self.exists() or self.state != "running":
            return self.env._("Nothing to do: the run is over.")
        try:
            batches = self._start()
        except CONCURRENCY_ERRORS as error:
            message = self.env._("Another process is at what comes before this run; it waits.")
            raise RetryableJobError(message, seconds=10, ignore_retry=True) from error
        self._delay_batches(batches)
        return self.env._("%s batches", len(batches))

    def _give_up_start(self):
        """The job that prepares these runs failed for good or was cancelled: they can be started.

        What it had done was rolled back.
        """
        for run in self:
            if run.state == "running" and not run.batch_ids:
                run._write_inside({"state": "draft"})
                run.message_post(
                    body=self.env._(
                        "What is due could not be prepared; see the job “%s: prepare what is due”.",
                        run.name,
                    )
                )
