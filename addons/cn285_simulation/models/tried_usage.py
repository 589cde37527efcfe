"""Usage by other terms: rated by the engine that bills, from the same events; nothing is stored."""

from decimal import Decimal
from itertools import count

from odoo import models
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.addons.cn285_usage.engine.tariff import Feed

from ..engine.effect import raised
from .simulation_trial import KINDS
from .tried_rows import Found

ZERO = Decimal(0)
# Figures of a calculator that are prices.
PRICES = frozenset(
    {
        "price_unit",
        "overage_price",
        "percent",
        "fixed_amount",
        "event_minimum",
        "event_maximum",
        "minimum_amount",
        "maximum_amount",
    }
)
# What a calculator of a contract keeps when it is tried with the terms of another: where its
# usage comes from when another item triggers it, and to whom it is owed.
OF_THE_ITEM = (
    "source_item_id",
    "source_calculator_id",
    "source_measure",
    "is_payout",
)


class Simulation(models.Model):
    _inherit = "cn285.simulation"

    def _try_usage(self, rows, billed):
        """What billed rows of usage come to, rated anew: ``({row: Found}, {contract: reason})``.

        By the terms that were in force, and by those tried. Both are of all usage that is known
        by now, and of whole periods, whatever was billed of them before their end. Where nothing is
        tried of usage, what was billed stands.

        :param billed: ``{row: Decimal}``, what was billed of each, in terms of its prices
        """
        self.ensure_one()
        trials = self.trial_ids.filtered(lambda trial: KINDS[trial.kind].of_usage)
        if not rows:
            return {}, {}
        if self.trial_ids and not trials:
            return {row: Found(billed[row], billed[row]) for row in rows}, {}
        closed = rows._of_closed_days()
        failed = {row.contract_id: row._closed_problem() for row in closed}
        control, _notes, failing = self._rated_by(self.trial_ids.browse(), rows - closed, billed)
        failed.update(failing)
        tried, notes = control, {}
        if trials:
            ratable = rows.filtered(lambda row: row.contract_id not in failed)
            tried, notes, failing = self._rated_by(trials, ratable, billed)
            failed.update(failing)
        found = {
            row: Found(control[row], tried[row], notes.get(row.item_id.id, ""))
            for row in rows
            if row.contract_id not in failed
        }
        return found, failed

    def _rated_by(self, trials, rows, billed):
        """What rows come to by what is tried: ``({row: Decimal}, notes, {contract: reason})``."""
        batch = rows._start_batch()
        notes = trials._try_on(rows, batch) if trials else {}
        counting = any(
            recipe.bounds_count == "contract"
            for key in batch.recipes
            for recipe in batch.all_recipes(key)
        )
        if counting:
            # What bounds count of other items is what is stored and what it differs by.
            batch.invoiced, batch.plain = rows._billed_ratings(), set()
        rows._measure_rows(batch)
        rows._rate_batch(batch)
        found = {
            row: _sum(batch.outcomes.get(row.id))
            + (billed[row] if row.id in batch.invoiced else ZERO)
            for row in rows
        }
        return found, notes, batch.failed


