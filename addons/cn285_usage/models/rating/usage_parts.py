"""Periods whose terms or discounts change: their parts, and what was used in each."""

from datetime import date

from odoo import fields, models
from odoo.addons.cn285_contract.models.common import as_decimal

from ...engine.discount import Discounts
from ...engine.history import Method, bound_parts, rate_parts, spread_evenly
from ..measure.usage_measure import ZERO, Measured
from .usage_batch import BILLED_STATES


class BillingSchedule(models.Model):
    """Which terms a row is rated by: those of its days, and once it is billed, those it was by.

    Terms of calculators have versions that do not change once they were billed by. Discounts can be
    edited in all ways: what a row was rated by is kept with it, and holds when it is rated anew.
    """

    _inherit = "cn285.billing.schedule"

    usage_discounts = fields.Json(
        readonly=True, copy=False, help="The discounts that its usage was rated with, as data."
    )

    # === DISCOUNTS === #

    def _discounts(self):
        """The discounts that the row is rated with, an engine ``Discounts``; None for none."""
        self.ensure_one()
        billed = self._billed_with()
        if billed and (billed.usage_discounts or not billed._shows_discount()):
            data = billed.usage_discounts
            return Discounts.from_data(data) if data else None
        return self.item_id._usage_discounts()

    def _billed_with(self):
        """The row that has what this one was billed by before; empty where it is billed anew."""
        if self.delivery_id:
            known = self.delivery_id.schedule_ids._origin.filtered(
                lambda row: row.state != "cancelled"
            )
            return known.sorted("id")[:1]
        return self if self.state in BILLED_STATES else self.browse()

    def _shows_discount(self):
        """Whether it was billed less a discount before rows kept theirs."""
        return any(step[0] == "usage_discount" for step in self.steps or ())

    def _discounts_data(self, batch):
        """What is kept of the discounts that the row was rated with, by ``batch``."""
        discounts = batch.facts_of(self).discounts
        return discounts.to_data() if discounts else None

    # === PARTS === #

    def _cuts_to_measure(self, batch, calculator_id, recipe):
        """Days up to which the row's usage by a calculator is measured, besides all of it."""
        if not recipe.runs or recipe.method is Method.days:
            return ()
        end = batch.facts_of(self).end
        segments = batch.segments_of(self, calculator_id)
        return [segment.start for segment in segments[1:] if segment.start < end]

    def _parts(self, batch, part, usage):
        """The parts of the row by a calculator, as the engine rates them; none where it is whole.

        :param part: whose usage, see ``Part``
        :param usage: all of it
        """
        segments = batch.segments_of(self, part.calculator_id)
        if not segments:
            return ()
        for segment in segments:
            if segment.recipe.error:
                raise segment.recipe.error
        running = self._running(batch, part, segments, usage)
        return [segment.part(one) for segment, one in zip(segments, running, strict=True)]

    def _running(self, batch, part, segments, usage):
        """What was used up to the end of each segment."""
        recipe, end = segments[-1].recipe, batch.facts_of(self).end
        if not recipe.runs or recipe.method is Method.days:
            return spread_evenly(usage, [(one.start, one.end) for one in segments])
        result = []
        for segment in segments[:-1]:
            if segment.end >= end:
                result.append(usage)
                continue
            measured = [
                batch.measured[(self.id, segment.end), part.calculator_id, metric_id]
                for metric_id in recipe.metric_ids
            ]
            if part.beneficiary_id:
                nothing = Measured()
                measured = [
                    one.by_beneficiary.get(part.beneficiary_id, nothing) for one in measured
                ]
            result.append(recipe.usage(measured))
        return [*result, usage]

    # === RATING === #

    def _rate_part(self, batch, outcome, tariff, usage, carried=ZERO):
        """Give an outcome its rating, before bounds."""
        facts = batch.facts_of(self)
        parts = self._parts(batch, outcome.part, usage)
        if not parts:
            outcome.rating, outcome.carried_out = tariff.rate(
                usage, facts.share, facts.unit, carried
            )
            return
        recipe = batch.recipe_of(self, outcome.part.calculator_id)
        # Parts that are periods of their own have bounds of their own.
        outcome.bounded = recipe.method is Method.windows and recipe.bounds_count == "own"
        parted = rate_parts(
            parts,
            method=recipe.method,
            share=facts.share,
            rounding=facts.unit,
            carried=carried,
            bounded=outcome.bounded,
        )
        outcome.rating, outcome.carried_out = parted.rating, parted.carried_out
        outcome.keep_parts(parts, parted.exacts)

    def _bound_part(self, batch, outcome, recipe):
        """Bring an outcome within the minimum and maximum that count its calculator alone."""
        if recipe.bounds_count == "own":
            self._bound_outcome(batch, outcome, recipe)

    def _bound_outcome(self, batch, outcome, recipe, counted=ZERO):
        """Bring an outcome within its bounds.

        :param counted: what else of the period is compared with them
        """
        facts = batch.facts_of(self)
        segments = batch.segments_of(self, outcome.part.calculator_id)
        if not outcome.parts or not segments:
            outcome.rating = recipe.tariff.bound(outcome.rating, facts.share, facts.unit, counted)
        elif not outcome.bounded:
            outcome.rating = bound_parts(
                outcome.rating,
                [segment.part(None) for segment in segments],
                [exact for _days, exact in outcome.parts],
                share=facts.share,
                rounding=facts.unit,
                counted=counted,
            )


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def _usage_discounts(self):
        """The item's discounts over time, as the engine has them; None for none."""
        self.ensure_one()
        versions = self.version_ids.sorted(lambda one: one.date_from or date.min)
        percents = tuple((one.date_from or None, as_decimal(one.discount)) for one in versions)
        discounts = Discounts(
            percents or ((None, as_decimal(self.discount)),), self._engine_windows()
        )
        return discounts if discounts.count else None
