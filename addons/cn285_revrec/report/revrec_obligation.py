from dateutil.relativedelta import relativedelta
from odoo import fields, models
from odoo.tools import SQL

from .report_dimensions import COLUMNS, DIMENSIONS


class RevrecObligation(models.Model):
    """What is still to be rendered on a day: invoiced or not, within 12 months or later.

    Not invoiced are the rows of the billing schedule, which reaches as far as the planning horizon.
    """

    _name = "cn285.revrec.obligation"
    _description = "Remaining Obligation"
    _inherit = "cn285.revrec.report.mixin"
    _auto = False
    _order = "id"

    billed_within = fields.Monetary(string="Billed, Within 12 Months", readonly=True)
    billed_later = fields.Monetary(string="Billed, Later", readonly=True)
    unbilled_within = fields.Monetary(string="Not Billed, Within 12 Months", readonly=True)
    unbilled_later = fields.Monetary(string="Not Billed, Later", readonly=True)
    amount = fields.Monetary(string="Remaining Obligation", readonly=True)
    service_end = fields.Date(readonly=True)

    def _fresh_until(self, company):
        return self._day_of(company)

    @property
    def _table_query(self):
        day = self._report_day("cn285_date_to")
        return SQL(
            """WITH schedule AS MATERIALIZED (
                    %(dimensions)s WHERE %(company)s AND schedule.posting != 'direct'
                       AND schedule.booking_date <= %(day)s),
                    ahead AS (
                    SELECT owner.id AS schedule_id,
                           owner.posting != 'unbilled' AND owner.invoice_date <= %(day)s AS billed,
                           sum(line.amount) FILTER (WHERE line.period <= %(year)s) AS within,
                           sum(line.amount) FILTER (WHERE line.period > %(year)s) AS later
                      FROM cn285_revrec_line line
                      JOIN cn285_revrec_schedule owner ON owner.id = line.schedule_id
                     WHERE line.company_id = ANY(%(companies)s)
                       AND CASE WHEN owner.posting != 'unbilled' AND owner.invoice_date <= %(day)s
                                THEN line.state = 'planned' OR line.date > %(day)s
                                ELSE line.period > %(day)s END
                  GROUP BY 1, 2)
               SELECT schedule.id * 64::bigint + COALESCE(schedule.number, 0) AS id, %(columns)s,
                      schedule.service_end,
                      CASE WHEN ahead.billed THEN COALESCE(ahead.within, 0) * share ELSE 0 END
                          AS billed_within,
                      CASE WHEN ahead.billed THEN COALESCE(ahead.later, 0) * share ELSE 0 END
                          AS billed_later,
                      CASE WHEN ahead.billed THEN 0 ELSE COALESCE(ahead.within, 0) * share END
                          AS unbilled_within,
                      CASE WHEN ahead.billed THEN 0 ELSE COALESCE(ahead.later, 0) * share END
                          AS unbilled_later,
                      (COALESCE(ahead.within, 0) + COALESCE(ahead.later, 0)) * share AS amount
                 FROM ahead JOIN schedule ON schedule.id = ahead.schedule_id""",
            dimensions=DIMENSIONS,
            company=self._company_sql(),
            companies=self.env.companies.ids,
            columns=COLUMNS,
            day=day,
            year=day + relativedelta(months=12),
        )
