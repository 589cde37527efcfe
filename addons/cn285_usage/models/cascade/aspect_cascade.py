"""How triggered items are rated: after their sources, by what these were rated with."""

import json
from collections import defaultdict
from decimal import Decimal

from odoo.addons.cn285_contract.engine.money import round_money
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.tools import SQL

from ...engine.cascades import Measure, triggered
from ...engine.errors import UsageError
from ...engine.tariff import Usage
from ..rating.aspect import RatingAspect
from ..rating.usage_batch import Outcome, Part

ZERO = Decimal(0)
# What ratings r of rows s add up to: quantity, and amount excluding tax, as text.
SOURCE_SUMS = SQL(
    """sum(r.quantity)::text,
       sum(r.amount * CASE WHEN s.net = s.amount OR s.net = 0 THEN 1
                           ELSE s.amount / s.net END)::text"""
)


class CascadeAspect(RatingAspect):
    """Calculators that another item triggers: what it was rated with is their usage.

    What counts of a source are its rated rows, of any kind, whose period ends within the row's own:
    so periods of different lengths add up, and each source period counts once.
    """

    _leaves_plain = True

    def __init__(self):
        # What the sources come to, a Decimal by (row id, calculator id).
        self.totals = {}

    @staticmethod
    def levels(schedules, company):
        """Sources are rated, and stored, before what they trigger."""
        return schedules.env["cn285.usage.calculator"]._cascade_levels(company)

    def prepare(self, rows, batch):
        self.totals.update(_source_totals(rows))

    def rate_calculator(self, row, batch, calculator_id, recipe):
        if not recipe.is_triggered:
            return None
        calculator = recipe.calculator
        if calculator.source_template_item_id:
            raise UsageError("cascade_source_missing", name=calculator.name)
        if recipe.error:
            raise recipe.error
        total = self.totals[row.id, calculator_id]
        outcome = Outcome(Part(row.id, calculator_id), None)
        account, carried = recipe.account(calculator_id), ZERO
        if account:
            carried = batch.balances.before(account, row.period_start).get(None, ZERO)
        usage = Usage(total, {}, (total,) if total else ())
        row._rate_part(batch, outcome, recipe.tariff, usage, carried)
        if account:
            batch.balances.put(account, row.period_start, {None: outcome.carried_out})
        row._bound_part(batch, outcome, recipe)
        outcome.rating = triggered(
            outcome.rating,
            calculator.source_item_id.name,
            total,
            Measure(calculator.source_measure),
            packages=calculator._entry().counts_packages,
            payout=calculator.is_payout,
        )
        return [outcome]

    def stored(self, batch):
        self._note_sources(batch)

    def differences_stored(self, batch):
        self._note_sources(batch)

    def _note_sources(self, batch):
        """Keep what rated rows were triggered by, to see when it changes; in one statement."""
        totals = defaultdict(dict)
        for (row_id, calculator_id), total in self.totals.items():
            if row_id in batch.outcomes:
                totals[row_id][str(calculator_id)] = str(total)
        if not totals:
            return
        rows = batch.rows
        rows.flush_model(["source_totals"])
        rows.env.execute_query(
            SQL(
                """UPDATE cn285_billing_schedule row SET source_totals = noted.totals
                     FROM unnest(%s::int[], %s::jsonb[]) AS noted (id, totals)
                    WHERE row.id = noted.id RETURNING row.id""",
                list(totals),
                [json.dumps(one) for one in totals.values()],
            )
        )
        rows.browse(totals).invalidate_recordset(["source_totals"], flush=False)


def _source_totals(rows):
    """What triggers these rows, by ``(row id, calculator id)``, in one query."""
    calculators = rows.env["cn285.usage.calculator"].search(
        [("item_id", "in", rows.item_id.ids), ("source_item_id", "!=", False)]
    )
    if not calculators:
        return {}
    by_item = calculators.grouped("item_id")
    wanted = [(row, one) for row in rows for one in by_item.get(row.item_id, ())]
    rows.env["cn285.usage.rating"].flush_model()
    rows.flush_model()
    found = rows.env.execute_query(
        SQL(
            """SELECT w.number, %s
                 FROM unnest(%s::int[], %s::int[], %s::int[], %s::date[], %s::date[])
                      AS w (number, item_id, calculator_id, first, last)
                 JOIN cn285_billing_schedule s ON s.item_id = w.item_id
                  AND s.period_end BETWEEN w.first AND w.last
                  AND s.state IN ('planned', 'invoiced', 'nothing_to_invoice')
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
    totals = {(row.id, calculator.id): ZERO for row, calculator in wanted}
    for number, quantity, amount in found:
        row, calculator = wanted[number]
        totals[row.id, calculator.id] = source_total(
            calculator.source_measure, quantity, amount, as_decimal(row.currency_id.rounding)
        )
    return totals


def source_total(measure, quantity, amount, rounding):
    """What a source comes to, of the sums of its ratings as the database gives them.

    :param measure: a calculator's ``source_measure``
    :param quantity, amount: texts, see :data:`SOURCE_SUMS`, None where nothing was rated
    :param rounding: the smallest unit of the currency
    """
    if measure == Measure.quantity.value:
        return Decimal(quantity or 0)
    return round_money(Decimal(amount or 0), rounding)
