from odoo import fields, models
from odoo.tools import SQL

from .report_dimensions import COLUMNS, DIMENSIONS


class RevrecRollforward(models.Model):
    """Deferred revenue from one day to another: opening + billed + credited − recognised = closing.

    What the ledger's deferred revenue accounts show on these days, schedule by schedule.
    """

    _name = "cn285.revrec.rollforward"
    _description = "Deferred Revenue Roll-Forward"
    _inherit = "cn285.revrec.report.mixin"
    _auto = False
    _order = "invoice_date desc, id"

    opening = fields.Monetary(readonly=True)
    billed = fields.Monetary(readonly=True)
    credited = fields.Monetary(readonly=True, help="Credit notes, below zero.")
    recognised = fields.Monetary(readonly=True)
    closing = fields.Monetary(readonly=True)

    @property
    def _table_query(self):
        first, last = self._report_day("cn285_date_from"), self._report_day("cn285_date_to")
        return SQL(
            """WITH schedule AS MATERIALIZED (
                    %(dimensions)s WHERE %(company)s
                       AND schedule.posting IN ('deferred', 'month_end')
                       AND schedule.invoice_date <= %(last)s),
                    earned AS (
                    SELECT line.schedule_id,
                           COALESCE(sum(line.amount) FILTER (WHERE line.date < %(first)s), 0)
                               AS before,
                           sum(line.amount) AS until
                      FROM cn285_revrec_line line
                     WHERE line.company_id = ANY(%(companies)s)
                       AND line.state = 'recognised' AND line.date <= %(last)s
                  GROUP BY line.schedule_id),
                    booked AS (
                    SELECT schedule_id,
                           sum(amount) FILTER (
                               WHERE date < %(first)s AND reversal_date >= %(first)s) AS before,
                           sum(amount) FILTER (
                               WHERE date <= %(last)s AND reversal_date > %(last)s) AS until
                      FROM cn285_revrec_position
                     WHERE company_id = ANY(%(companies)s)
                       AND kind = 'deferral' AND state = 'posted'
                  GROUP BY schedule_id),
                    moved AS (
                    SELECT schedule.*,
                           CASE WHEN posting = 'month_end' THEN COALESCE(booked.before, 0)
                                WHEN invoice_date < %(first)s OR is_opening
                                THEN amount - COALESCE(earned.before, 0) ELSE 0 END AS opening,
                           CASE WHEN invoice_date >= %(first)s AND amount > 0
                                 AND is_opening IS NOT TRUE THEN amount ELSE 0 END AS billed,
                           CASE WHEN invoice_date >= %(first)s AND amount < 0
                                THEN amount ELSE 0 END AS credited,
                           CASE WHEN posting = 'month_end' THEN COALESCE(booked.until, 0)
                                ELSE amount - COALESCE(earned.until, 0) END AS closing
                      FROM schedule
                 LEFT JOIN earned ON earned.schedule_id = schedule.id
                                 AND schedule.posting = 'deferred'
                 LEFT JOIN booked ON booked.schedule_id = schedule.id
                                 AND schedule.posting = 'month_end')
               SELECT schedule.id * 64::bigint + COALESCE(schedule.number, 0) AS id, %(columns)s,
                      schedule.opening * share AS opening, schedule.billed * share AS billed,
                      schedule.credited * share AS credited,
                      (schedule.opening + schedule.billed + schedule.credited - schedule.closing)
                          * share AS recognised,
                      schedule.closing * share AS closing
                 FROM moved schedule
                WHERE schedule.opening != 0 OR schedule.billed != 0 OR schedule.credited != 0
                   OR schedule.closing != 0""",
            dimensions=DIMENSIONS,
            company=self._company_sql(),
            companies=self.env.companies.ids,
            columns=COLUMNS,
            first=first,
            last=last,
        )


class RevrecUnbilled(models.Model):
    """Services rendered and not invoiced: opening + recognised − billed = closing, without taxes.

    What the ledger's accounts for unbilled services show on these days (tax shown apart).
    """

    _name = "cn285.revrec.unbilled"
    _description = "Unbilled Services Roll-Forward"
    _inherit = "cn285.revrec.report.mixin"
    _auto = False
    _order = "id"

    opening = fields.Monetary(readonly=True)
    recognised = fields.Monetary(readonly=True)
    billed = fields.Monetary(readonly=True)
    closing = fields.Monetary(readonly=True)
    closing_tax = fields.Monetary(readonly=True)

    @property
    def _table_query(self):
        first, last = self._report_day("cn285_date_from"), self._report_day("cn285_date_to")
        return SQL(
            """WITH booked AS (
                    SELECT schedule_id,
                           COALESCE(sum(amount) FILTER (
                               WHERE date < %(first)s AND reversal_date >= %(first)s), 0)
                               AS opening,
                           COALESCE((array_agg(amount ORDER BY date DESC) FILTER (
                               WHERE reversal_date <= %(last)s))[1], 0) AS taken_back,
                           COALESCE(sum(amount) FILTER (
                               WHERE date <= %(last)s AND reversal_date > %(last)s), 0) AS closing,
                           COALESCE(sum(tax_amount) FILTER (
                               WHERE date <= %(last)s AND reversal_date > %(last)s), 0)
                               AS closing_tax
                      FROM cn285_revrec_position
                     WHERE company_id = ANY(%(companies)s)
                       AND kind = 'accrual' AND state = 'posted'
                       AND date <= %(last)s AND reversal_date >= %(first)s
                  GROUP BY schedule_id),
                    schedule AS (%(dimensions)s JOIN booked ON booked.schedule_id = schedule.id)
               SELECT schedule.id * 64::bigint + COALESCE(schedule.number, 0) AS id, %(columns)s,
                      booked.opening * share AS opening,
                      (booked.closing - booked.opening + left_by_invoice.amount) * share
                          AS recognised,
                      left_by_invoice.amount * share AS billed,
                      booked.closing * share AS closing, booked.closing_tax * share AS closing_tax
                 FROM schedule JOIN booked ON booked.schedule_id = schedule.id
           CROSS JOIN LATERAL (
                      SELECT CASE WHEN schedule.invoice_date BETWEEN %(first)s AND %(last)s
                                  THEN booked.taken_back
                                  ELSE 0 END AS amount) left_by_invoice
                WHERE %(company)s""",
            dimensions=DIMENSIONS,
            company=self._company_sql(),
            companies=self.env.companies.ids,
            columns=COLUMNS,
            first=first,
            last=last,
        )
