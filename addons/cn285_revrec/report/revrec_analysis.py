from odoo import fields, models
from odoo.tools import SQL

from .report_dimensions import COLUMNS, DIMENSIONS

# Each kind is a measure of its own: an order, its invoice and its revenue are never added up.
MEASURES = {
    "booking": "bookings",
    "billing": "billings",
    "credit": "credit_notes",
    "revenue": "revenue",
    "planned": "planned_revenue",
}


class RevrecAnalysis(models.Model):
    """Bookings, billings, and revenue as it stands in the ledger; and what is planned.

    Revenue of an invoice on a revenue account is its amount, less what month ends deferred, plus
    what the day after took back; services not invoiced are accrued likewise. So revenue of any
    stretch of days is what the revenue accounts show for it.
    """

    _name = "cn285.revrec.analysis"
    _description = "Bookings, Billings and Revenue"
    _inherit = "cn285.revrec.report.mixin"
    _auto = False
    _order = "date desc, id"

    date = fields.Date(readonly=True)
    kind = fields.Selection(
        [
            ("booking", "Bookings"),
            ("billing", "Billings"),
            ("credit", "Credit Notes"),
            ("revenue", "Revenue"),
            ("planned", "Planned Revenue"),
        ],
        readonly=True,
    )
    amount = fields.Monetary(
        readonly=True, aggregator=None, help="Of this kind; amounts of different kinds do not add."
    )
    bookings = fields.Monetary(readonly=True, help="What was ordered, on the day it starts.")
    billings = fields.Monetary(readonly=True, help="Invoices, on their accounting date.")
    credit_notes = fields.Monetary(readonly=True, help="Credit notes, below zero.")
    revenue = fields.Monetary(readonly=True, help="As the revenue accounts show it.")
    planned_revenue = fields.Monetary(readonly=True, help="What open months will bring.")

    def _fresh_until(self, company):
        return self._day_of(company)

    @property
    def _table_query(self):
        measures = SQL(", ").join(
            SQL(
                "CASE WHEN event.kind = %s THEN event.amount * schedule.share END AS %s",
                kind,
                SQL.identifier(name),
            )
            for kind, name in MEASURES.items()
        )
        return SQL(
            """WITH schedule AS MATERIALIZED (%(dimensions)s WHERE %(company)s)
               SELECT event.id * 64 + COALESCE(schedule.number, 0) AS id,
                      event.date, event.kind, event.amount * schedule.share AS amount,
                      %(measures)s, %(columns)s
                 FROM (%(events)s) event JOIN schedule ON schedule.id = event.schedule_id""",
            dimensions=DIMENSIONS,
            company=self._company_sql(),
            columns=COLUMNS,
            events=self._events_sql(),
            measures=measures,
        )

    def _events_sql(self):
        """SELECT of ``id, schedule_id, date, kind, amount``; ids of different tables differ."""
        return SQL(
            """SELECT id * 16::bigint AS id, id AS schedule_id, booking_date AS date,
                      'booking' AS kind, amount
                 FROM cn285_revrec_schedule WHERE is_opening IS NOT TRUE
            UNION ALL
               SELECT id * 16::bigint + 1, id, invoice_date,
                      CASE WHEN amount < 0 THEN 'credit' ELSE 'billing' END, amount
                 FROM cn285_revrec_schedule
                WHERE posting != 'unbilled' AND is_opening IS NOT TRUE
            UNION ALL
               SELECT id * 16::bigint + 2, id, invoice_date, 'revenue', amount
                 FROM cn285_revrec_schedule WHERE posting IN ('direct', 'month_end')
            UNION ALL
               SELECT booked.id * 16::bigint + 3 + side.number, booked.schedule_id,
                      CASE side.number WHEN 0 THEN booked.date ELSE booked.reversal_date END,
                      'revenue',
                      CASE WHEN (booked.kind = 'accrual') = (side.number = 0)
                           THEN booked.amount ELSE -booked.amount END
                 FROM cn285_revrec_position booked, generate_series(0, 1) AS side(number)
                WHERE booked.state = 'posted'
            UNION ALL
               SELECT line.id * 16::bigint + 5, line.schedule_id, line.date,
                      CASE line.state WHEN 'planned' THEN 'planned' ELSE 'revenue' END, line.amount
                 FROM cn285_revrec_line line
                 JOIN cn285_revrec_schedule owner ON owner.id = line.schedule_id
                WHERE line.state = 'planned' OR owner.posting = 'deferred'"""
        )
