from odoo import fields, models
from odoo.addons.queue_job.delay import group
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...engine.batches import cut, parsed
from ..bulk import CONCURRENCY_ERRORS, commit_batch, persistently
from ..common import in_users_language

# Of the jobs of a run: its first batch, each later one a step behind it; the mails follow them all.
FIRST_PRIORITY = 10
MAIL_PRIORITY = 10_000
# How long the job that closes a run without a batch that failed sleeps between two looks.
FINISH_POLL_SECONDS = 5


class BillingRunBatch(models.Model):
    """A share of a billing run: invoices that are made, posted and committed together.

    Each job writes its own batch only, so that jobs do not wait for one another.
    """

    _name = "cn285.billing.run.batch"
    _description = "Billing Run Batch"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "run_id, number"
    _rec_name = "number"

    run_id = fields.Many2one(
        "cn285.billing.run", string="Billing Run", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="run_id.company_id", store=True)
    number = fields.Integer(required=True, readonly=True)
    keys = fields.Json(
        readonly=True,
        help="Which invoices are made here, as far as their payers and contracts tell.",
    )
    contract_ids = fields.Json(
        readonly=True, help="Contracts to which a repair is limited; empty: all."
    )
    state = fields.Selection(
        [("pending", "Pending"), ("done", "Done"), ("failed", "Failed")],
        default="pending",
        required=True,
        readonly=True,
    )
    invoice_count = fields.Integer(readonly=True)

    _pending_idx = models.Index("(run_id) WHERE state = 'pending'")

    def _parsed_keys(self):
        """The batch's list of :class:`BatchKey`."""
        self.ensure_one()
        return [parsed(key) for key in self.keys]

    def _run(self):
        """Bill this batch in the current transaction and order the sending of its invoices.

        :raises LockError: when another process is at this batch
        """
        self.ensure_one()
        self.lock_for_update(allow_referencing=True)
        if self.state == "done":
            return self.env["account.move"]
        moves = self.run_id._run_batch(self._parsed_keys(), self.contract_ids)
        self._write_inside({"state": "done", "invoice_count": len(moves)})
        self.run_id._send_invoices(moves)
        self.run_id._tell_progress()
        return moves

    def _run_in_process(self):
        """Run the batch and commit it; wait and try again behind another process."""
        self.ensure_one()
        persistently(self.env, self._run)

    def _give_up(self):
        """The job of these batches failed for good or was cancelled: close the run without them."""
        lost = self.filtered(lambda batch: batch.state == "pending")
        lost._write_inside({"state": "failed"})
        lost.run_id._tell_progress()
        for run in lost.run_id.filtered(lambda run: run.state == "running"):
            run.with_delay(
                channel="root",
                priority=20,
                description=self.env._("%s: close the run", run.name),
                identity_key=f"cn285.billing.run.finish-{run.id}",
            )._job_finish()

    def _job_run(self):
        """Job: bill this batch. Safe to run again: rows that are billed already are not due."""
        self.ensure_one()
        self = in_users_language(self)
        if not self.exists() or self.state == "done" or self.run_id.state != "running":
            return self.env._("Nothing to do: the batch is done or the run is over.")
        try:
            moves = self._run()
        except CONCURRENCY_ERRORS as error:
            message = self.env._("Another process bills the same rows; this batch waits.")
            raise RetryableJobError(message, seconds=10, ignore_retry=True) from error
        return self.env._("%s invoices", len(moves))


