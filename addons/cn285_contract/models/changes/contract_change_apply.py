import logging

import psycopg2
from odoo import api, models
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import mute_logger, split_every
from odoo.tools.gc import disabling_gc

from ..bulk import CONCURRENCY_ERRORS, commit_batch, update_rows
from ..common import in_some_language, in_users_language, labelled
from ..contract_mrr import worked_out_once
from ..isolation import each_or_apart
from ..product_rules import RULES_KEPT

_logger = logging.getLogger(__name__)

# Contracts whose due changes are applied, and committed, together.
APPLY_BATCH = 250


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
            self.with_company(company)._remind_awaiting(company)
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
            parts, failed = each_or_apart(contracts.exists(), self._apply_due)
        except CONCURRENCY_ERRORS as error:
            message = self.env._("Another process changes the same contracts; this batch waits.")
            raise RetryableJobError(message, seconds=10, ignore_retry=True) from error
        texts = [self.env._("%s changes", sum(len(done) for done in parts))]
        texts += [
            labelled(self.env, contract.display_name, reason) for contract, reason in failed.items()
        ]
        return "\n".join(texts)

    @api.model
    def _apply_all_due(self, company, among=Domain.TRUE):
        """Apply all that is due in a company, in this process, committed batch by batch.

        :param among: domain of the contracts concerned
        :returns: ``{contract: reason}`` of those of which changes could not even be read
        :raises LockError: when another process changes some of the contracts
        """
        failed = {}
        for contracts in list(self._due_batches(company, among)):
            _done, failing = each_or_apart(contracts, self._apply_due)
            failed.update(failing)
            commit_batch(self.env)
        return failed

    def _apply_if_due(self):
        """Apply those of these changes that are due, after what was due before them.

        What of these cannot be applied is raised: somebody is there to read it.
        """
        due = self.filtered(
            lambda change: (
                change.state == "scheduled"
                and change.date_effective <= change.company_id._cn285_today()
            )
        )
        if due:
            self._apply_due(due.contract_id, asked=due)
            due._settle_at_once()

    # === IN ORDER, ONCE === #

    @api.model
    def _apply_due(self, contracts, asked=None):
        """Apply what is due of these contracts, in the order of the days of effect.

        That is what was planned and what contracts do by themselves (renewals, ends of pauses):
        whoever comes first, and however late, does all of it in that order. On one day the
        contract's own acts come first, then changes in the order of entry.

        Locks the contracts first, so that of two processes the second finds the work done. Changes
        of different contracts are applied together, those of one contract one after the other. A
        change that fails keeps its reason, stays scheduled and holds back the later ones of its
        item, or, where it is about the whole contract, those of the whole contract; ends wait for
        nothing. Other contracts go on.

        :param asked: changes that somebody wants applied now: their failure is raised
        :returns: the changes applied
        :raises LockError: when another process holds one of the contracts
        :raises UserError: why those asked for cannot be applied
        """
        self = in_some_language(self)
        # sudo: what was checked and scheduled takes effect, whoever's process applies it.
        contracts = self.sudo()._with_reached(contracts.sudo()).sorted("id")
        contracts.lock_for_update()
        contracts.invalidate_recordset()
        done, asked = self.sudo().browse(), self.sudo().browse(asked.ids if asked else ())
        for company, members in contracts.grouped("company_id").items():
            changes = self.sudo().with_company(company)
            failed = changes.browse()
            # What takes effect may plan more that is due: the end of a pause, a renewal.
            while wave := changes._next_wave(company, members, failed):
                applied = changes.browse()
                for kind in wave.grouped("type").values():
                    applied |= (kind & asked)._apply_or_raise()
                    applied |= (kind - asked)._apply_together()
                done |= applied
                failed |= wave - applied
                # A new holder's contract has what was planned, and its renewals, from now on.
                come = applied.result_contract_id - members
                come.lock_for_update()
                members |= come
            asked._check_not_held(failed)
        return done

    @api.model
    def _next_wave(self, company, contracts, failed):
        """What is next of each contract: one change each, and none where nothing is due.

        :param failed: changes that could not be applied, and hold back others
        """
        domain = self._due_domain(company)
        due = self.search(domain & Domain("contract_id", "in", contracts.ids)) - failed
        due = due.filtered(lambda change: not change._waits_for(failed))
        next_ones, coming = {}, {}
        for change in due.sorted(lambda change: change._place_in_order()):
            next_ones.setdefault(change.contract_id, change)
            for contract in change._reached():
                coming.setdefault(contract, change)
        held = failed.filtered(lambda change: not change.item_id).contract_id
        days = {contract: change.date_effective for contract, change in next_ones.items()}
        for contract, first in coming.items():
            # What comes from another contract comes before what is planned for later here.
            own = next_ones.get(contract)
            if own and own._place_in_order() > first._place_in_order():
                del next_ones[contract]
            days[contract] = min(days.get(contract, first.date_effective), first.date_effective)
        for change in self._plan_own_acts(contracts - held, days):
            next_ones[change.contract_id] = change
        wave = self.browse().union(*next_ones.values())
        # What another process has just applied makes this one start anew, not apply twice.
        wave.lock_for_update()
        return wave

    def _reached(self):
        """The other contracts that these changes change too."""
        return self.contract_id.browse().union(*(c._type().reached(c) for c in self))

    @api.model
    def _with_reached(self, contracts):
        """These contracts and those that are due to give them something, or get it, in a chain."""
        linked = []
        for company in contracts.company_id:
            due = self.search(self._due_domain(company) & Domain("type", "in", self._reaching()))
            linked += [change.contract_id | change._reached() for change in due]
        while more := [pair for pair in linked if pair & contracts and pair - contracts]:
            contracts = contracts.union(*more)
        return contracts

    @api.model
    def _reaching(self):
        """Types of change that are about another contract too."""
        return [name for name, kind in self._change_types().items() if kind.reaches_others]

    def _place_in_order(self):
        """What a contract's due changes are sorted by: their order of effect."""
        self.ensure_one()
        return self.date_effective, not self._type().is_own_act(self), self.id

    def _waits_for(self, failed):
        """Whether this change is held back by others that failed: of its item or its contract."""
        self.ensure_one()
        return self._type().waits and any(
            (other.contract_id, other.item_id) == (self.contract_id, self.item_id)
            for other in failed
        )

    def _check_not_held(self, failed):
        """Refuse, with the reason, what is held back by changes that failed."""
        for change in self:
            held_by = [
                other
                for other in failed
                if change.state == "scheduled" and change._waits_for(other)
            ]
            if held_by:
                raise UserError(
                    self.env._(
                        "%(change)s waits for %(other)s, which cannot be applied: %(reason)s",
                        change=change.display_name,
                        other=held_by[0].display_name,
                        reason=held_by[0].error,
                    )
                )

    @api.model
    def _plan_own_acts(self, contracts, days):
        """Hook: schedule what contracts do by themselves and what is due before anything else.

        Called as often as there may be more: at most the next act of each contract.

        :param days: ``{contract: day}`` of what is planned and due next; an act of that day or
            earlier comes first
        :returns: the changes, scheduled
        """
        return self.browse()

    def _apply_or_raise(self):
        if self:
            self._apply()
        return self

    def _apply_together(self):
        """Apply changes of one type and different contracts: all in one go, or whichever can be.

        :returns: those that were applied
        """
        reason = self._try_apply() if self else None
        if not reason:
            return self
        if len(self) == 1:
            self._write_inside({"error": reason})
            return self.browse()
        return self.browse().union(*(change._apply_together() for change in self))

    def _try_apply(self):
        """Apply in a savepoint; what fails leaves nothing behind. Returns the reason, or None."""
        try:
            # What a batch makes is kept until it is written: no garbage is looked for meanwhile.
            with (
                self.env.cr.savepoint(),
                mute_logger("odoo.sql_db"),
                worked_out_once(),
                disabling_gc(),
            ):
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
        """Let changes of one type take effect and note what it was like before and after.

        Those that have nothing left to do are cancelled instead.
        """
        self = self - self._give_up_obsolete()
        if not self:
            return
        for change in self:
            change._check_applicable()
        before = self._snapshots()
        self._before_apply()
        # The type has checked the rules of products for what it does, or is an exception.
        self._type().apply(self.with_context(cn285_rules_kept=RULES_KEPT))
        for company, changes in self.grouped("company_id").items():
            today = company._cn285_today()
            changes._update_state(("scheduled",), "applied", date_applied=today, error=False)
        noted = {
            change.id: {"before": before[change], "after": after}
            for change, after in self._snapshots().items()
        }
        update_rows(self, noted, ["before", "after"])
        self._log()

    def _check_applicable(self):
        """What must hold at the moment of effect; the rules were kept when it was scheduled."""
        self.ensure_one()
        self._check_contract_runs()
        self._parsed()
        self._check_item_runs()
        self._type().check(self)

    def _before_apply(self):
        """Undo what scheduling had announced, see :meth:`_announce`; cancel what becomes void."""
        self._announce(False)
        self._give_up_plans()

    def _announce(self, scheduled):
        """Tell contracts and items what is planned for them: ends keep billing from going past.

        :param bool scheduled: whether the changes are scheduled, or are not any more
        """
        for changes in self.grouped("type").values():
            changes._type().announce(changes, scheduled)
