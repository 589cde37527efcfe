"""When the sources of a billed row have come to something else, it is rated anew."""

from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from .aspect_cascade import SOURCE_SUMS, source_total


class BillingSchedule(models.Model):
    """Billed rows of triggered items; how they are rated, says :class:`CascadeAspect`."""

    _inherit = "cn285.billing.schedule"

    source_totals = fields.Json(
        readonly=True,
        copy=False,
        help="What the items that trigger this one had come to when it was rated, by calculator.",
    )

    @api.model
    def _mark_triggered(self, company, since):
        """Mark invoiced rows whose sources have come to something else since they were rated.

        :returns: whether there are any
        """
        changed = self._retriggered(company, since)
        changed._write_inside({"usage_stale": True})
        return bool(changed)

    @api.model
    def _retriggered(self, company, since):
        """Invoiced rows whose sources have come to something else since they were rated."""
        changed = {
            row_id
            for row_id, measure, noted, quantity, amount, rounding in self._noted_sources(
                company, since
            )
            if Decimal(noted) != source_total(measure, quantity, amount, Decimal(rounding))
        }
        return self.browse(sorted(changed))

    @api.model
    def _noted_sources(self, company, since):
        """What triggered the invoiced rows when they were rated, and what it comes to now.

        In one query that reads no row but what it compares, as every run asks. A cascade that was
        added after a row was rated is not noted: it does not reach back.

        :returns: tuples of row id, measure, noted total, quantity, amount and currency unit
        """
        self.env["cn285.usage.rating"].flush_model()
        self.env["cn285.usage.calculator"].flush_model()
        self.flush_model()
        return self.env.execute_query(
            SQL(
                """SELECT row.id, c.source_measure, row.source_totals ->> c.id::text,
                          source.quantity, source.amount, currency.rounding::text
                     FROM cn285_billing_schedule row
                     JOIN cn285_usage_calculator c ON c.item_id = row.item_id
                      AND c.source_item_id IS NOT NULL
                     JOIN res_currency currency ON currency.id = row.currency_id
               CROSS JOIN LATERAL (
                          SELECT %(sums)s
                            FROM cn285_billing_schedule s
                            JOIN cn285_usage_rating r ON r.schedule_id = s.id
                           WHERE s.item_id = c.source_item_id
                             AND s.period_start <= row.period_end
                             AND s.period_end BETWEEN row.period_start AND row.period_end
                             AND s.state IN ('planned', 'invoiced', 'nothing_to_invoice')
                             AND (c.source_calculator_id IS NULL
                                  OR r.calculator_id = c.source_calculator_id)
                          ) AS source (quantity, amount)
                    WHERE row.company_id = %(company)s AND row.kind = 'usage'
                      AND row.state IN ('invoiced', 'nothing_to_invoice')
                      AND row.period_end >= %(since)s
                      AND row.source_totals ->> c.id::text IS NOT NULL""",
                sums=SOURCE_SUMS,
                company=company.id,
                since=since,
            )
        )
