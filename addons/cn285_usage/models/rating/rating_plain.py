"""Most usage is plain: rows by the ten thousand, read in one query and rated without a record.

The engine rates them, as it rates all others; left out is only what plain rows have nothing of.
"""

from decimal import Decimal
from fractions import Fraction
from functools import partial

from odoo import models
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.tools import SQL

from ...engine.errors import UsageError
from ...engine.tariff import Feed
from ..measure.usage_measure import ZERO, Window, next_day
from .usage_batch import Outcome, Part, RowFacts

# What can give rows of these items and contracts a discount, whatever then comes of it.
MAY_BE_OFF = """
    SELECT item_id, NULL::integer FROM cn285_contract_item_version WHERE item_id = ANY(%(items)s)
    UNION ALL
    SELECT item_id, NULL::integer FROM cn285_contract_item_discount WHERE item_id = ANY(%(items)s)
    UNION ALL
    SELECT NULL::integer, contract_id FROM cn285_contract_change
     WHERE contract_id = ANY(%(contracts)s)
       AND type = 'discount_period' AND state = 'scheduled'
"""
READ = {
    "cn285.billing.schedule": None,
    "cn285.contract.item": ["beneficiary_id", "discount", "usage_rated_by"],
    "cn285.contract.item.version": ["item_id"],
    "cn285.contract.item.discount": ["item_id"],
    "cn285.contract.change": ["contract_id", "type", "state"],
    "cn285.contract": ["partner_id"],
}


class BillingSchedule(models.Model):
    """Rows that are plain: no discounts, one metric a calculator, the same terms on all days,
    nothing shared with, carried on to or triggered by others, and billed for the first time.
    """

    _inherit = "cn285.billing.schedule"

    def _read_facts(self, batch):
        """Fill ``batch.facts`` of rows without discounts; those of others are read when asked."""
        # Rows that are only thought of have no number, and are read one by one.
        ids = [row_id for row_id in self._ids if row_id and row_id not in batch.facts]
        if not ids:
            return
        for name, fields in READ.items():
            self.env[name].flush_model(fields)
        # What is sought is few by its id: other conditions would have tables read as a whole.
        rows = self.env.execute_query(
            SQL(
                """SELECT r.id, r.item_id, r.contract_id, r.period_start, r.period_end,
                          r.proration::float8, r.currency_id,
                          coalesce(i.beneficiary_id, c.partner_id), i.usage_rated_by, r.company_id,
                          coalesce(i.discount, 0) <> 0 OR r.usage_discounts IS NOT NULL
                     FROM cn285_billing_schedule r
                     JOIN cn285_contract_item i ON i.id = r.item_id
                     JOIN cn285_contract c ON c.id = r.contract_id
                    WHERE r.id = ANY(%s)""",
                ids,
            )
        )
        found = self.env.execute_query(
            SQL(
                MAY_BE_OFF,
                items=list({row[1] for row in rows}),
                contracts=list({row[2] for row in rows}),
            )
        )
        items, contracts = ({one[place] for one in found} for place in (0, 1))
        shares, units, ends = {1.0: 1}, {}, {}
        currencies = self.env["res.currency"]
        for row_id, item_id, contract_id, start, last, proration, currency_id, *more in rows:
            beneficiary_id, rated_by, company_id, is_off = more
            if is_off or item_id in items or contract_id in contracts:
                continue
            if proration not in shares:
                shares[proration] = Fraction(as_decimal(proration)).limit_denominator(100000)
            if currency_id not in units:
                units[currency_id] = as_decimal(currencies.browse(currency_id).rounding)
            if last not in ends:
                ends[last] = next_day(last)
            batch.facts[row_id] = RowFacts(
                item_id=item_id,
                contract_id=contract_id,
                start=start,
                end=ends[last],
                share=shares[proration],
                unit=units[currency_id],
                beneficiary_id=beneficiary_id,
                rated_by=rated_by,
                discounts=None,
                company_id=company_id,
                currency_id=currency_id,
            )

    def _find_plain(self, batch):
        """Fill ``batch.plain``: ids of the rows among these that are plain."""
        if not all(aspect._leaves_plain for aspect in batch.aspects):
            return
        # Thousands of calculators share a recipe.
        recipes = {id(recipe): recipe for recipe in batch.recipes.values()}
        plain = {key for key, recipe in recipes.items() if is_plain(recipe)}
        special = {
            calculator_id
            for calculator_id, recipe in batch.recipes.items()
            if id(recipe) not in plain or calculator_id in batch.timelines
        }
        items = {
            item_id
            for item_id, calculator_ids in batch.calculators.items()
            if special.isdisjoint(calculator_ids)
        }
        delivered = set(self.filtered("delivery_id").ids) if self._has_deliveries() else ()
        batch.plain.update(
            row_id
            for row_id in self._ids
            if row_id in batch.facts
            and batch.facts[row_id].item_id in items
            and batch.facts[row_id].rated_by == "pooled"
            and row_id not in batch.invoiced
            and row_id not in batch.waived
            and row_id not in delivered
        )

    def _has_deliveries(self):
        """Whether any of these rows stands for a delivery."""
        [(found,)] = self.env.execute_query(
            SQL(
                """SELECT EXISTS (SELECT 1 FROM cn285_billing_schedule
                                   WHERE id = ANY(%s) AND delivery_id IS NOT NULL)""",
                self.ids,
            )
        )
        return found

    def _plain_windows(self, batch, claims, windows, readers):
        """What is measured of plain rows; as the loop over the others in ``_measure_rows``."""
        for row_id in self._ids:
            if row_id not in batch.plain:
                continue
            facts, made = batch.facts[row_id], {}
            for calculator_id in batch.calculators.get(facts.item_id, ()):
                recipe = batch.recipes[calculator_id]
                [metric_id] = recipe.metric_ids
                spans = tuple(claims.get((facts.item_id, metric_id), ())) if claims else ()
                if spans not in made:
                    made[spans] = plain_window(row_id, facts, spans)
                windows[metric_id, recipe.needs][row_id] = made[spans]
                readers[metric_id, recipe.needs].append((row_id, calculator_id))

    def _rate_plain(self, batch, largest):
        """Rate the plain rows among these, into ``batch.outcomes`` and ``batch.failed``.

        In a batch that is stored they are rated then, and before only where somebody asks.

        :param largest: how many of the smallest units may be billed
        """
        if batch.is_stored:
            batch.outcomes.later = batch.plain
            batch.outcomes.rate = partial(plain_outcomes_if_any, batch, largest=largest)
            return
        for row_id in self._ids:
            if row_id not in batch.plain:
                continue
            try:
                batch.outcomes[row_id] = plain_outcomes(batch, row_id, largest)
            except UsageError as error:
                row = self.browse(row_id)
                batch.failed[row.contract_id] = row._rating_problem(error)


