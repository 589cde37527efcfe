"""Billing what usage has triggered: directly after an ingest, and by a scheduled action."""

import logging
from datetime import timedelta
from functools import partial

from odoo import SUPERUSER_ID, api, fields, models
from odoo.addons.cn285_contract.models.bulk import (
    CONCURRENCY_ERRORS,
    in_one_transaction,
    persistently,
)
from odoo.addons.cn285_contract.models.common import in_users_language
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.fields import Domain
from odoo.modules.registry import Registry

from ..rating.first_unrated import AT_ONCE

_logger = logging.getLogger(__name__)

# How long a job waits for its turn.
TURN_SECONDS = 10
# How long the rows of a run that is still running are left to it.
PATIENCE = timedelta(hours=1)


class UsageEvent(models.Model):
    _inherit = "cn285.usage.event"

    @api.model
    def _order_triggers(self, ingest):
        """Have what these events trigger billed soon: a job, ordered when they are committed.

        The ingest neither waits for it nor fails with it; events whose job was not ordered are
        found by the scheduled action.
        """
        company = ingest.company_id
        commit = self.env.cr.postcommit
        ordered = commit.data.setdefault("cn285_usage_triggers", set())
        if company.id not in ordered and self.env["cn285.contract.item"]._has_triggers(company):
            ordered.add(company.id)
            commit.add(partial(order_triggers, self.env.cr.dbname, company.id))


def order_triggers(database, company_id):
    """Order the job that looks for what usage of a company triggers, unless one waits already.

    In a transaction of its own: a job that has not started yet will see all that is committed.
    """
    try:
        with Registry(database).cursor() as cr:
            # As the system: who sends events has no right to bill.
            env = api.Environment(cr, SUPERUSER_ID, {})
            runs = env["cn285.billing.run"]
            runs.with_delay(
                channel="root.billing",
                priority=5,
                description=env._("Bill what usage triggers"),
                identity_key=f"cn285.usage.triggers-{company_id}",
            )._job_trigger_usage(company_id)
    except Exception:  # the events are committed: nothing that happens here may undo that
        _logger.warning("No job was ordered for what usage triggers", exc_info=True)


class BillingRunIssue(models.Model):
    _inherit = "cn285.billing.run.issue"

    kind = fields.Selection(
        selection_add=[("usage", "Usage Missing"), ("mail",)], ondelete={"usage": "cascade"}
    )


