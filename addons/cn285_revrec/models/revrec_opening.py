"""What another system has invoiced and not recognised: the opening of deferred revenue.

Rows of the schedule *billed elsewhere* become schedules of their own from the first month on that
is recognised here (``cn285_revrec_from``). No invoice of this database stands behind them: they
release what the opening entry has put on the deferred revenue account.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from odoo import api, models
from odoo.addons.cn285_contract.models.bulk import one_transaction
from odoo.tools import SQL

from ..engine.errors import RecognitionError
from ..engine.recognition import from_month, month_end, split
from ..engine.service import pattern_of
from .revrec_source_values import CHUNK, Missing, Source, unit_of


class RevrecSource(models.AbstractModel):
    _inherit = "cn285.revrec.source"

    @api.model
    def _open_deferred(self, company):
        """Make a company's opening schedules, all in the caller's transaction."""
        # sudo: schedules follow from what was taken over, and nobody writes any.
        self = self.sudo().with_company(company).with_context(lang=None)
        company = company.sudo()
        self.env.flush_all()
        with one_transaction():
            company._cn285_lock_revrec()
            reasons = self._sync_openings(company)
        self.env.flush_all()
        return reasons

    @api.model
    def _sync_openings(self, company):
        """Make the opening schedules anew of which nothing was recognised; returns reasons.

        Without a day from which revenue is recognised here there are none.
        """
        self._drop_openings(company)
        if not company.cn285_revrec_from:
            return {}
        reasons, last_id, accounts = {}, 0, {}
        while records := self._opening_rows(company, last_id):
            last_id = records[-1]["id"]
            sources = []
            answers = self._item_answers(company, records, accounts)
            for record in records:
                try:
                    sources += self._opening_source(company, record, answers)
                except (RecognitionError, Missing) as error:
                    reasons["cn285.billing.schedule", record["id"]] = self._reason(error)
            self._store(company, self._as_given(company, sources))
        return reasons

    @api.model
    def _drop_openings(self, company):
        """Forget openings of which no month was recognised and that nothing credits."""
        self.env.execute_query(
            SQL(
                """WITH gone AS (
                       SELECT opening.id FROM cn285_revrec_schedule opening
                        WHERE opening.company_id = %s AND opening.is_opening
                          AND NOT EXISTS (SELECT 1 FROM cn285_revrec_line line
                                           WHERE line.schedule_id = opening.id
                                             AND line.state = 'recognised')
                          AND NOT EXISTS (SELECT 1 FROM cn285_revrec_schedule credit
                                           WHERE credit.origin_id = opening.id)),
                   emptied AS (
                       DELETE FROM cn285_revrec_line
                        WHERE schedule_id IN (SELECT id FROM gone) RETURNING id)
                   DELETE FROM cn285_revrec_schedule
                    WHERE id IN (SELECT id FROM gone) RETURNING id""",
                company.id,
            )
        )
        self.env["cn285.revrec.schedule"].invalidate_model(flush=False)

    @api.model
    def _opening_rows(self, company, last_id):
        """The next rows billed elsewhere that have no schedule, as dicts in the order of ids."""
        return self.env.execute_query_dict(
            SQL(
                """SELECT row.id, row.item_id, row.contract_id, row.partner_id, row.product_id,
                          row.kind, row.period_start, row.period_end, row.currency_id,
                          COALESCE(item.billed_on, row.period_start) AS billing_date,
                          row.amount::text AS amount, item.date_start AS activated,
                          item.cn285_service_start AS service_start,
                          item.cn285_service_end AS service_end, item.analytic_distribution,
                          COALESCE(item.cn285_deferred_before, 0)::text AS given
                     FROM cn285_billing_schedule row
                     JOIN cn285_contract_item item ON item.id = row.item_id
                    WHERE row.company_id = %s AND row.id > %s AND row.state = 'taken_over'
                      AND row.kind NOT LIKE 'usage%%' AND row.amount != 0
                      AND NOT EXISTS (SELECT 1 FROM cn285_revrec_schedule known
                                       WHERE known.billing_schedule_id = row.id)
                 ORDER BY row.id LIMIT %s""",
                company.id,
                last_id,
                CHUNK,
            )
        )

    @api.model
    def _opening_source(self, company, record, answers):
        """The source of a row billed elsewhere, in a list; none where all of it was earned.

        :raises RecognitionError: where the rule cannot be applied
        """
        rule, columns = answers[record["item_id"], record["kind"]]
        if not rule:
            return []
        facts = self._row_facts(record, record["billing_date"])
        pattern = pattern_of(rule._engine_rule(), facts)
        first = company.cn285_revrec_from.replace(day=1)
        currency = self.env["res.currency"].browse(record["currency_id"])
        foreign = Decimal(record["amount"])
        total = self._in_company_currency(company, currency, foreign, record)
        left = from_month(total, pattern, first, unit_of(company.currency_id))
        if not left:
            return []
        if not columns["deferred_account_id"]:
            product = self.env["product.product"].browse(record["product_id"] or ())
            raise Missing(rule._missing_account("deferred", product))
        return [
            Source(
                columns={
                    **columns,
                    "posting": "deferred",
                    "is_opening": True,
                    "terms": record["given"],
                    "invoice_date": company.cn285_revrec_from,
                    "booking_date": record["activated"] or record["period_start"],
                    "partner_id": record["partner_id"],
                    "billing_schedule_id": record["id"],
                    "analytic_distribution": record["analytic_distribution"],
                },
                pattern=replace(pattern, start=max(pattern.start, first)),
                amount=left,
                amount_currency=from_month(foreign, pattern, first, unit_of(currency)),
                currency=currency,
                earliest=month_end(first),
            )
        ]

    @api.model
    def _as_given(self, company, sources):
        """Sources at what the other system had deferred of their items, where that is told.

        An item of several rows has it in the proportion of what is left of them.
        """
        by_item = {}
        for source in sources:
            if Decimal(source.columns["terms"]):
                by_item.setdefault(source.columns["item_id"], []).append(source)
        for some in by_item.values():
            currency, given = some[0].currency, Decimal(some[0].columns["terms"])
            weights = [source.amount_currency for source in some]
            parts = split(given, weights, unit_of(currency))
            for source, part in zip(some, parts, strict=True):
                source.amount_currency = source.amount = part
                if currency != company.currency_id:
                    record = {"billing_date": source.columns["booking_date"] or date.today()}
                    source.amount = self._in_company_currency(company, currency, part, record)
        for source in sources:
            source.columns["terms"] = None
        return sources