def is_plain(recipe):
    """Whether nothing is special about how calculators of a recipe rate, see ``Recipe``."""
    return (
        recipe.error is None
        and recipe.feed is Feed.quantity
        and recipe.formula is None
        and len(recipe.metric_ids) == 1
        and not any(recipe.needs)
        and not recipe.pool
        and not recipe.keeps_balance
        and not recipe.is_triggered
        and recipe.bounds_count == "own"
    )


def plain_window(key, facts, spans):
    """As ``cn285.billing.schedule._window``, of a row that is no delivery."""
    if spans:
        clipped = (
            (max(since, facts.start), facts.end if until is None else min(until, facts.end))
            for since, until in spans
        )
        spans = tuple(span for span in clipped if span[0] < span[1])
    return Window(
        key=key,
        item_id=facts.item_id,
        contract_id=facts.contract_id,
        start=facts.start,
        end=facts.end,
        contract_spans=spans,
        beneficiary_id=facts.beneficiary_id,
    )


def plain_outcomes_if_any(batch, row_id, largest):
    """As :func:`plain_outcomes`; None where the row cannot be rated."""
    try:
        return plain_outcomes(batch, row_id, largest)
    except UsageError:
        return None


def plain_outcomes(batch, row_id, largest):
    """The outcomes of a plain row, a list of ``Outcome``.

    :raises UsageError: when it cannot be rated
    """
    facts = batch.facts[row_id]
    share, unit = facts.share, facts.unit
    most: Decimal = unit * largest
    outcomes = []
    for calculator_id in batch.calculators.get(facts.item_id, ()):
        recipe = batch.recipes[calculator_id]
        tariff = recipe.tariff
        measured = batch.measured[row_id, calculator_id, recipe.metric_ids[0]]
        rating, carried_out = tariff.rate(recipe.usage([measured]), share, unit, ZERO)
        rating = tariff.bound(rating, share, unit, ZERO)
        outcomes.append(
            Outcome(
                Part(row_id, calculator_id),
                rating,
                measured.events,
                measured.last_seq,
                carried_out,
            )
        )
    if any(abs(outcome.rating.amount) > most for outcome in outcomes):
        raise UsageError("result_too_large")
    return outcomes