class BillingRun(models.Model):
    _inherit = "cn285.billing.run"

    usage_trigger = fields.Boolean(
        string="Triggered by Usage",
        readonly=True,
        copy=False,
        help="It bills nothing but what usage has triggered: deliveries, thresholds, complete "
        "periods.",
    )

    # === WHAT A RUN BILLS === #

    def _due_domain(self, state="planned"):
        domain = super()._due_domain(state)
        if self.usage_trigger:
            domain &= Domain("kind", "in", AT_ONCE) | (
                Domain("kind", "=", "usage") & Domain("item_id.usage_billing", "=", "complete")
            )
        return domain

    def _plan_triggered(self):
        """Plan what usage has triggered; returns ``{contract: reason}`` of what could not be rated.

        A run that was started by a trigger has looked already.
        """
        if self.usage_trigger:
            return {}
        schedules = self.env["cn285.billing.schedule"]
        _due, failed = schedules._plan_triggered(self.company_id, everything=True)
        return failed

    def _report_missing(self):
        """Report what is incomplete for longer than its item waits; the contract is billed."""
        missing = self._own_contracts(self._missing_usage(self.company_id))
        self.issue_ids.filtered(
            lambda issue: issue.kind == "usage" and issue.contract_id not in missing
        ).state = "solved"
        self._set_aside(missing, kind="usage")

    @api.model
    def _missing_usage(self, company):
        """``{contract: what is missing, a line an item}``"""
        # sudo: who bills a contract may know what it waits for.
        deliveries = self.env["cn285.usage.delivery"].sudo()
        periods = self.env["cn285.billing.schedule"].sudo()._overdue_periods(company)
        texts = {}
        for found in (periods, deliveries._overdue(company)):
            for contract, lines in found.items():
                texts.setdefault(contract.sudo(False), []).extend(lines)
        return {contract: "\n".join(lines) for contract, lines in texts.items()}

    def _compute_issue_count(self):
        result = super()._compute_issue_count()
        groups = self.env["cn285.billing.run.issue"]._read_group(
            [("run_id", "in", self.ids), ("state", "=", "open"), ("kind", "=", "usage")],
            ["run_id"],
            ["__count"],
        )
        for run, count in groups:
            run.issue_count += count
        return result

    # === RUNS THAT USAGE STARTS === #

    @api.model
    def _start_triggered(self, company, everything=False):
        """Start a run for what usage has triggered, in this transaction; its batches are to be run.

        :param everything: see :meth:`cn285.billing.schedule._plan_triggered`; also take up rows
            that an earlier run has left, and report what is missing
        :returns: the run; none where there is nothing to bill, and nothing new to report
        :raises LockError: when another process is at it
        """
        runs = self.with_company(company)
        due, failed = runs.env["cn285.billing.schedule"]._plan_triggered(company, everything)
        news = runs._news(failed, "rating")
        if everything:
            due |= runs._left_over(company)
            news |= runs._news(runs._missing_usage(company), "usage")
        if not due and not news:
            return self.browse()
        run = runs.create(
            {
                "company_id": company.id,
                "date": company._cn285_today(),
                "post": company.cn285_daily_post,
                "usage_trigger": True,
            }
        )
        run._start()
        run._set_aside(failed, kind="rating")
        return run

    @api.model
    def _news(self, reasons, kind):
        """Contracts whose reason is not among the open issues already."""
        contracts = self.env["cn285.contract"].union(*reasons)
        known = self.env["cn285.billing.run.issue"].search(
            [
                ("contract_id", "in", contracts.ids),
                ("kind", "=", kind),
                ("state", "=", "open"),
            ]
        )
        told = {(issue.contract_id, issue.reason) for issue in known}
        return contracts.filtered(lambda contract: (contract, reasons[contract]) not in told)

    @api.model
    def _left_over(self, company):
        """Rows that are due at once and that nobody is about to bill.

        Contracts that were set aside wait for their repair, or for the daily run.
        """
        running = [
            ("company_id", "=", company.id),
            ("usage_trigger", "=", True),
            ("state", "=", "running"),
            ("date_started", ">", fields.Datetime.now() - PATIENCE),
        ]
        schedules = self.env["cn285.billing.schedule"]
        if self.search_count(running, limit=1):
            return schedules
        set_aside = self.env["cn285.billing.run.issue"].search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "open"),
                ("kind", "in", ("billing", "rating")),
            ]
        )
        return schedules.search(
            [
                ("company_id", "=", company.id),
                ("kind", "in", AT_ONCE),
                ("state", "=", "planned"),
                ("billing_date", "<=", company._cn285_today()),
                ("contract_id", "not in", set_aside.contract_id.ids),
            ],
            limit=1,
        )

    def _bill_triggered(self, company, everything=False):
        """Bill what usage has triggered, in this process; returns the run, or none."""
        run = persistently(self.env, partial(self._start_triggered, company, everything))
        for batch in run.batch_ids:
            batch._run_in_process()
        if run:
            persistently(run.env, run._finish)
        return run

    def _order_triggered(self, company, everything=False):
        """As :meth:`_start_triggered`, with a job for each batch, in the same transaction."""
        run = self._start_triggered(company, everything)
        if run:
            run._delay_batches(run.batch_ids)
        return run

    def _job_trigger_usage(self, company_id):
        """Job: start the run of what usage has triggered; its batches are jobs of their own.

        Safe to run again: what was planned is not planned twice.
        """
        self = in_users_language(self)
        try:
            run = self._order_triggered(self.env["res.company"].browse(company_id))
        except CONCURRENCY_ERRORS as error:
            message = self.env._("Somebody else is looking for what usage triggers.")
            raise RetryableJobError(message, seconds=TURN_SECONDS, ignore_retry=True) from error
        return run.name or self.env._("Nothing is triggered.")

    @api.model
    def _cron_usage_triggers(self):
        """Look through every company for what usage has triggered, in jobs.

        It finds also what no job was ordered for, and sets that have become complete by new terms.
        """
        for company in self.env["res.company"]._cn285_daily_companies():
            try:
                persistently(self.env, partial(self._order_triggered, company, True))
            except CONCURRENCY_ERRORS:
                if in_one_transaction():
                    raise
                self.env.cr.rollback()
                _logger.info("Usage of %s is being looked through by another process", company.name)
