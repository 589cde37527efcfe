from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from odoo import models

from ...engine.projection import pace, project
from ...engine.rating import steps_data
from ..measure.usage_measure import Window, next_day

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one calculator makes of a period that is not invoiced yet, for one beneficiary or all.

    ``amount`` is what the usage so far costs in all, ``billed`` what of it was invoiced before the
    period's end, ``projected`` what the period will cost if usage goes on as it began; minimum and
    maximum of the period are in both. ``left`` is None where nothing is included; of ``pooled``
    units both ``included`` and ``left`` are those of all members of the pool.

    ``rating``: the engine's, which says how the amount comes about, by which terms from when.
    ``is_late``: the period was billed, and quantity and amounts are the difference to be billed, or
    credited, for what has come since.
    """

    row: object
    calculator: object
    beneficiary_id: int | None
    quantity: Decimal
    events: int
    included: Decimal | None
    left: Decimal | None
    amount: Decimal
    billed: Decimal
    projected: Decimal
    is_late: bool = False
    rating: object = None
    pooled: bool = False

    def explanation(self):
        """How the amount so far comes about, a line a step, in the language of its row."""
        steps = [[f"usage_{code}", values] for code, values in steps_data(self.rating)]
        return self.row._explain(steps, self.row.currency_id)


def _included_and_left(rating):
    """Units that a rating found included, what is left of them, and whether a pool has them.

    :returns: ``(Decimal or None, Decimal or None, bool)``
    """
    for note in rating.notes:
        values = note.values
        if note.code in ("allowance", "together"):
            included = Decimal(values["granted"]) + Decimal(values["carried_in"])
            return included, included - Decimal(values["consumed"]), False
        if note.code == "pool":
            included = Decimal(values["granted"]) + Decimal(values["carried_in"])
            taken = Decimal(values["pool_used"]) - Decimal(values["pool_billable"])
            return included, included - taken, True
    return None, None, False


class Contract(models.Model):
    """The usage of running periods with the bill to be expected; nothing is stored."""

    _inherit = "cn285.contract"

    def _running_usage_rows(self):
        """Usage rows of these contracts that have begun and are not invoiced yet."""
        today = max((company._cn285_today() for company in self.company_id), default=None)
        if today is None:
            return self.env["cn285.billing.schedule"]
        return (
            self.env["cn285.billing.schedule"]
            .search(
                [
                    ("contract_id", "in", self.ids),
                    ("kind", "=", "usage"),
                    ("state", "in", ("waiting", "planned")),
                    ("period_start", "<=", today),
                ],
                order="contract_id, period_start, item_id",
            )
            .filtered(
                lambda row: (
                    row.item_id.calculator_ids and row.period_start <= row.company_id._cn285_today()
                )
            )
        )

    def _usage_estimates(self):
        """Usage so far and the estimated bill, by the engine that rates, for all these contracts.

        The number of queries does not depend on the number of contracts.

        :returns: list of :class:`Estimate`, and ``{contract: reason}`` of what cannot be rated
        """
        estimates, failed = [], {}
        for company in self.company_id:
            contracts = self.filtered(
                lambda contract, company=company: contract.company_id == company
            )
            late = self.env["cn285.billing.schedule"]._late_rows(contracts)
            found, reasons = contracts._running_usage_rows()._estimate_rows(late)
            estimates += contracts._waiting_estimates() + found
            failed.update(reasons)
        return estimates, failed

    def _waiting_estimates(self):
        """Differences that were rated and wait for their invoice."""
        ratings = self.env["cn285.usage.rating"].search(
            [
                ("schedule_id.contract_id", "in", self.ids),
                ("schedule_id.kind", "=", "usage_difference"),
                ("schedule_id.state", "=", "planned"),
            ],
            order="id",
        )
        return [
            _late_estimate(
                rating.schedule_id,
                rating.calculator_id,
                rating.beneficiary_id.id or None,
                rating._engine_rating(),
            )
            for rating in ratings
        ]

    def _usage_by_day(self):
        """Usage of the running periods day by day, one statement for each metric.

        :returns: ``{(schedule row, metric): [(day, quantity)]}``, up to today
        """
        rows = self._running_usage_rows()
        batch = rows._start_batch()
        claims = self._usage_claims(batch)
        windows = {}
        for row in rows:
            for _calculator_id, recipe in batch.recipes_of(row):
                for metric in recipe.metrics:
                    spans = claims.get((row.item_id.id, metric.id), ())
                    windows.setdefault(metric, {})[row] = row._day_windows(spans)
        result = {}
        for metric, by_row in windows.items():
            measured = metric._measure([one for each in by_row.values() for one in each])
            for row, members in by_row.items():
                result[row, metric] = [(one.start, measured[one.key].quantity) for one in members]
        return result


class BillingSchedule(models.Model):
    _inherit = "cn285.billing.schedule"

    def _estimate_rows(self, late):
        """Estimates of running rows; see ``cn285.contract._usage_estimates``.

        :param late: billed rows that are rated anew with them, see :meth:`_late_rows`; what these
            leave of an allowance is what the running rows begin with
        """
        rows = late | self
        if not rows:
            return [], {}
        invoiced = late._billed_ratings()
        batch = rows._rate_rows(invoiced)
        ahead = rows._start_batch(invoiced)
        ahead.measured = self._project_measured(batch)
        rows._rate_batch(ahead)
        billed = self._known_ratings()
        estimates = late._late_estimates(batch)
        for row in self:
            projected = {one.part: one for one in ahead.outcomes.get(row.id, ())}
            for outcome in batch.outcomes.get(row.id, ()):
                if outcome.part in projected:
                    known = billed.get(row.id, {}).get(
                        (outcome.part.calculator_id, outcome.part.beneficiary_id), ()
                    )
                    estimates.append(
                        row._estimate(outcome, projected[outcome.part].rating.amount, known)
                    )
        return estimates, {**ahead.failed, **batch.failed}

    def _late_estimates(self, batch):
        """What late usage changes of these billed rows."""
        calculators = self.env["cn285.usage.calculator"]
        return [
            _late_estimate(
                row,
                calculators.browse(outcome.part.calculator_id),
                outcome.part.beneficiary_id,
                outcome.rating,
            )
            for row in self
            for outcome in batch.outcomes.get(row.id, ())
            if outcome.rating.amount or outcome.rating.quantity
        ]

    def _estimate(self, outcome, projected, known):
        rating = outcome.rating
        included, left, pooled = _included_and_left(rating)
        return Estimate(
            row=self,
            calculator=self.env["cn285.usage.calculator"].browse(outcome.part.calculator_id),
            beneficiary_id=outcome.part.beneficiary_id,
            quantity=rating.quantity,
            events=outcome.events,
            included=included,
            left=left,
            pooled=pooled,
            amount=rating.amount,
            billed=sum((one.amount for one in known), start=ZERO),
            projected=projected,
            rating=rating,
        )

    def _project_measured(self, batch):
        """What was measured, as it will be at the end of each row's period."""
        factors = {
            row.id: pace(row.period_start, next_day(row.period_end), row.company_id._cn285_today())
            for row in self
        }
        for row_id, day in [key for key, *_rest in batch.measured if isinstance(key, tuple)]:
            # What was used before a day on which terms change.
            row = self.browse(row_id)
            if row_id in factors:
                today = row.company_id._cn285_today()
                factors[row_id, day] = pace(row.period_start, day, today)
        metrics = self.env["cn285.usage.metric"]
        return {
            (row_id, calculator_id, metric_id): _projected(measured, factors[row_id])
            if row_id in factors and metrics.browse(metric_id)._aggregation().goes_on
            else measured
            for (row_id, calculator_id, metric_id), measured in batch.measured.items()
        }

    def _day_windows(self, spans):
        """A window for each day of the period up to today; see ``_window``."""
        self.ensure_one()
        whole = self._window(None, spans)
        today = self.company_id._cn285_today()
        days, day = [], whole.start
        while day < whole.end and day <= today:
            end = day + timedelta(days=1)
            clipped = ((max(day, since), min(end, until)) for since, until in whole.contract_spans)
            days.append(
                Window(
                    key=(self.id, day),
                    item_id=whole.item_id,
                    contract_id=whole.contract_id,
                    start=day,
                    end=end,
                    contract_spans=tuple(span for span in clipped if span[0] < span[1]),
                )
            )
            day = end
        return days


def _late_estimate(row, calculator, beneficiary_id, rating):
    return Estimate(
        row=row,
        calculator=calculator,
        beneficiary_id=beneficiary_id,
        quantity=rating.quantity,
        events=0,
        included=None,
        left=None,
        amount=rating.amount,
        billed=ZERO,
        projected=rating.amount,
        is_late=True,
        rating=rating,
    )


def _projected(measured, factor):
    """Measured usage at the pace; events of a percentage go on as those that were."""
    return replace(
        measured,
        quantity=project(measured.quantity, factor),
        by_value={value: project(units, factor) for value, units in measured.by_value.items()},
        amounts=_repeated(measured.amounts, factor),
        by_beneficiary={
            key: _projected(part, factor) for key, part in measured.by_beneficiary.items()
        },
    )


def _repeated(amounts, factor):
    """So many events more as the pace gives, in the order in which they came."""
    if not amounts:
        return amounts
    count = round(len(amounts) * factor)
    return [amounts[number % len(amounts)] for number in range(count)]
