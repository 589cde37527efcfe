import logging
import time
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from odoo import SUPERUSER_ID, api, models
from odoo.addons.cn285_contract.models.bulk import (
    CONCURRENCY_ERRORS,
    commit_batch,
    one_transaction,
)
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.job import Job
from odoo.fields import Domain

from .journey import no_commits, on_journey

_logger = logging.getLogger(__name__)

# Days that pass within so many seconds are committed together.
COMMIT_SECONDS = 5.0


@dataclass
class Agenda:
    """What is to be run on the days of a journey, and what was tried on the day at hand.

    ``crons`` are ids with their rhythms, in order; ``functions`` are ids of the job functions of
    the same addons, whose jobs are run although they were ordered before. ``first_job`` and
    ``first_job_today`` are the last ids of before the journey and of before the day.
    """

    crons: list
    functions: list
    first_job: int
    first_job_today: int = 0
    tried_jobs: set = field(default_factory=set)


class TimeTravel(models.Model):
    """How a day passes: the scheduled actions that are due on it, and the jobs that they order."""

    _inherit = "cn285.time.travel"

    def _pass_days(self, today):
        """Let some days pass, in one transaction that the caller commits; returns the last one.

        One at least, however slow the machine is.
        """
        started, first = time.monotonic(), today
        agenda = self._agenda()
        with (
            one_transaction(),
            no_commits(self.env.cr),
            on_journey(self.company_id) as journey,
        ):
            while today < self.date_to and (
                today == first or time.monotonic() - started < COMMIT_SECONDS
            ):
                today += timedelta(days=1)
                self._pass_day(today, agenda)
                held = journey.take_held()
                if held:
                    self._note(today, "mail", held)
        return today

    def _agenda(self):
        """What is to be run: read once for many days."""
        # sudo: what the scheduler runs by itself, in a test database, for a billing manager.
        crons = self.env["ir.cron"].sudo()
        addons = crons._cn285_addons() - {"cn285_time_travel"}
        functions = self.env["ir.model.data"].sudo()
        functions = functions.search(
            [("model", "=", "queue.job.function"), ("module", "in", list(addons))]
        )
        return Agenda(
            crons=[
                (cron.id, cron._cn285_rhythm(self.company_id))
                for cron in crons._cn285_of_journeys()
            ],
            functions=functions.mapped("res_id"),
            first_job=self._last_job(),
        )

    def _pass_day(self, day, agenda):
        """Let one day come: the clock shows it, and the scheduled actions of that day are run.

        Each is followed by the jobs that it ordered. What fails is noted, and the others go on.
        """
        # sudo: a clock that only tests have, moved for a billing manager.
        self.company_id.sudo().cn285_clock_date = day
        agenda.first_job_today, agenda.tried_jobs = self._last_job(), set()
        for cron_id, rhythm in agenda.crons:
            if rhythm.is_due(day):
                # sudo: see _agenda.
                cron = self.env["ir.cron"].sudo().browse(cron_id)
                self._apart(day, cron.name, partial(self._run_cron, cron))
                self._run_jobs(day, agenda)
        commit_batch(self.env)

    def _run_cron(self, cron):
        """Run the action as the scheduler does: as its user, with a context of its own."""
        env = api.Environment(
            self.env.cr, cron.user_id.id, {"allowed_company_ids": self.company_id.ids}
        )
        env["ir.actions.server"].browse(cron.ir_actions_server_id.id).run()
        env.flush_all()

    def _apart(self, day, name, step):
        """Do a step; one that fails leaves nothing but a note of the reason.

        :returns: the error, None where there was none
        :raises: one of ``CONCURRENCY_ERRORS``, for the days to be done again
        """
        try:
            with self.env.cr.savepoint():
                step()
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:  # whatever one action does must not keep the others from theirs
            _logger.warning("Time travel: %s failed on %s", name, day, exc_info=True)
            self._note(day, "failed", reason=f"{name}: {error}")
            return error
        return None

    # === JOBS === #

    def _last_job(self):
        # sudo: the queue is the administrators'; here only a number is read.
        return self.env["queue.job"].sudo().search([], order="id desc", limit=1).id or 0

    def _run_jobs(self, day, agenda):
        """Run the jobs that wait, also those that they order in turn, each once on a day."""
        while jobs := self._waiting_jobs(agenda):
            for record in jobs:
                agenda.tried_jobs.add(record.id)
                self._run_job(day, record)

    def _waiting_jobs(self, agenda):
        """Jobs that a runner would take now; those that are to wait for hours wait for a day."""
        company = Domain("company_id", "in", [self.company_id.id, False])
        ordered = Domain("id", ">", agenda.first_job)
        ordered |= Domain("job_function_id", "in", agenda.functions)
        now = Domain("eta", "=", False) | Domain("id", "<=", agenda.first_job_today)
        waiting = Domain("state", "=", "pending") & Domain("id", "not in", list(agenda.tried_jobs))
        # sudo: jobs of scheduled actions are the scheduler's too, see _agenda.
        jobs = self.env["queue.job"].sudo()
        return jobs.search(waiting & company & ordered & now, order="priority, id")

    def _run_job(self, day, record):
        """Run one job as its runner does, in this transaction.

        One that is to be tried again is tried on the next day; one that fails is marked so.
        """
        if not record.try_lock_for_update():
            return
        env = api.Environment(self.env.cr, SUPERUSER_ID, {})
        job = Job.load(env, record.uuid)
        postponed = []

        def perform():
            try:
                with self.env.cr.savepoint():
                    # Not Job.perform(): it gives jobs that may commit another transaction.
                    job.result = job.func(*job.args, **job.kwargs)
            except RetryableJobError as error:
                if isinstance(error.__cause__, CONCURRENCY_ERRORS):
                    raise error.__cause__ from error
                postponed.append(error)

        error = self._apart(day, job.description, perform)
        if error:
            failure = {"exc_name": type(error).__name__, "exc_message": str(error)}
            job.set_failed(**failure, exc_info=str(error))
            job.store()
            job.on_fail(failure)
        elif postponed:
            job.postpone(result=str(postponed[0]), seconds=postponed[0].seconds)
            job.set_pending(reset_retry=False)
            job.store()
        else:
            job.set_done()
            job.store()
            env.flush_all()
            if job.should_check_dependents():
                job.enqueue_waiting()
