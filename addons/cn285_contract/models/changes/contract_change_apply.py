import logging

import psycopg2
from odoo import api, models
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import mute_logger, split_every

from ..bulk import CONCURRENCY_ERRORS, commit_batch
from ..common import in_users_language

_logger = logging.getLogger(__name__)

# Contracts whose due changes are applied, and committed, together.
APPLY_BATCH = 100


class ContractChange(models.Model):
    """How due changes take effect: in order, once, also those missed while the server was down."""

    _inherit = "cn285.contract.change"

    # === WHO STARTS IT === #

    @api.model
    def _due_domain(self, company):
        return Domain(
            [
                ("company_id", "=", company.id),
                ("state", "=", "scheduled"),
                ("date_effective", "<=", company._cn285_today()),
            ]
        )

    @api.model
    def _cron_apply_due(self):
        """Order the jobs that apply what is due in each company, a batch of contracts each."""
        for company in self.env["res.company"]._cn285_daily_companies():
            for contracts in self._due_batches(company):
                self.with_company(company).with_delay(
                    channel="root.changes",
                    description=self.env._("Contract changes of %s", company.name),
                    identity_key=f"cn285.contract.change-{company.id}-{contracts.ids}",
                )._job_apply_due(contracts)

    @api.model
    def _due_batches(self, company, among=Domain.TRUE):
        """Contracts that have something due, in batches; ``among`` a domain of contracts."""
        due = self._due_domain(company)
        if not among.is_true():
            due &= Domain("contract_id", "any", among)
        groups = self._read_group(due, ["contract_id"], order="contract_id")
        contracts = self.env["cn285.contract"]
        for ids in split_every(APPLY_BATCH, [contract.id for (contract,) in groups]):
            yield contracts.browse(ids)

    @api.model
    def _job_apply_due(self, contracts):
        """Job: apply what is due of these contracts. Safe to run again: what is applied is done."""
        self = in_users_language(self)
        try:
            done = self._apply_due(contracts.exists())
        except CONCURRENCY_ERRORS as error:
            message = self.env._("Another process changes the same contracts; this batch waits.")
            raise RetryableJobError(message, seconds=10, ignore_retry=True) from error
        return self.env._("%s changes", len(done))

    @api.model
    def _apply_all_due(self, company, among=Domain.TRUE):
        """Apply all that is due in a company, in this process, committed batch by batch.

        :param among: domain of the contracts concerned
        :raises LockError: when another process changes some of the contracts
        """
        for contracts in list(self._due_batches(company, among)):
            self._apply_due(contracts)
            commit_batch(self.env)

    def _apply_if_due(self):
        """Apply those of these changes that are due, after what was due before them.

        What cannot be applied is raised: somebody is there to read it.
        """
        due = self.filtered(
            lambda change: (
                change.state == "scheduled"
                and change.date_effective <= change.company_id._cn285_today()
            )
        )
        if due:
            self._apply_due(due.contract_id, raising=True)

    # === IN ORDER, ONCE === #

    @api.model
    def _apply_due(self, contracts, raising=False):
        """Apply what is due of these contracts, in order of effect, then of entry.

        Locks the contracts first, so that of two processes the second finds the work done. Changes
        of different contracts are applied together, those of one contract one after the other. A
        change that fails keeps its reason, stays scheduled and holds back the later ones of its
        contract; other contracts go on.

        :returns: the changes applied
        :raises LockError: when another process holds one of the contracts
        """
        # sudo: what was checked and scheduled takes effect, whoever's process applies it.
        contracts = contracts.sudo().sorted("id")
        contracts.lock_for_update()
        contracts.invalidate_recordset()
        done = self.sudo().browse()
        for company, members in contracts.grouped("company_id").items():
            changes = self.sudo().with_company(company)
            tried = changes.browse()
            domain = changes._due_domain(company) & Domain("contract_id", "in", members.ids)
            # What takes effect may plan more that is due: the end of a pause dated back.
            while due := changes.search(domain, order="date_effective, id") - tried:
                # What another process has just applied makes this one start anew, not apply twice.
                due.lock_for_update()
                done |= due._apply_in_waves(raising)
                tried |= due
        return done

    def _apply_in_waves(self, raising):
        """Apply due changes: the first of every contract, then the second, and so on."""
        queues = [list(changes) for changes in self.grouped("contract_id").values()]
        done = self.browse()
        while queues:
            # Of a contract, all of one wave: its first change.
            wave = self.browse().union(*(queue[0] for queue in queues))
            applied = self.browse()
            for kind in wave.grouped("type").values():
                applied |= kind._apply_together(raising)
            done |= applied
            queues = [queue[1:] for queue in queues if queue[0] in applied and queue[1:]]
        return done

    def _apply_together(self, raising=False):
        """Apply changes of one type and different contracts: all in one go, or whichever can be.

        :returns: those that were applied
        """
        if raising:
            self._apply()
            return self
        reason = self._try_apply()
        if not reason:
            return self
        if len(self) == 1:
            self._write_inside({"error": reason})
            return self.browse()
        return self.browse().union(*(change._apply_together() for change in self))

    def _try_apply(self):
        """Apply in a savepoint; what fails leaves nothing behind. Returns the reason, or None."""
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                self._apply()
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:  # whatever one contract's data provoke must stop that one only
            return self._failure(error)
        return None

    def _failure(self, error):
        if isinstance(error, UserError):
            return str(error.args[0]) if error.args else str(error)
        _logger.warning("A contract change failed by an unexpected error", exc_info=error)
        if isinstance(error, psycopg2.Error):
            return self.env._("The database refused the change: %s", error.diag.message_primary)
        return self.env._("Unexpected error: %s", error)

    def _apply(self):
        """Let changes of one type take effect and note what it was like before and after."""
        for change in self:
            change._check_applicable()
        before = {change: change._snapshot() for change in self}
        self._before_apply()
        self._type().apply(self)
        for company, changes in self.grouped("company_id").items():
            today = company._cn285_today()
            changes._update_state(("scheduled",), "applied", date_applied=today, error=False)
        for change in self:
            change._write_inside({"before": before[change], "after": change._snapshot()})
        self._log()

    def _check_applicable(self):
        """What must hold at the moment of effect; the rules were kept when it was scheduled."""
        self.ensure_one()
        self._check_contract_runs()
        self._parsed()
        self._check_item_runs()
        self._type().check(self)

    def _before_apply(self):
        """Undo what scheduling had announced, see :meth:`_announce`."""
        self._announce(False)

    def _announce(self, scheduled):
        """Tell contracts and items what is planned for them: ends keep billing from going past.

        :param bool scheduled: whether the changes are scheduled, or are not any more
        """
        for changes in self.grouped("type").values():
            changes._type().announce(changes, scheduled)
