"""How triggered items are rated: after their sources, and anew when those have changed."""

import json
from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.addons.cn285_contract.engine.money import round_money
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.tools import SQL

from ...engine.cascades import Measure, triggered
from ...engine.errors import UsageError
from ...engine.terms import Usage
from ..rating.usage_batch import Outcome, Part

ZERO = Decimal(0)
# What ratings r of rows s add up to: quantity, and amount excluding tax, as text.
SOURCE_SUMS = SQL(
    """sum(r.quantity)::text,
       sum(r.amount * CASE WHEN s.net = s.amount OR s.net = 0 THEN 1
                           ELSE s.amount / s.net END)::text"""
)


class BillingSchedule(models.Model):
    """Rows of triggered items.

    What counts of a source are its rated rows, of any kind, whose period ends within the row's own:
    so periods of different lengths add up, and each source period counts once.
    """

    _inherit = "cn285.billing.schedule"

    source_totals = fields.Json(
        readonly=True,
        copy=False,
        help="What the items that trigger this one had come to when it was rated, by calculator.",
    )

    # === IN ORDER === #

    def _rate_waiting(self):
        """Sources are rated, and stored, before what they trigger."""
        self._fetch_to_rate()
        levels = {}
        for company in self.company_id:
            levels.update(self.env["cn285.usage.calculator"]._cascade_levels(company))
        if not levels:
            return super()._rate_waiting()
        reasons = {}
        waves = self.grouped(lambda row: levels.get(row.item_id.id, 0))
        for level in sorted(waves):
            reasons.update(super(BillingSchedule, waves[level])._rate_waiting())
        return reasons

    def _prepare_batch(self, batch):
        result = super()._prepare_batch(batch)
        batch.sources.update(self._source_figures())
        return result

    def _source_figures(self):
        """What triggers these rows, by ``(row id, calculator id)``, in one query."""
        triggered = self.env["cn285.usage.calculator"].search(
            [("item_id", "in", self.item_id.ids), ("source_item_id", "!=", False)]
        )
        if not triggered:
            return {}
        by_item = triggered.grouped("item_id")
        wanted = [(row, one) for row in self for one in by_item.get(row.item_id, ())]
        self.env["cn285.usage.rating"].flush_model()
        self.flush_model()
        found = self.env.execute_query(
            SQL(
                """SELECT w.number, %s
                     FROM unnest(%s::int[], %s::int[], %s::int[], %s::date[], %s::date[])
                          AS w (number, item_id, calculator_id, first, last)
                     JOIN cn285_billing_schedule s ON s.item_id = w.item_id
                      AND s.period_end BETWEEN w.first AND w.last
                      AND s.state IN ('planned', 'invoiced', 'settled')
                     JOIN cn285_usage_rating r ON r.schedule_id = s.id
                      AND (w.calculator_id IS NULL OR r.calculator_id = w.calculator_id)
                 GROUP BY w.number""",
                SOURCE_SUMS,
                list(range(len(wanted))),
                [calculator.source_item_id.id for _row, calculator in wanted],
                [calculator.source_calculator_id.id or None for _row, calculator in wanted],
                [row.period_start for row, _calculator in wanted],
                [row.period_end for row, _calculator in wanted],
            )
        )
        figures = {(row.id, calculator.id): ZERO for row, calculator in wanted}
        for number, quantity, amount in found:
            row, calculator = wanted[number]
            figures[row.id, calculator.id] = _measured(
                calculator.source_measure,
                quantity,
                amount,
                as_decimal(row.currency_id.rounding),
            )
        return figures

    def _rate_calculator(self, batch, calculator_id, recipe):
        if not recipe.is_triggered:
            return super()._rate_calculator(batch, calculator_id, recipe)
        calculator = recipe.calculator
        if calculator.source_template_item_id:
            raise UsageError("cascade_source_missing", name=calculator.name)
        if recipe.error:
            raise recipe.error
        total = batch.sources[self.id, calculator_id]
        outcome = Outcome(Part(self.id, calculator_id), None)
        account, carried = recipe.account(calculator_id), ZERO
        if account:
            carried = batch.balances.before(account, self.period_start).get(None, ZERO)
        usage = Usage(total, {}, (total,) if total else ())
        self._rate_part(batch, outcome, recipe.terms, usage, carried)
        if account:
            batch.balances.put(account, self.period_start, {None: outcome.carried_out})
        self._bound_part(batch, outcome, recipe)
        outcome.rating = triggered(
            outcome.rating,
            calculator.source_item_id.name,
            total,
            Measure(calculator.source_measure),
            packages=calculator._entry().counts_packages,
            payout=calculator.is_payout,
        )
        return [outcome]

    # === LATER === #

    def _store_ratings(self, batch):
        result = super()._store_ratings(batch)
        self._note_sources(batch)
        return result

    def _create_differences(self, batch):
        created = super()._create_differences(batch)
        self._note_sources(batch)
        return created

    def _note_sources(self, batch):
        """Keep what rated rows were triggered by, to see when it changes; in one statement."""
        totals = defaultdict(dict)
        for (row_id, calculator_id), total in batch.sources.items():
            if row_id in batch.outcomes:
                totals[row_id][str(calculator_id)] = str(total)
        if not totals:
            return
        self.flush_model(["source_totals"])
        self.env.execute_query(
            SQL(
                """UPDATE cn285_billing_schedule row SET source_totals = noted.totals
                     FROM unnest(%s::int[], %s::jsonb[]) AS noted (id, totals)
                    WHERE row.id = noted.id RETURNING row.id""",
                list(totals),
                [json.dumps(one) for one in totals.values()],
            )
        )
        self.browse(totals).invalidate_recordset(["source_totals"], flush=False)

    @api.model
    def _plan_differences(self, company, since):
        """What changes on a source, also by a difference, flows on to what it triggers."""
        created, failed = super()._plan_differences(company, since)
        levels = self.env["cn285.usage.calculator"]._cascade_levels(company)
        for _level in range(max(levels.values(), default=0)):
            if not self._mark_triggered(company, since):
                break
            more, failing = super()._plan_differences(company, since)
            created |= more
            failed.update(failing)
        return created, failed

    @api.model
    def _mark_triggered(self, company, since):
        """Mark invoiced rows whose sources have come to something else since they were rated.

        :returns: whether there are any
        """
        changed = self._retriggered(company, since)
        changed.usage_stale = True
        return bool(changed)

    @api.model
    def _retriggered(self, company, since):
        """Invoiced rows whose sources have come to something else since they were rated."""
        changed = {
            row_id
            for row_id, measure, noted, quantity, amount, rounding in self._noted_sources(
                company, since
            )
            if Decimal(noted) != _measured(measure, quantity, amount, Decimal(rounding))
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
                             AND s.state IN ('planned', 'invoiced', 'settled')
                             AND (c.source_calculator_id IS NULL
                                  OR r.calculator_id = c.source_calculator_id)
                          ) AS source (quantity, amount)
                    WHERE row.company_id = %(company)s AND row.kind = 'usage'
                      AND row.state IN ('invoiced', 'settled') AND row.period_end >= %(since)s
                      AND row.source_totals ->> c.id::text IS NOT NULL""",
                sums=SOURCE_SUMS,
                company=company.id,
                since=since,
            )
        )


def _measured(measure, quantity, amount, rounding):
    """What a source comes to, of the sums of its ratings as the database gives them."""
    if measure == Measure.quantity.value:
        return Decimal(quantity or 0)
    return round_money(Decimal(amount or 0), rounding)
