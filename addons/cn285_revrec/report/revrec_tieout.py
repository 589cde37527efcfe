from odoo import api, fields, models
from odoo.tools import SQL

# Items of accounts that only recognition posts to, and that recognition does not know.
BY_HAND = SQL(
    """move.cn285_revrec_run_id IS NULL
       AND NOT EXISTS (SELECT 1 FROM cn285_revrec_schedule own WHERE own.move_line_id = line.id)"""
)


class RevrecTieout(models.Model):
    """Whether the schedules tie out to the general ledger on a day: one row per account.

    Accounts of deferred revenue, of unbilled services (and its taxes) and of credits to be issued
    must show what the schedules say, and nothing else. Of revenue accounts, the items of invoice
    lines that have a schedule and of recognition entries must. Balances are debit minus credit.

    What is invoiced is not unbilled: where a closed month accrues a service and bears its invoice
    too, the ledger is off by the accrual.
    """

    _name = "cn285.revrec.tieout"
    _inherit = "cn285.revrec.fresh"
    _description = "Tie-Out to the General Ledger"
    _auto = False
    _order = "company_id, account_id"
    _rec_name = "account_id"

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    account_id = fields.Many2one("account.account", readonly=True)
    kind = fields.Selection(
        [
            ("deferred", "Deferred Revenue"),
            ("unbilled", "Unbilled Services"),
            ("credit_due", "Credits to Be Issued"),
            ("unbilled_tax", "Tax on Unbilled Services"),
            ("revenue", "Revenue"),
        ],
        readonly=True,
    )
    ledger = fields.Monetary(string="General Ledger", readonly=True)
    scheduled = fields.Monetary(string="Schedules", readonly=True)
    difference = fields.Monetary(readonly=True)
    manual = fields.Monetary(
        string="Manual Entries",
        readonly=True,
        help="What items on the account come to that no recognition run made, and no invoice line "
        "that has a schedule.",
    )

    @property
    def _table_query(self):
        day = fields.Date.to_date(self.env.context.get("cn285_date_to"))
        return SQL(
            """WITH expected AS (%(expected)s), sums AS (
                    SELECT company_id, account_id, kind, sum(balance) AS balance
                      FROM expected GROUP BY 1, 2, 3),
                    ledger AS (%(ledger)s),
                    compared AS (
                    SELECT COALESCE(sums.company_id, ledger.company_id) AS company_id,
                           COALESCE(sums.account_id, ledger.account_id) AS account_id,
                           COALESCE(sums.kind, ledger.kind) AS kind,
                           COALESCE(ledger.balance, 0) AS ledger,
                           COALESCE(ledger.manual, 0) AS manual,
                           COALESCE(sums.balance, 0) AS scheduled
                      FROM sums FULL JOIN ledger USING (company_id, account_id, kind))
               SELECT row_number() OVER (ORDER BY company_id, account_id, kind) AS id,
                      company_id, account_id, kind, ledger, scheduled,
                      ledger - scheduled AS difference, manual
                 FROM compared
                WHERE account_id IS NOT NULL
                  AND (ledger != 0 OR scheduled != 0 OR manual != 0)""",
            expected=self._expected_sql(day or self.env.company._cn285_last_month_end()),
            ledger=self._ledger_sql(day or self.env.company._cn285_last_month_end()),
        )

    def _expected_sql(self, day):
        """What each account should show, from schedules, their lines and month-end items."""
        return SQL(
            """SELECT company_id, deferred_account_id AS account_id, 'deferred' AS kind,
                      -amount AS balance
                 FROM cn285_revrec_schedule
                WHERE posting = 'deferred' AND invoice_date <= %(day)s
                  AND company_id = ANY(%(companies)s)
            UNION ALL
               SELECT owner.company_id, side.account_id, side.kind, side.sign * earned.amount
                 FROM (SELECT schedule_id, sum(amount) AS amount FROM cn285_revrec_line
                        WHERE state = 'recognised' AND date <= %(day)s
                          AND company_id = ANY(%(companies)s)
                     GROUP BY schedule_id) earned
                 JOIN cn285_revrec_schedule owner
                   ON owner.id = earned.schedule_id AND owner.posting = 'deferred'
           CROSS JOIN LATERAL (VALUES (owner.deferred_account_id, 'deferred', 1),
                                      (owner.revenue_account_id, 'revenue', -1))
                      AS side(account_id, kind, sign)
            UNION ALL
               SELECT company_id, revenue_account_id, 'revenue', -amount
                 FROM cn285_revrec_schedule
                WHERE posting IN ('direct', 'month_end') AND invoice_date <= %(day)s
                  AND company_id = ANY(%(companies)s)
            UNION ALL
               SELECT owner.company_id, side.account_id, side.kind, side.balance
                 FROM cn285_revrec_position booked
                 JOIN cn285_revrec_schedule owner ON owner.id = booked.schedule_id
           CROSS JOIN LATERAL (VALUES
                      ('deferral', owner.deferred_account_id, 'deferred', -booked.amount),
                      ('deferral', owner.revenue_account_id, 'revenue', booked.amount),
                      ('accrual', COALESCE(booked.account_id, owner.unbilled_account_id),
                       CASE WHEN booked.account_id = owner.credit_due_account_id
                             AND booked.account_id != owner.unbilled_account_id
                            THEN 'credit_due' ELSE 'unbilled' END,
                       booked.amount + booked.tax_amount),
                      ('accrual', owner.unbilled_tax_account_id, 'unbilled_tax',
                       -booked.tax_amount),
                      ('accrual', owner.revenue_account_id, 'revenue', -booked.amount))
                      AS side(of_kind, account_id, kind, balance)
                WHERE booked.state = 'posted' AND booked.kind = side.of_kind
                  AND booked.date <= %(day)s AND booked.reversal_date > %(day)s
                  AND (booked.kind = 'deferral' OR owner.invoice_date IS NULL
                       OR owner.invoice_date > %(day)s)
                  AND booked.company_id = ANY(%(companies)s)""",
            day=day,
            companies=self.env.companies.ids,
        )

    def _ledger_sql(self, day):
        """What each account shows; see the class for which items count."""
        return SQL(
            """SELECT line.company_id, line.account_id, known.kind, sum(line.balance) AS balance,
                      sum(line.balance) FILTER (WHERE %(by_hand)s) AS manual
                 FROM account_move_line line
                 JOIN account_move move ON move.id = line.move_id
                 JOIN (%(accounts)s) known
                   ON known.company_id = line.company_id AND known.account_id = line.account_id
                 JOIN res_company company ON company.id = line.company_id
                WHERE line.parent_state = 'posted' AND line.date <= %(day)s
                  AND line.date >= COALESCE(company.cn285_revrec_from, line.date)
             GROUP BY 1, 2, 3
            UNION ALL
               SELECT line.company_id, line.account_id, 'revenue', sum(line.balance), 0
                 FROM account_move_line line
                 JOIN (SELECT DISTINCT company_id, revenue_account_id AS account_id
                         FROM cn285_revrec_schedule
                        WHERE company_id = ANY(%(companies)s)) known
                      USING (company_id, account_id)
                 JOIN account_move move ON move.id = line.move_id
                WHERE line.parent_state = 'posted' AND line.date <= %(day)s
                  AND (move.cn285_revrec_run_id IS NOT NULL
                       OR EXISTS (SELECT 1 FROM cn285_revrec_schedule own
                                   WHERE own.move_line_id = line.id))
             GROUP BY 1, 2""",
            accounts=self._accounts_sql(),
            by_hand=BY_HAND,
            day=day,
            companies=self.env.companies.ids,
        )

    def _accounts_sql(self):
        """Accounts that hold nothing but what schedules put there, with what they are for."""
        kinds = ("deferred", "unbilled", "credit_due", "unbilled_tax")
        # Without an account of their own, credits are deducted from unbilled services.
        own = SQL("credit_due_account_id IS DISTINCT FROM unbilled_account_id")
        companys = SQL("cn285_credit_due_account_id IS DISTINCT FROM cn285_unbilled_account_id")
        return SQL(" UNION ").join(
            SQL(
                """SELECT company_id, %(used)s AS account_id, %(kind)s AS kind
                     FROM cn285_revrec_schedule
                    WHERE company_id = ANY(%(companies)s) AND %(used)s IS NOT NULL AND %(own)s
                UNION
                   SELECT id, %(usual)s, %(kind)s FROM res_company
                    WHERE id = ANY(%(companies)s) AND %(usual)s IS NOT NULL AND %(companys)s""",
                own=own if kind == "credit_due" else SQL("TRUE"),
                companys=companys if kind == "credit_due" else SQL("TRUE"),
                used=SQL.identifier(f"{kind}_account_id"),
                usual=SQL.identifier(f"cn285_{kind}_account_id"),
                kind=kind,
                companies=self.env.companies.ids,
            )
            for kind in kinds
        )

    def action_open_items(self):
        """Open the journal items of the account: its manual entries, where there are any."""
        self.ensure_one()
        day = fields.Date.to_date(self.env.context.get("cn285_date_to"))
        day = day or self.env.company._cn285_last_month_end()
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_account_moves_all")
        domain = [
            ("company_id", "=", self.company_id.id),
            ("account_id", "=", self.account_id.id),
            ("parent_state", "=", "posted"),
            ("date", "<=", day),
        ]
        if ids := self._items_by_hand(day):
            domain.append(("id", "in", ids))
        action.update(
            name=self.account_id.display_name, domain=domain, context={"create": False}, path=False
        )
        return action

    def _items_by_hand(self, day):
        """Ids of the items that make up ``manual``; free lines of invoices are none of them."""
        if self.kind == "revenue":
            return []
        rows = self.env.execute_query(
            SQL(
                """SELECT line.id FROM account_move_line line
                     JOIN account_move move ON move.id = line.move_id
                     JOIN res_company company ON company.id = line.company_id
                    WHERE line.company_id = %s AND line.account_id = %s AND line.date <= %s
                      AND line.parent_state = 'posted'
                      AND line.date >= COALESCE(company.cn285_revrec_from, line.date)
                      AND line.balance != 0 AND %s
                 ORDER BY line.id""",
                self.company_id.id,
                self.account_id.id,
                day,
                BY_HAND,
            )
        )
        return [row[0] for row in rows]

    @api.model
    def _differences(self, company, day):
        """Accounts that do not tie out on that day; none when the books are in order."""
        report = self.with_company(company).with_context(
            cn285_date_to=day, allowed_company_ids=company.ids
        )
        # Rows are numbered anew by each query: what was read before is not theirs.
        report.invalidate_model(flush=False)
        self.env.flush_all()
        return report.search([("company_id", "=", company.id)]).filtered(
            lambda row: not row.currency_id.is_zero(row.difference)
        )
