"""What a run posts: releases of deferred revenue, month-end deferrals and accruals."""

import json
import random
import time
from contextlib import closing
from datetime import timedelta
from decimal import Decimal

from odoo import models
from odoo.addons.cn285_contract.models.billing_run_batch import CONCURRENCY_ERRORS
from odoo.addons.cn285_contract.models.bulk import commit_batch, copy_rows, in_test, next_ids
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from .revrec_entries import Entry, Item

# Schedules in one entry of a run in detail, so that an entry can still be opened.
SCHEDULES_PER_ENTRY = 500
# How often a run is tried again behind another one of the company, and the longest pause.
MAX_TRIES = 12
MAX_PAUSE_SECONDS = 5.0

POSITION = "cn285_revrec_position"

# Amounts of different signs and of different currencies cannot share an item: Odoo wants balance
# and amount in currency of one sign.
_SIDE = SQL(
    """CASE WHEN schedule.currency_id = company.currency_id THEN 0
            ELSE sign(amounts.amount)::integer END"""
)


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
            run._persistently(run._sync_schedules)
            run._persistently(run._post_run)
        return True

    def action_preview(self):
        """Show what the run would post, without posting it."""
        for run in self:
            run._check_draft()
            run._sync_schedules()
            run._check_open()
            run.preview_ids.unlink()
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
                        "analytic_distribution": item.analytic and json.loads(item.analytic),
                        "debit": float(max(item.balance, Decimal(0))),
                        "credit": float(max(-item.balance, Decimal(0))),
                    }
                    for entry in entries
                    for item in entry.items
                ]
            run.env.invalidate_all(flush=False)
            run.env["cn285.revrec.run.preview"].create(vals)
        return True

    def action_reverse(self):
        """Take back all entries of the last run posted; its month can then be run anew.

        :raises UserError: where a later month was run, or a date of the entries is locked
        """
        for run in self:
            commit_batch(run.env)
            run._persistently(run._reverse_run)
        return True

    # === STEPS === #

    def _persistently(self, step):
        """Do a step and commit it; behind another process, wait and do it again."""
        for attempt in range(1, MAX_TRIES + 1):
            try:
                result = step()
                commit_batch(self.env)
                return result
            except CONCURRENCY_ERRORS:
                if attempt == MAX_TRIES or in_test():
                    raise
                self.env.cr.rollback()
                self.env.invalidate_all()
                time.sleep(min(0.05 * 2**attempt, MAX_PAUSE_SECONDS) * random.uniform(0.5, 1.0))

    def _sync_schedules(self):
        """Make the schedules that are missing, and note what could not be scheduled."""
        self.ensure_one()
        self.company_id._cn285_lock_revrec()
        if self.state != "draft":
            return
        reasons = self.env["cn285.revrec.source"]._sync(self.company_id, self.date)
        self.issue_ids.unlink()
        names = {
            "account.move.line": "move_line_id",
            "cn285.billing.schedule": "billing_schedule_id",
        }
        self.env["cn285.revrec.run.issue"].create(
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
        self.preview_ids.unlink()
        self.with_context(cn285_revrec_door=True).state = "done"

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

    # === WHAT IS POSTED === #

    def _prepare_all(self, detail):
        """All entries of the run, and what is to be done once they have ids.

        Lines are marked and month-end items are stored on the way: callers that only look undo it.

        :param detail: ``synthesis`` or ``detail``
        :returns: list of Entry, list of functions without arguments
        """
        self.env.flush_all()
        entries, links = [], []
        self._mark_lines()
        self._insert_deferrals()
        if self.accrue:
            self._insert_accruals()
        self._check_accounts()
        prepare = self._prepare_synthesis if detail == "synthesis" else self._prepare_detail
        for kind in ("recognition", "deferral", "accrual"):
            made = prepare(kind)
            entries += made
            links += [lambda kind=kind, made=made: self._link_items(kind, detail, made)]
            if kind != "recognition":
                entries += [self._taken_back(entry) for entry in made]
        return entries, links

    def _mark_lines(self):
        """Take all planned lines up to the month's end, once: they are this run's now."""
        self.env.execute_query(
            SQL(
                """UPDATE cn285_revrec_line line
                      SET state = 'recognised', run_id = %(run)s, date = %(date)s
                     FROM cn285_revrec_schedule schedule
                    WHERE line.schedule_id = schedule.id AND line.company_id = %(company)s
                      AND line.state = 'planned' AND line.date <= %(date)s
                      AND schedule.posting IN ('deferred', 'month_end')
                      AND schedule.invoice_date <= %(date)s
                RETURNING line.id""",
                run=self.id,
                date=self.date,
                company=self.company_id.id,
            )
        )

    def _insert_deferrals(self):
        """Store what invoices on revenue accounts leave for later months."""
        self.env.execute_query(
            SQL(
                """INSERT INTO cn285_revrec_position
                          (schedule_id, company_id, run_id, kind, date, reversal_date, state,
                           amount, amount_currency, tax_amount, tax_amount_currency)
                   SELECT schedule.id, schedule.company_id, %(run)s, 'deferral', %(date)s,
                          %(next)s, 'posted', sum(line.amount), sum(line.amount_currency), 0, 0
                     FROM cn285_revrec_schedule schedule
                     JOIN cn285_revrec_line line ON line.schedule_id = schedule.id
                    WHERE schedule.company_id = %(company)s AND schedule.posting = 'month_end'
                      AND schedule.invoice_date <= %(date)s AND line.state = 'planned'
                 GROUP BY schedule.id HAVING sum(line.amount) != 0
                RETURNING id""",
                run=self.id,
                date=self.date,
                next=self._next_day(),
                company=self.company_id.id,
            )
        )

    def _insert_accruals(self):
        """Store what was rendered by the month's end and is not invoiced by then.

        Credit notes that come later are left to their own month, unless they belong to a contract,
        where an upgrade takes the old price back and bills the new one.
        """
        rows = self.env.execute_query_dict(
            SQL(
                """SELECT schedule.id, schedule.billing_schedule_id, schedule.move_line_id,
                          schedule.currency_id,
                          sum(line.amount)::text AS amount,
                          sum(line.amount_currency)::text AS amount_currency
                     FROM cn285_revrec_schedule schedule
                     JOIN cn285_revrec_line line ON line.schedule_id = schedule.id
                    WHERE schedule.company_id = %(company)s AND line.period <= %(date)s
                      AND (schedule.posting = 'unbilled' OR schedule.invoice_date > %(date)s)
                      AND (schedule.amount > 0 OR schedule.billing_schedule_id IS NOT NULL)
                 GROUP BY schedule.id HAVING sum(line.amount) != 0""",
                company=self.company_id.id,
                date=self.date,
            )
        )
        taxes = self.env["cn285.revrec.tax"]._taxes(self.company_id, rows)
        common = {
            "company_id": self.company_id.id,
            "run_id": self.id,
            "kind": "accrual",
            "date": self.date,
            "reversal_date": self._next_day(),
            "state": "posted",
        }
        ids = next_ids(self.env, POSITION, len(rows))
        copy_rows(
            self.env.cr,
            POSITION,
            [
                {
                    **common,
                    "id": position_id,
                    "schedule_id": row["id"],
                    "amount": row["amount"],
                    "amount_currency": row["amount_currency"],
                    "tax_amount": str(tax),
                    "tax_amount_currency": str(tax_currency),
                }
                for position_id, row, (tax, tax_currency) in zip(ids, rows, taxes, strict=True)
            ],
        )

    def _check_accounts(self):
        """Refuse before anything is posted where an account is missing; say whose."""
        missing = self.env.execute_query(
            SQL(
                """SELECT schedule.id, booked.kind
                     FROM cn285_revrec_position booked
                     JOIN cn285_revrec_schedule schedule ON schedule.id = booked.schedule_id
                    WHERE booked.run_id = %s AND booked.kind = 'accrual'
                      AND (schedule.unbilled_account_id IS NULL
                           OR schedule.revenue_account_id IS NULL
                           OR booked.tax_amount != 0 AND schedule.unbilled_tax_account_id IS NULL)
                 ORDER BY schedule.id LIMIT 1""",
                self.id,
            )
        )
        if missing:
            schedule = self.env["cn285.revrec.schedule"].browse(missing[0][0])
            kind = "unbilled_tax" if schedule.unbilled_account_id else "unbilled"
            kind = kind if schedule.revenue_account_id else "revenue"
            raise UserError(
                self.env._(
                    "%(schedule)s: %(reason)s",
                    schedule=schedule.display_name,
                    reason=schedule.rule_id._missing_account(kind, schedule.product_id),
                )
            )

    # === ENTRIES === #

    def _ref(self, kind):
        month = self._period_name()
        return {
            "recognition": self.env._("Revenue recognised, %s", month),
            "deferral": self.env._("Revenue deferred, %s", month),
            "accrual": self.env._("Services not yet invoiced, %s", month),
        }[kind]

    def _sums_sql(self, kind):
        """SELECT of ``schedule_id, amount, amount_currency, tax, tax_currency, key id``."""
        if kind == "recognition":
            return SQL(
                """SELECT line.id AS key_id, line.schedule_id, line.amount, line.amount_currency,
                          0.0 AS tax_amount, 0.0 AS tax_amount_currency
                     FROM cn285_revrec_line line
                     JOIN cn285_revrec_schedule owner ON owner.id = line.schedule_id
                    WHERE line.run_id = %s AND owner.posting = 'deferred'""",
                self.id,
            )
        return SQL(
            """SELECT booked.id AS key_id, booked.schedule_id, booked.amount,
                      booked.amount_currency, booked.tax_amount, booked.tax_amount_currency
                 FROM cn285_revrec_position booked
                WHERE booked.run_id = %s AND booked.kind = %s AND booked.state = 'posted'""",
            self.id,
            kind,
        )

    def _prepare_synthesis(self, kind):
        """One entry per journal; an item per account, analytic account and currency."""
        rows = self.env.execute_query_dict(
            SQL(
                """SELECT COALESCE(schedule.journal_id, %(journal)s) AS journal_id,
                          schedule.deferred_account_id, schedule.revenue_account_id,
                          schedule.unbilled_account_id, schedule.unbilled_tax_account_id,
                          schedule.analytic_distribution::text AS analytic,
                          schedule.currency_id, %(side)s AS side,
                          sum(amounts.amount)::text AS amount,
                          sum(amounts.amount_currency)::text AS amount_currency,
                          sum(amounts.tax_amount)::text AS tax_amount,
                          sum(amounts.tax_amount_currency)::text AS tax_amount_currency
                     FROM (%(amounts)s) amounts
                     JOIN cn285_revrec_schedule schedule ON schedule.id = amounts.schedule_id
                     JOIN res_company company ON company.id = schedule.company_id
                 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8""",
                journal=self.company_id.cn285_revrec_journal_id.id,
                side=_SIDE,
                amounts=self._sums_sql(kind),
            )
        )
        entries = {}
        for row in rows:
            entry = entries.setdefault(row["journal_id"], {})
            for part, amounts in self._parts(kind, row).items():
                account_id, analytic = part
                key = (account_id, analytic, row["currency_id"], row["side"])
                entry.setdefault(key, [Decimal(0), Decimal(0)])
                entry[key][0] += amounts[0]
                entry[key][1] += amounts[1]
        ref = self._ref(kind)
        return [
            Entry(
                kind,
                journal_id,
                self.date,
                ref,
                [
                    Item(key[0], key[2], *amounts, name=ref, analytic=key[1], key=key)
                    for key, amounts in items.items()
                    if any(amounts)
                ],
            )
            for journal_id, items in entries.items()
        ]

    def _prepare_detail(self, kind):
        """Items for each schedule, in entries of a size that can still be opened."""
        rows = self.env.execute_query_dict(
            SQL(
                """SELECT amounts.key_id, COALESCE(schedule.journal_id, %(journal)s) AS journal_id,
                          schedule.deferred_account_id, schedule.revenue_account_id,
                          schedule.unbilled_account_id, schedule.unbilled_tax_account_id,
                          schedule.analytic_distribution::text AS analytic,
                          schedule.currency_id, schedule.partner_id,
                          COALESCE(move.name, contract.name, '') AS origin,
                          COALESCE(invoiced.name, item.name, '') AS what,
                          amounts.amount::text AS amount,
                          amounts.amount_currency::text AS amount_currency,
                          amounts.tax_amount::text AS tax_amount,
                          amounts.tax_amount_currency::text AS tax_amount_currency
                     FROM (%(amounts)s) amounts
                     JOIN cn285_revrec_schedule schedule ON schedule.id = amounts.schedule_id
                LEFT JOIN account_move move ON move.id = schedule.move_id
                LEFT JOIN account_move_line invoiced ON invoiced.id = schedule.move_line_id
                LEFT JOIN cn285_contract contract ON contract.id = schedule.contract_id
                LEFT JOIN cn285_contract_item item ON item.id = schedule.item_id
                 ORDER BY 2, schedule.move_id, schedule.id, amounts.key_id""",
                journal=self.company_id.cn285_revrec_journal_id.id,
                amounts=self._sums_sql(kind),
            )
        )
        ref, entries, count = self._ref(kind), [], 0
        for row in rows:
            full = count >= SCHEDULES_PER_ENTRY
            if not entries or full or entries[-1].journal_id != row["journal_id"]:
                entries.append(Entry(kind, row["journal_id"], self.date, ref))
                count = 0
            count += 1
            label = " – ".join(text for text in (row["origin"], row["what"].split("\n")[0]) if text)
            for (account_id, analytic), amounts in self._parts(kind, row).items():
                if any(amounts):
                    entries[-1].items.append(
                        Item(
                            account_id,
                            row["currency_id"],
                            *amounts,
                            name=label or ref,
                            analytic=analytic,
                            partner_id=row["partner_id"],
                            key=(account_id, row["key_id"]),
                        )
                    )
        return entries

    def _parts(self, kind, row):
        """``{(account, analytic): (balance, amount in currency)}`` of a group or a schedule.

        Both sides bear the analytic distribution, so that analytic accounts follow the revenue.
        """
        amount, currency = Decimal(row["amount"]), Decimal(row["amount_currency"])
        analytic, revenue = row["analytic"], row["revenue_account_id"]
        if kind == "accrual":
            tax, tax_currency = Decimal(row["tax_amount"]), Decimal(row["tax_amount_currency"])
            parts = {
                (row["unbilled_account_id"], None): (amount + tax, currency + tax_currency),
                (revenue, analytic): (-amount, -currency),
            }
            if tax or tax_currency:
                parts[row["unbilled_tax_account_id"], None] = (-tax, -tax_currency)
            return parts
        sign = 1 if kind == "recognition" else -1
        return {
            (row["deferred_account_id"], analytic): (sign * amount, sign * currency),
            (revenue, analytic): (-sign * amount, -sign * currency),
        }

    def _taken_back(self, entry):
        """The entry that takes another one back on the next day."""
        items = [
            Item(
                item.account_id,
                item.currency_id,
                -item.balance,
                -item.amount_currency,
                item.name,
                item.analytic,
                item.partner_id,
                item.key,
            )
            for item in entry.items
        ]
        ref = self.env._("%s, taken back", entry.ref)
        day = entry.date + timedelta(days=1)
        return Entry(f"{entry.kind}_reversal", entry.journal_id, day, ref, items, reverses=entry)

    # === LINKS === #

    def _link_items(self, kind, detail, entries):
        """Write on each line or month-end item which journal item of revenue it went into."""
        table = SQL.identifier(
            "cn285_revrec_line" if kind == "recognition" else "cn285_revrec_position"
        )
        if detail == "detail":
            self._link_detail(table, entries)
        else:
            self._link_synthesis(table, kind, entries)

    def _link_detail(self, table, entries):
        revenue = {
            item.key[1]: item.item_id
            for entry in entries
            for item in entry.items
            if item.account_id in self._revenue_accounts()
        }
        self.env.execute_query(
            SQL(
                """UPDATE %s target SET move_line_id = made.item_id
                     FROM unnest(%s, %s) AS made(id, item_id)
                    WHERE target.id = made.id RETURNING target.id""",
                table,
                list(revenue),
                list(revenue.values()),
            )
        )

    def _link_synthesis(self, table, kind, entries):
        side = SQL(
            """CASE WHEN schedule.currency_id = company.currency_id THEN 0
                    ELSE sign(target.amount)::integer END"""
        )
        of_kind = SQL("TRUE") if kind == "recognition" else SQL("target.kind = %s", kind)
        values = [
            (entry.journal_id, item.key[0], item.key[1] or "", *item.key[2:], item.item_id)
            for entry in entries
            for item in entry.items
        ]
        if not values:
            return
        self.env.execute_query(
            SQL(
                """UPDATE %(table)s target SET move_line_id = made.item_id
                     FROM cn285_revrec_schedule schedule, res_company company,
                          (VALUES %(values)s) AS made
                              (journal_id, account_id, analytic, currency_id, side, item_id)
                    WHERE target.run_id = %(run)s AND schedule.id = target.schedule_id
                      AND company.id = schedule.company_id AND %(of_kind)s
                      AND made.journal_id = COALESCE(schedule.journal_id, %(journal)s)
                      AND made.account_id = schedule.revenue_account_id
                      AND made.analytic = COALESCE(schedule.analytic_distribution::text, '')
                      AND made.currency_id = schedule.currency_id AND made.side = %(side)s
                      AND (%(posting)s)
                RETURNING target.id""",
                table=table,
                values=SQL(", ").join(SQL("%s", value) for value in values),
                run=self.id,
                of_kind=of_kind,
                journal=self.company_id.cn285_revrec_journal_id.id,
                side=side,
                posting=SQL("schedule.posting = 'deferred'")
                if kind == "recognition"
                else SQL("TRUE"),
            )
        )

    def _revenue_accounts(self):
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT revenue_account_id FROM cn285_revrec_schedule
                    WHERE company_id = %s""",
                self.company_id.id,
            )
        )
        return {row[0] for row in rows}

    # === REVERSAL === #

    def _reverse_run(self):
        """Take back the entries, and plan their lines again."""
        self.ensure_one()
        self.company_id._cn285_lock_revrec()
        self.invalidate_recordset(["state"])
        if self.state == "reversed":
            return
        self._check_reversible()
        moves = self.move_ids.filtered(lambda move: move.state == "posted")
        reversals = moves._reverse_moves(
            [
                {
                    "date": move.date,
                    "ref": self.env._("Reversal of %s", move.name),
                    "cn285_revrec_run_id": self.id,
                }
                for move in moves
            ],
            cancel=False,
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
        self.with_context(cn285_revrec_door=True).state = "reversed"

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
