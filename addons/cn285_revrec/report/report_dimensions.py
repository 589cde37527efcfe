"""What all reports on recognition can be grouped and filtered by."""

from odoo import fields, models
from odoo.tools import SQL

# Schedules by what reports group by. A schedule whose analytic distribution names several accounts
# of a plan counts with its share under each; with several plans, the first one (by id) counts.
DIMENSIONS = SQL(
    """SELECT schedule.*, share.account_id AS analytic_account_id, share.number,
              COALESCE(share.share, 1) AS share
         FROM cn285_revrec_schedule schedule
    LEFT JOIN LATERAL (
              SELECT account_id, share, row_number() OVER () AS number
                FROM (SELECT account_id, sum(percent) / 100 AS share
                        FROM (SELECT account.id AS account_id, part.value::numeric AS percent,
                                     account.root_plan_id AS plan_id,
                                     min(account.root_plan_id) OVER () AS first_plan_id
                                FROM jsonb_each_text(schedule.analytic_distribution)
                                     AS part(key, value)
                          CROSS JOIN LATERAL unnest(string_to_array(part.key, ',')) AS one(id)
                                JOIN account_analytic_account account
                                  ON account.id = one.id::integer) parts
                       WHERE plan_id = first_plan_id GROUP BY account_id) shares) share
           ON schedule.analytic_distribution IS NOT NULL"""
)

# Columns that every report takes from its schedule, here called "schedule".
COLUMNS = SQL(
    """schedule.id AS schedule_id, schedule.company_id, schedule.partner_id, schedule.product_id,
       schedule.contract_id, schedule.source_journal_id, schedule.analytic_account_id,
       schedule.deferred_account_id, schedule.revenue_account_id, schedule.move_id,
       schedule.move_line_id, schedule.invoice_date"""
)


class RevrecReport(models.AbstractModel):
    """Dimensions and drill-down that the reports share.

    Reports are queries, not tables: they show the books as they are, as of the days that the
    context names (``cn285_date_from``, ``cn285_date_to``; inclusive).
    """

    _name = "cn285.revrec.report.mixin"
    _inherit = "cn285.revrec.fresh"
    _description = "Recognition Report"
    _auto = False
    _rec_name = "schedule_id"

    schedule_id = fields.Many2one("cn285.revrec.schedule", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    contract_id = fields.Many2one("cn285.contract", readonly=True)
    source_journal_id = fields.Many2one("account.journal", string="Sales Journal", readonly=True)
    analytic_account_id = fields.Many2one("account.analytic.account", readonly=True)
    deferred_account_id = fields.Many2one("account.account", readonly=True)
    revenue_account_id = fields.Many2one("account.account", readonly=True)
    move_id = fields.Many2one("account.move", string="Invoice", readonly=True)
    move_line_id = fields.Many2one("account.move.line", string="Invoice Line", readonly=True)
    invoice_date = fields.Date(string="Accounting Date", readonly=True)

    def _report_day(self, name):
        """A day of the context; by default, the company's last month."""
        day = fields.Date.to_date(self.env.context.get(name))
        if day:
            return day
        last = self.env.company._cn285_last_month_end()
        return last.replace(day=1) if name == "cn285_date_from" else last

    def _day_of(self, company):
        """The last day of the report; by default, of the company's last month."""
        day = fields.Date.to_date(self.env.context.get("cn285_date_to"))
        return day or company._cn285_last_month_end()

    def _company_sql(self):
        return SQL("schedule.company_id = ANY(%s)", self.env.companies.ids)

    def action_view_schedule(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "cn285.revrec.schedule",
            "res_id": self.schedule_id.id,
            "view_mode": "form",
        }
