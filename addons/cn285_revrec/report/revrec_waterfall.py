from odoo import fields, models
from odoo.tools import SQL

from .report_dimensions import COLUMNS, DIMENSIONS


class RevrecWaterfall(models.Model):
    """Months of invoicing by months of revenue: what was invoiced when, and is earned when.

    As of the day that the context names (``cn285_date_to``): later invoices are left out, and what
    was recognised later counts as planned.
    """

    _name = "cn285.revrec.waterfall"
    _description = "Revenue Waterfall"
    _inherit = "cn285.revrec.report.mixin"
    _auto = False
    _order = "date, id"

    date = fields.Date(string="Month of Revenue", readonly=True)
    state = fields.Selection(
        [("planned", "Planned"), ("recognised", "Recognised")], string="Status", readonly=True
    )
    amount = fields.Monetary(string="Revenue", readonly=True)

    @property
    def _table_query(self):
        day = self._report_day("cn285_date_to")
        return SQL(
            """WITH schedule AS MATERIALIZED (
                    %(dimensions)s WHERE %(company)s AND schedule.posting != 'unbilled'
                       AND schedule.invoice_date <= %(day)s)
               SELECT line.id * 64::bigint + COALESCE(schedule.number, 0) AS id, line.date,
                      CASE WHEN line.date > %(day)s THEN 'planned' ELSE line.state END AS state,
                      line.amount * schedule.share AS amount, %(columns)s
                 FROM cn285_revrec_line line JOIN schedule ON schedule.id = line.schedule_id""",
            dimensions=DIMENSIONS,
            company=self._company_sql(),
            columns=COLUMNS,
            day=day,
        )
