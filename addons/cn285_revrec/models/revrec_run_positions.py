"""What a run takes: planned lines, month-end deferrals and accruals."""

from odoo import models
from odoo.addons.cn285_contract.models.bulk import copy_rows, next_ids
from odoo.exceptions import UserError
from odoo.tools import SQL

POSITION = "cn285_revrec_position"


class RevrecRun(models.Model):
    _inherit = "cn285.revrec.run"

    # === WHAT IS POSTED === #

    def _prepare_all(self, detail):
        """All entries of the run, and what is to be done once they have ids.

        Lines are marked and month-end items are stored on the way: callers that only look undo it.

        :param detail: ``synthesis`` or ``detail``
        :returns: list of Entry, list of functions without arguments
        """
        self.env.flush_all()
        self = self.with_context(lang=self.company_id._cn285_books_lang())
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
                           account_id, amount, amount_currency, tax_amount,
                           tax_amount_currency)
                   SELECT schedule.id, schedule.company_id, %(run)s, 'deferral', %(date)s,
                          %(next)s, 'posted', schedule.deferred_account_id, sum(line.amount),
                          sum(line.amount_currency), 0, 0
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

        What is owed to the customer is a credit to be issued, on an account of its own.
        Credit notes that come later are left to their own month, unless they belong to a contract,
        where an upgrade takes the old price back and bills the new one.
        """
        rows = self.env.execute_query_dict(
            SQL(
                """SELECT schedule.id, schedule.billing_schedule_id, schedule.move_line_id,
                          schedule.currency_id,
                          CASE WHEN sum(line.amount) < 0 AND schedule.credit_due_account_id > 0
                               THEN schedule.credit_due_account_id
                               ELSE schedule.unbilled_account_id END AS account_id,
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
                    "account_id": row["account_id"],
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
                      AND (booked.account_id IS NULL
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