class SimulationTrial(models.Model):
    """How a batch of ratings is made to rate by what is tried."""

    _inherit = "cn285.simulation.trial"

    def _try_on(self, rows, batch):
        """Put what is tried in the place of the terms that a batch has read.

        :param batch: a ``RatingBatch`` of these rows of which nothing was measured
        :returns: codes of what is to be known of items, ``{item id: code}``
        """
        notes, touched = {}, set()
        maker = _Recipes(self)
        for trial in self:
            for item in rows.item_id:
                if not trial._concerns(item):
                    continue
                changes, note = trial._tried_of(item, batch, maker)
                if note:
                    notes.setdefault(item.id, note)
                if changes:
                    touched.add(item.id)
        batch.plain = {one for one in batch.plain if batch.facts[one].item_id not in touched}
        return notes

    def _tried_of(self, item, batch, maker):
        """Change what a batch knows of an item's calculators.

        :returns: whether anything is changed, and a code of what is to be known, or an empty text
        """
        self.ensure_one()
        if self.kind == "percent":
            return self._raise_of(item, batch, maker)
        if self.kind == "smartcode":
            return self._run_version_of(item, batch)
        if self.kind == "plan" and (
            self.plan_id.billing_type != "usage" or not self.plan_id.calculator_ids
        ):
            return False, "other_billing"
        known = batch.calculators.get(item.id, [])
        new = self.plan_id.calculator_ids if self.kind == "plan" else self.calculator_id
        pairs, left = self._pairs(new, known, batch, maker)
        for one, calculator_id in pairs.items():
            key = calculator_id or next(maker.numbers)
            old = batch.recipes[calculator_id] if calculator_id else None
            batch.recipes[key] = maker.of(one, old)
            batch.timelines.pop(key, None)
            if one.smartcode_id:
                self._choose_version(one, key, batch)
            pairs[one] = key
        if self.kind == "plan":
            # The calculators of the plan are all that the item has.
            batch.calculators[item.id] = list(pairs.values())
            return True, ""
        return bool(pairs), "" if pairs or not self._is_limited() or not left else "no_match"

    def _pairs(self, new, known, batch, maker):
        """Which calculator of an item stands in for which new one: ``{new: its id or None}``.

        Those that count the same. Where the trial says of which items, the only one of an item is
        taken whatever it counts. Of a plan, those that have no other are new.

        :returns: the pairs, and the ids that are left over
        """
        pairs, left = {}, list(known)
        for one in new:
            counted = maker.metric_ids(one)
            alike = [
                key
                for key in left
                if batch.recipes[key].metric_ids == counted
                and batch.recipes[key].calculator.formula == one.formula
            ]
            if not alike and len(known) == 1 and left and self._is_limited():
                alike = left[:1]
            if alike:
                pairs[one] = alike[0]
                left.remove(alike[0])
            elif self.kind == "plan":
                pairs[one] = None
        return pairs, left

    def _raise_of(self, item, batch, maker):
        """Raise all prices of an item's calculators, those in force once as well."""
        factor = as_decimal(self.percent)
        keys = batch.calculators.get(item.id, [])
        if any(one.feed is Feed.inputs for key in keys for one in batch.all_recipes(key)):
            return False, "macro"
        for key in keys:
            if key in batch.timelines:
                batch.timelines[key] = tuple(
                    (since, recipe and maker.raised(recipe, factor))
                    for since, recipe in batch.timelines[key]
                )
            batch.recipes[key] = maker.raised(batch.recipes[key], factor)
        return bool(keys), ""

    def _run_version_of(self, item, batch):
        """Have the version run for those calculators that have its SmartCode."""
        version = self.smartcode_version_id
        keys = [
            key
            for key in batch.calculators.get(item.id, [])
            if batch.recipes[key].calculator.smartcode_id == version.smartcode_id
        ]
        batch.versions.update(dict.fromkeys(keys, version))
        return bool(keys), ""

    def _choose_version(self, calculator, key, batch):
        """The newest version of a SmartCode that comes with new terms: it is not of those days."""
        version = calculator.smartcode_id._version_on(self.company_id._cn285_today())
        if version:
            batch.versions[key] = version


class _Recipes:
    """Recipes of what is tried: one for all items that are alike, however many there are."""

    def __init__(self, trials):
        self.known = {}
        self.metrics = {}
        # Of calculators that an item would have besides its own.
        self.numbers = count(-1, -1)

    def _metrics_of(self, calculator):
        if calculator not in self.metrics:
            self.metrics[calculator] = calculator._metrics()
        return self.metrics[calculator]

    def metric_ids(self, calculator):
        """Ids of the metrics that a calculator counts, in their order."""
        return tuple(self._metrics_of(calculator).ids)

    def of(self, calculator, old):
        """The recipe of a template's calculator in the place of another, or beside those there."""
        key = calculator.id, id(old)
        if key not in self.known:
            terms, kept = calculator._terms(), old and old.calculator
            terms["pool_id"] = False
            if terms["allowance_scope"] != "own":
                if kept and kept.pool_id and kept.allowance_scope == terms["allowance_scope"]:
                    terms["pool_id"] = kept.pool_id.id
                else:
                    terms["allowance_scope"] = "own"
            if kept and kept.source_item_id:
                own = kept._terms()
                terms.update({name: own[name] for name in OF_THE_ITEM})
                terms.update(metric_id=False, formula=False, source_template_item_id=False)
            basis = kept or calculator
            self.known[key] = old, basis._at(terms)._recipe(self._metrics_of(calculator))
        return self.known[key][1]

    def raised(self, old, percent):
        """A recipe with all prices so much higher."""
        key = id(old), percent
        if key not in self.known:
            calculator = old.calculator
            terms = raised(calculator._terms(), PRICES, percent)
            self.known[key] = old, calculator._at(terms)._recipe(old.metrics)
        return self.known[key][1]


def _sum(outcomes):
    """What outcomes come to."""
    return sum((outcome.rating.amount for outcome in outcomes or ()), start=ZERO)
