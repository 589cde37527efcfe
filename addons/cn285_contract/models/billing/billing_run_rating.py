"""When and where a run has usage rated: by its batches, or before them what hangs together."""

from odoo import models
from odoo.fields import Domain

from ..bulk import free_memory
from ..isolation import each_or_apart, of_contracts


class BillingRun(models.Model):
    """Usage is rated by the batch that bills it, in its transaction, and so by many jobs.

    What depends on other contracts' usage is rated before the batches are cut, group by group: see
    ``cn285.contract._rated_together``.
    """

    _inherit = "cn285.billing.run"

    # === BEFORE THE BATCHES === #

    def _rate_waiting_rows(self, failed):
        """Step: rate the usage of contracts that depend on each other."""
        groups = self.env["cn285.contract"]._rated_together(self.company_id)
        sound = self._due_domain("waiting") & self._sound(failed)
        schedules = self.env["cn285.billing.schedule"]
        for contracts in groups:
            waiting = schedules.search(sound & Domain("contract_id", "in", contracts.ids))
            failed.update(self._rate_rows(waiting))
            free_memory(self.env)
        if not groups:
            failed.update(schedules._rate_waiting())

    def _set_aside_unrated(self, failed):
        """Step: set aside the contracts that could not be rated; others are no issue any more."""
        solved = self.issue_ids.filtered(
            lambda issue: issue.kind == "rating" and issue.contract_id not in failed
        )
        solved._write_inside({"state": "solved"})
        self._set_aside(self._own_contracts(failed), kind="rating")

    def _domain_to_cut(self):
        """Domain of the rows that batches are cut of: those due, and usage they have to rate."""
        return self._due_domain() | self._due_domain("waiting")

    # === IN A BATCH === #

    def _rate_batch(self, batch, contract_ids=None):
        """Rate the usage of a batch's contracts; sets aside those of which it cannot be.

        Of each contract all that is due, also of other batches: periods follow on each other, and
        a contract with usage that cannot be rated is not billed at all.

        :param batch, contract_ids: see :meth:`_run_batch`
        :raises LockError: when another process is at the same rows
        """
        # sudo: as before the batches, ratings are the system's own act, whoever runs the billing.
        run = self.sudo()
        schedules = run.env["cn285.billing.schedule"]
        contracts = run._batch_rows(batch, "waiting").contract_id.sorted("id")
        if contract_ids:
            contracts = contracts.filtered(lambda one: one.id in set(contract_ids))
        contracts -= run._rating_issues().contract_id | contracts._depending()
        if not contracts:
            return
        rows = schedules.search(
            run._due_domain("waiting") & Domain("contract_id", "in", contracts.ids)
        )
        rows.lock_for_update(allow_referencing=True)
        run._set_aside(run._rate_rows(rows), kind="rating")

    def _rating_issues(self):
        return self.issue_ids.filtered(
            lambda issue: issue.kind == "rating" and issue.state == "open"
        )

    def _rate_rows(self, waiting):
        """Rate waiting rows; returns ``{contract: reason}`` of what could not be rated."""
        failed = {}
        parts, failing = each_or_apart(
            waiting.contract_id,
            lambda contracts: of_contracts(waiting, contracts)._rate_waiting(),
        )
        for reasons in (*parts, failing):
            failed.update(reasons)
        self.env.flush_all()
        return failed


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _rated_together(self, company):
        """Hook: contracts of a company whose usage cannot be rated apart from other contracts'.

        :returns: list of recordsets, each rated in one go; what depends on each other is in one
        """
        return []

    def _depending(self):
        """Hook: those of these contracts that :meth:`_rated_together` has in its groups."""
        return self.browse()
