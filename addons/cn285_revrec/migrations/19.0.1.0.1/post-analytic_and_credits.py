"""Analytic lines of what was deferred go, and credits to be issued get their account.

Until now both sides of a recognition bore the analytic distribution, and so did the invoice on the
deferred revenue account: totals followed billing. From now on only revenue bears it. What is left
of older invoices is recognised by the new way, so the lines of the deferred side, which would count
against nothing, are taken out: totals of all months become what was earned in them.
"""


def migrate(cr, version):
    cr.execute(
        """DELETE FROM account_analytic_line analytic
            USING account_move_line line, account_move move, account_account account
            WHERE line.id = analytic.move_line_id AND move.id = line.move_id
              AND account.id = line.account_id AND account.account_type NOT LIKE 'income%'
              AND (move.cn285_revrec_run_id IS NOT NULL
                   OR EXISTS (SELECT 1 FROM cn285_revrec_schedule schedule
                               WHERE schedule.move_line_id = line.id
                                 AND schedule.posting = 'deferred'))"""
    )
    cr.execute(
        """UPDATE cn285_revrec_position booked
              SET account_id = CASE booked.kind WHEN 'deferral' THEN schedule.deferred_account_id
                                                ELSE schedule.unbilled_account_id END
             FROM cn285_revrec_schedule schedule
            WHERE schedule.id = booked.schedule_id AND booked.account_id IS NULL"""
    )
    cr.execute(
        """WITH found AS (
               SELECT company.id, min(account.id) AS account_id
                 FROM res_company company
                 JOIN account_account_res_company_rel rel ON rel.res_company_id = company.id
                 JOIN account_account account ON account.id = rel.account_account_id
                WHERE company.cn285_credit_due_account_id IS NULL
                  AND account.code_store->>company.id::text LIKE '4198%'
             GROUP BY company.id),
              companies AS (
               UPDATE res_company company SET cn285_credit_due_account_id = found.account_id
                 FROM found WHERE found.id = company.id RETURNING company.id, found.account_id)
           UPDATE cn285_revrec_schedule schedule SET credit_due_account_id = companies.account_id
             FROM companies
            WHERE companies.id = schedule.company_id AND schedule.posting = 'unbilled'"""
    )