class BillingRun(models.Model):
    """A run in this process or in jobs: batches, progress, the end."""

    _inherit = "cn285.billing.run"

    batch_ids = fields.One2many(
        "cn285.billing.run.batch", "run_id", string="Batches", copy=False, readonly=True
    )

    def action_run(self):
        """Bill what is due, in this process: plans, invoices, posts, batch after batch.

        Each batch is committed before the next one starts (not inside a test), so a run that is
        killed loses at most the batch it was at; running again takes up what is left, once.

        Up to a day to come it is a preview: see :meth:`_is_ahead`.

        :raises UserError: when the run was done or cancelled already
        """
        for run in self:
            if run._is_ahead():
                run._show_ahead()
                continue
            commit_batch(run.env)
            for batch in persistently(run.env, run._start):
                batch._run_in_process()
            persistently(run.env, run._finish)
        return True

    def _delay_batches(self, batches):
        """Order a job for each batch of a started run, and one after them all that closes it.

        Batches go by their numbers, and so by invoice date: the jobs of a graph have no order of
        their own, so each has its priority.
        """
        self.ensure_one()
        closing = self.delayable(
            channel="root", priority=20, description=self.env._("%s: close the run", self.name)
        )._job_finish()
        jobs = [
            batch.delayable(
                channel="root.billing",
                priority=FIRST_PRIORITY + place,
                description=self.env._(
                    "%(run)s: batch %(number)s", run=self.name, number=batch.number
                ),
                identity_key=f"cn285.billing.run.batch-{batch.id}",
            )._job_run()
            for place, batch in enumerate(batches.sorted("number"))
        ]
        if jobs:
            group(*jobs).on_done(closing).delay()
        else:
            closing.delay()

    def action_retry_errors(self):
        """Bill again just the contracts that were set aside, and send what was not sent.

        :raises UserError: when nothing was set aside
        """
        self._check_not_ahead()
        for run in self:
            run._retry_errors()
        return True

    def _start(self):
        """Take the run into state ``running`` and cut its batches.

        A run that was killed is ``running`` already, and so is one that another process is at: the
        batches that are not done are taken up again.

        :returns: the batches to run
        """
        self.ensure_one()
        self._check_not_ahead()
        self._check_can_start()
        batches = self.batch_ids.filtered(lambda batch: batch.state != "done")
        if not batches:
            self._prepare_due_rows()
            batches = self._create_batches(self._batches())
        # Written only where it changes: another process may be at this run.
        failed = batches.filtered(lambda batch: batch.state == "failed")
        failed._write_inside({"state": "pending"})
        if self.state != "running":
            started = self.date_started or fields.Datetime.now()
            self._write_inside(
                {"state": "running", "date_started": started, "date_finished": False}
            )
        return batches

    def _create_batches(self, batches, contracts=None):
        first = max(self.batch_ids.mapped("number"), default=0) + 1
        made = (
            self.env["cn285.billing.run.batch"]
            ._inside()
            .create(
                [
                    {
                        "run_id": self.id,
                        "number": number,
                        "keys": [key.as_data() for key in batch],
                        "contract_ids": contracts.ids if contracts else False,
                    }
                    for number, batch in enumerate(batches, start=first)
                ]
            )
        )
        return made.with_env(self.env)

    def _finish(self):
        """Close a running run: done, or done with errors where something was set aside."""
        self.ensure_one()
        if self.state != "running":
            return
        open_issues = self.issue_ids.filtered(lambda issue: issue.state == "open")
        failed = self.batch_ids.filtered(lambda batch: batch.state == "failed")
        self._write_inside(
            {
                "state": "partial" if open_issues or failed else "done",
                "date_finished": fields.Datetime.now(),
            }
        )
        self._keep_results()
        self._tell_progress()

    def _job_finish(self):
        """Job: close the run; where a batch was given up, when the others are done."""
        self.ensure_one()
        if self._is_at_work():
            raise RetryableJobError(
                self.env._("Batches are still at work."),
                seconds=FINISH_POLL_SECONDS,
                ignore_retry=True,
            )
        self._finish()

    def _is_at_work(self):
        """Whether a batch is still to be done: one look into an index, however many there are."""
        self.ensure_one()
        pending = [("run_id", "=", self.id), ("state", "=", "pending")]
        return bool(self.env["cn285.billing.run.batch"].search(pending, limit=1))

    def _close_left_running(self):
        """Close runs whose last batch is done and whose closing job got lost with its process."""
        left = self.search(
            [
                ("state", "=", "running"),
                ("batch_ids", "!=", False),
                ("batch_ids", "not any", [("state", "=", "pending")]),
            ]
        )
        for run in left:
            run._finish()
        self._keep_missing_results()

    def _retry_errors(self):
        self.ensure_one()
        issues = self.issue_ids.filtered(lambda issue: issue.state == "open")
        if not issues:
            raise UserError(self.env._("Nothing was set aside in billing run %s.", self.name))
        self._prepare_due_rows()
        contracts = issues.filtered(lambda issue: issue.kind != "mail").contract_id
        rows = self.env["cn285.billing.schedule"].search(
            self._domain_to_cut() & Domain("contract_id", "in", contracts.ids)
        )
        keys = cut(self._row_keys(rows), self.company_id.cn285_batch_size)
        self._write_inside({"state": "running"})
        batches = self._create_batches(keys, contracts)
        commit_batch(self.env)
        for batch in batches:
            batch._run_in_process()
        issues.filtered(lambda issue: issue.kind == "mail")._retry_mail()
        persistently(self.env, self._finish)


class QueueJob(models.Model):
    _inherit = "queue.job"

    def write(self, vals):
        """A job that fails or is cancelled never releases the one that closes its run."""
        result = super().write(vals)
        if vals.get("state") in ("failed", "cancelled"):
            for job in self:
                # sudo: whoever may end jobs need not be a billing manager; the run only learns it.
                records = job.records.sudo().exists()
                if (job.model_name, job.method_name) == ("cn285.billing.run.batch", "_job_run"):
                    records._give_up()
                elif (job.model_name, job.method_name) == ("cn285.billing.run", "_job_start"):
                    records._give_up_start()
        return result
