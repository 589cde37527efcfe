"""The buttons of a run and its steps: preview, posting once, reversal."""

import json
from contextlib import closing
from decimal import Decimal

from odoo import models
from odoo.addons.cn285_contract.models.bulk import commit_batch, persistently
from odoo.addons.cn285_contract.models.common import STATE_DOOR, spelled
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date


class RevrecRun(models.Model):
    _inherit = "cn285.revrec.run"

    # === DOORS === #

    def action_post(self):
        """Recognise the month and post its entries; a run that is posted already stays as it is.

        Missing schedules are made first, and committed; the entries are one transaction: killed, it
        leaves none of them.

        :raises UserError: where the month is closed, or its turn has not come
        """
        for run in self:
            commit_batch(run.env)
            persistently(run.env, run._sync_schedules)
            persistently(run.env, run._post_run)
            if run.state == "draft":
                return run._notify_twin()
        return True

    def _notify_twin(self):
        """Say on the screen why nothing was posted."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "message": self.env._(
                    "Nothing was posted: %(month)s was recognised by run %(run)s already.",
                    month=self._period_name(),
                    run=self._done_twin().name,
                ),
            },
        }

    def action_preview(self):
        """Show what the run would post, without posting it."""
        for run in self:
            run._check_draft()
            run._sync_schedules()
            run._check_open()
            run.preview_ids._inside().unlink()
            # What preparing marks and stores on the way is rolled back.
            with closing(run.env.cr.savepoint()):
                entries, _links = run._prepare_all("synthesis")
                vals = [
                    {
                        "run_id": run.id,
                        "date": entry.date,
                        "kind": entry.kind,
                        "journal_id": entry.journal_id,
                        "account_id": item.account_id,
                        "currency_id": item.currency_id,
                        "analytic": run._analytic_names(item.analytic),
                        "debit": float(max(item.balance, Decimal(0))),
                        "credit": float(max(-item.balance, Decimal(0))),
                    }
                    for entry in entries
                    for item in entry.items
                ]
            run.env.invalidate_all(flush=False)
            run.env["cn285.revrec.run.preview"]._inside().create(vals)
        return True

    def _analytic_names(self, distribution):
        """A distribution in words, such as "Lyon 75 %, Lille 25 %"."""
        if not distribution:
            return False
        accounts = self.env["account.analytic.account"]
        return ", ".join(
            f"{' × '.join(accounts.browse(map(int, key.split(','))).mapped('name'))} "
            f"{spelled(self.env, percent)} %"
            for key, percent in json.loads(distribution).items()
        )

    def action_reverse(self):
        """Take back all entries of the last run posted; its month can then be run anew.

        :raises UserError: where a later month was run, or a date of the entries is locked
        """
        for run in self:
            commit_batch(run.env)
            persistently(run.env, run._reverse_run)
        return True

    # === STEPS === #

    def _sync_schedules(self):
        """Make the schedules that are missing, and note what could not be scheduled."""
        self.ensure_one()
        if self.state != "draft":
            return
        reasons = self.env["cn285.revrec.source"]._sync(self.company_id, self.date)
        self.issue_ids._inside().unlink()
        names = {
            "account.move.line": "move_line_id",
            "cn285.billing.schedule": "billing_schedule_id",
        }
        self.env["cn285.revrec.run.issue"]._inside().create(
            [
                {"run_id": self.id, names[model]: record_id, "reason": reason}
                for (model, record_id), reason in reasons.items()
            ]
        )

    def _post_run(self):
        """Post the month's entries in the current transaction; nothing where that was done."""
        self.ensure_one()
        self.company_id._cn285_lock_revrec()
        self.invalidate_recordset(["state"])
        if self.state != "draft" or self._done_twin():
            return
        self._check_open()
        entries, links = self._prepare_all(self.detail)
        self.env["cn285.revrec.entries"]._post_entries(self, entries)
        for link in links:
            link()
        self.env["cn285.revrec.line"].invalidate_model(flush=False)
        self.env["cn285.revrec.position"].invalidate_model(flush=False)
        self.preview_ids._inside().unlink()
        self._write_inside({"state": "done"})

    def _done_twin(self):
        """Another run of the same month that was posted; then this one has nothing to do."""
        return self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("date", "=", self.date),
                ("state", "=", "done"),
                ("id", "!=", self.id),
            ],
            limit=1,
        )

    # === CHECKS === #

    def _check_draft(self):
        if self.state != "draft":
            raise UserError(self.env._("Run %s was posted already.", self.name))

    def _check_open(self):
        """Refuse a month that is locked, or that comes before one that was run already."""
        self.ensure_one()
        company = self.company_id
        journal = company._cn285_revrec_journal()
        self._check_unlocked(journal, [self.date])
        [(last,)] = self._read_group(
            [("company_id", "=", company.id), ("state", "=", "done")], [], ["date:max"]
        )
        if last and self.date <= last:
            raise UserError(
                self.env._(
                    "%(month)s cannot be recognised: %(last)s was already. Reverse the later runs "
                    "first, or leave what came late to the next month.",
                    month=self._period_name(),
                    last=format_date(self.env, last, date_format="MMMM yyyy"),
                )
            )

    def _check_unlocked(self, journal, days):
        for day in days:
            locks = self.company_id._get_violated_lock_dates(day, False, journal)
            if locks:
                raise UserError(
                    self.env._(
                        "Run %(run)s would post entries dated %(date)s, in a period that is closed "
                        "until %(lock)s.",
                        run=self.name,
                        date=format_date(self.env, day),
                        lock=format_date(self.env, locks[-1][0]),
                    )
                )

    # === REVERSAL === #

    def _reverse_run(self):
        """Take back the entries, and plan their lines again."""
        self.ensure_one()
        self.company_id._cn285_lock_revrec()
        self.invalidate_recordset(["state"])
        if self.state == "reversed":
            return
        self._check_reversible()
        books = self.with_context(lang=self.company_id._cn285_books_lang())
        moves = books.move_ids.filtered(lambda move: move.state == "posted")
        reversals = (
            moves.with_context(cn285_state_door=STATE_DOOR)
            ._reverse_moves(
                [
                    {
                        "date": move.date,
                        "ref": books.env._("Reversal of %s", move.name),
                        "cn285_revrec_run_id": self.id,
                    }
                    for move in moves
                ],
                cancel=False,
            )
            .with_env(books.env)
        )
        reversals._post(soft=False)
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """WITH taken AS (
                       UPDATE cn285_revrec_line
                          SET state = 'planned', run_id = NULL, move_line_id = NULL
                        WHERE run_id = %s RETURNING id)
                   UPDATE cn285_revrec_position SET state = 'reversed'
                    WHERE run_id = %s RETURNING id""",
                self.id,
                self.id,
            )
        )
        self.env.invalidate_all()
        self._write_inside({"state": "reversed"})

    def _check_reversible(self):
        if self.state != "done":
            raise UserError(self.env._("Run %s was not posted.", self.name))
        later = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "=", "done"),
                ("date", ">", self.date),
            ],
            order="date desc",
            limit=1,
        )
        if later:
            raise UserError(
                self.env._(
                    "Run %(run)s cannot be reversed before run %(later)s (%(month)s) is.",
                    run=self.name,
                    later=later.name,
                    month=later._period_name(),
                )
            )
        days = sorted(set(self.move_ids.mapped("date")))
        self._check_unlocked(self.company_id._cn285_revrec_journal(), days)
