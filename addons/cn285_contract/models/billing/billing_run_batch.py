from odoo import models
from odoo.tools import SQL, mute_logger

from ...engine.issue import AS_PLANNED
from ..bulk import CONCURRENCY_ERRORS
from ..isolation import each_or_apart, of_contracts, reason_of

# Issues that are written anew where a contract fails again. Of usage also those that a new start
# has closed: it is rated after that.
STILL_TOLD = {"rating": ("open", "solved")}


class BillingRun(models.Model):
    """How a run bills the rows of one batch, and sets aside the contracts that it cannot bill."""

    _inherit = "cn285.billing.run"

    # === DATES === #

    def _given_day(self):
        """The date that was given to all invoices; of a run that was left lying, today."""
        return self.invoice_date and self.company_id._cn285_issue_day(self.invoice_date)

    def _issue_day_sql(self, query):
        """The date of the invoice of each row of a query, as ``_issue_day`` has it."""
        if self.invoice_date:
            return SQL("%s::date", self._given_day())
        planned = SQL.identifier(query.table, "billing_date")
        if self.company_id.cn285_invoice_dating == AS_PLANNED:
            return planned
        return SQL("greatest(%s, %s)", planned, self.company_id._cn285_today())

    # === ONE BATCH === #

    def _run_batch(self, batch, contract_ids=None):
        """Rate and bill the rows of one batch in the current transaction.

        Locks the rows first: rows that another process bills right now make the whole batch wait,
        so that no invoice is torn in two.

        :param batch: list of :class:`BatchKey`, see :meth:`_batches`
        :param contract_ids: bill these contracts only
        :returns: the invoices made
        :raises LockError: when another process holds some of the rows
        """
        self.ensure_one()
        self = self.with_company(self.company_id)
        self._rate_batch(batch, contract_ids)
        rows = self._batch_rows(batch)
        if contract_ids:
            rows = rows.filtered(lambda row: row.contract_id.id in set(contract_ids))
        if not rows:
            return self.env["account.move"]
        rows.lock_for_update(allow_referencing=True)
        return self._bill_rows(rows)

    def _bill_rows(self, rows):
        """Invoice rows: all in one go, or, where that fails, whatever can be.

        Contracts with an obstacle are set aside with its reason, and so are those that cannot even
        be read; the others are billed. A change that awaits approval holds the rows of what it is
        about.
        """
        held = rows._held_for_approval()
        free = rows.filtered(lambda row: row not in held) if held else rows
        moves = self._bill_free_rows(free)
        self._set_aside_awaiting(held)
        return moves

    def _bill_free_rows(self, rows):
        """Invoice rows that nothing holds."""
        parts, unreadable = each_or_apart(
            rows.contract_id,
            lambda contracts: self._look_at(of_contracts(rows, contracts)),
        )
        self._set_aside(unreadable)
        groups = {}
        for obstacles, part in parts:
            self._set_aside(obstacles)
            for key, members in part.items():
                groups[key] = groups[key] | members if key in groups else members
        groups = {key: groups[key] for key in sorted(groups)} if len(parts) > 1 else groups
        if not groups:
            return self.env["account.move"]
        moves, reason = self._try_groups(groups)
        if reason:
            moves = self._invoice_one_by_one(groups)
        self._solve_issues(moves.cn285_contract_ids)
        return moves

    def _look_at(self, rows):
        """Ask the prices of due rows again, and read all that their invoices need.

        :returns: ``{contract: why it cannot be billed}``, and the others' rows by invoice
        """
        builder = self.env["cn285.invoice.builder"]
        set_aside = self.issue_ids.filtered(
            lambda issue: issue.kind == "rating" and issue.state == "open"
        ).contract_id
        if set_aside:
            rows = rows.filtered(lambda row: row.contract_id not in set_aside)
        rows._reprice()
        rows = rows.exists().filtered(
            lambda row: row.state == "planned" and row.billing_date <= self.date
        )
        obstacles = builder._billing_obstacles(rows, self._given_day())
        good = rows.filtered(lambda row: row.contract_id not in obstacles) if obstacles else rows
        return obstacles, builder._group_rows(good, self._given_day())

    def _invoice_groups(self, groups):
        """Create (and post) the invoices of these groups and close their rows."""
        groups = self._settle_without_invoice(groups)
        if not groups:
            return self.env["account.move"]
        builder = self.env["cn285.invoice.builder"]
        prepared = builder._prepare_invoices(groups, self)
        writer, numbers = self.env["cn285.invoice.writer"]._with_numbers_last()
        moves = writer._create_invoices([invoice.vals for invoice in prepared], post=self.post)
        lines, more = {}, {}
        for move, invoice in zip(moves, prepared, strict=True):
            made = move.invoice_line_ids.sorted(lambda line: (line.sequence, line.id))
            for line, rows in zip(made, invoice.line_rows, strict=True):
                lines.update(dict.fromkeys(rows.ids, line))
                if rows:
                    first = line
                else:
                    more[line] = first
        rows = self.env["cn285.billing.schedule"].browse(lines)
        rows._set_invoiced(lines, self)
        self.env["account.move.line"]._cn285_follow(more)
        rows._follow_lines(lines, more)
        # As late as can be: from here on nobody else gets a number of the same sequence.
        numbers.take()
        self._attach_details(moves, lines)
        rows._follow_credited_lines()
        # sudo: what invoices credit follows from the schedule, whoever may not see contracts.
        if rows.sudo()._taken_back():
            moves._cn285_name_origins()
            moves._cn285_settle_origins()
        if rows._former_invoices():
            moves._cn285_name_former()
        return moves

    def _try_groups(self, groups, trial=False):
        """Invoice the groups in a savepoint: what fails leaves nothing behind.

        :param bool trial: undo also what succeeded
        :returns: ``(invoices, None)`` or ``(no invoices, reason in words)``
        """
        none = self.env["account.move"]
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                moves = self._invoice_groups(groups)
                if trial:
                    raise _TrialPassed
                return moves, None
        except _TrialPassed:
            return none, None
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:  # whatever a contract's data provoke must stop that one only
            return none, reason_of(self.env, error)

    def _invoice_one_by_one(self, groups):
        """Find out which contracts fail, set them aside, and bill the rest."""
        moves = self.env["account.move"]
        for key, rows in groups.items():
            made, reason = self._try_groups({key: rows})
            if reason and len(rows.contract_id) > 1:
                made = self._invoice_without_failing(key, rows)
            elif reason:
                self._set_aside({rows.contract_id: reason})
            moves |= made
        return moves

    def _invoice_without_failing(self, key, rows):
        """Bill a shared invoice without the contracts that cannot be billed even alone."""
        failing = {}
        for contract in rows.contract_id:
            own = rows.filtered(lambda row, contract=contract: row.contract_id == contract)
            _moves, reason = self._try_groups({key: own}, trial=True)
            if reason:
                failing[contract] = reason
        self._set_aside(failing)
        good = rows.filtered(lambda row: row.contract_id not in failing)
        if not good:
            return self.env["account.move"]
        moves, reason = self._try_groups({key: good})
        if reason:
            self._set_aside(dict.fromkeys(good.contract_id, reason))
        return moves

    # === ISSUES === #

    def _set_aside(self, reasons, kind="billing"):
        """Remember why contracts were not billed, once per contract and run.

        :param reasons: ``{contract: text}``
        :param kind: ``billing``, or ``rating`` where usage could not be rated
        """
        issues = {
            issue.contract_id: issue
            for issue in self.issue_ids
            if issue.kind == kind and issue.state in STILL_TOLD.get(kind, ("open",))
        }
        creates = []
        for contract, reason in reasons.items():
            if contract in issues:
                issues[contract]._write_inside({"reason": reason, "state": "open"})
            else:
                creates.append(
                    {
                        "run_id": self.id,
                        "kind": kind,
                        "contract_id": contract.id,
                        "reason": reason,
                    }
                )
        self.env["cn285.billing.run.issue"]._inside().create(creates)

    def _solve_issues(self, contracts):
        """Close the issues of contracts that are billed now, also those of earlier runs."""
        self.env["cn285.billing.run.issue"].search(
            [
                ("contract_id", "in", contracts.ids),
                ("kind", "in", ("billing", "approval")),
                ("state", "=", "open"),
            ]
        )._write_inside({"state": "solved"})


class _TrialPassed(Exception):
    """Leaves a savepoint after a trial that succeeded, so that nothing of it stays."""
