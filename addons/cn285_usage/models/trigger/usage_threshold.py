"""Invoices as soon as a running total reaches its threshold."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo import fields, models
from odoo.addons.cn285_contract.models.common import TAKEN, as_decimal
from odoo.tools import SQL

from ...engine.thresholds import Repeat, Running, billed_before, running, so_far, step_rating
from ..measure.usage_measure import next_day
from ..rating.usage_batch import BILLED_STATES, Outcome, Part

ZERO = Decimal(0)


class BillingSchedule(models.Model):
    """A row for each time that a threshold was reached, beside the row of its period.

    Its ratings are netted when the period is rated: the period owes what is left, or is owed what
    was billed too much.
    """

    _inherit = "cn285.billing.schedule"

    kind = fields.Selection(
        selection_add=[("usage_threshold", "Usage Threshold")],
        ondelete={"usage_threshold": "cascade"},
    )
    threshold_steps = fields.Integer(
        readonly=True, help="How many multiples of the threshold are billed here."
    )

    # === WHAT IS REACHED === #

    def _plan_thresholds(self):
        """Make rows for the thresholds that these waiting rows' usage has reached, due today.

        :returns: the rows, and ``{contract: reason}`` of what could not be rated
        """
        rows = self.sorted(lambda row: (row.item_id.id, row.period_start))
        if not rows:
            return rows, {}
        batch = rows._rate_rows()
        before = rows._running_before(batch)
        steps = rows._steps_before()
        due = {}
        for row in rows:
            outcomes = batch.outcomes.get(row.id)
            if outcomes is None:
                continue
            total = running(outcome.rating for outcome in outcomes)
            reached = row._threshold_due(_add(total, before[row.id]), steps)
            if reached:
                due[row] = reached
                steps[row._steps_key()] += reached.steps
        made, failed = self._bill_thresholds(due)
        return made, {**batch.failed, **failed}

    def _threshold_due(self, total, steps):
        """The invoice that a running total calls for: an engine ``Due``, or None."""
        self.ensure_one()
        return self.item_id._threshold().due(total, steps[self._steps_key()])

    def _steps_key(self):
        """What multiples are counted over: an item's period, or its whole term."""
        item = self.item_id
        return (item.id, None if item._counts_over_term() else self.period_start)

    def _steps_before(self):
        """Multiples that are billed already, by :meth:`_steps_key`."""
        groups = self._read_group(
            [
                ("item_id", "in", self.item_id.ids),
                ("kind", "=", "usage_threshold"),
                ("state", "!=", "cancelled"),
            ],
            ["item_id", "period_start:day"],
            ["threshold_steps:sum"],
        )
        steps = defaultdict(int)
        for item, start, count in groups:
            steps[item.id, start] += count
            steps[item.id, None] += count
        return steps

    def _running_before(self, batch):
        """What the earlier periods came to, where multiples count over the whole term.

        :param batch: these rows, rated
        :returns: ``{row id: Running}``
        """
        nothing = Running(ZERO, ZERO)
        result = dict.fromkeys((row.id for row in self), nothing)
        over_term = self.filtered(lambda row: row.item_id._counts_over_term())
        billed = over_term._billed_totals()
        for item, rows in over_term.grouped("item_id").items():
            waiting = nothing
            open_starts = set(rows.mapped("period_start"))
            for row in rows.sorted("period_start"):
                total = waiting
                for start, earlier in billed.get(item.id, {}).items():
                    # Of a period that is still open, the batch knows the whole.
                    if start < row.period_start and start not in open_starts:
                        total = _add(total, earlier)
                result[row.id] = total
                outcomes = batch.outcomes.get(row.id, ())
                waiting = _add(waiting, running(outcome.rating for outcome in outcomes))
        return result

    def _billed_totals(self):
        """What is rated of each period of these rows' items: ``{item id: {start: Running}}``."""
        if not self:
            return {}
        rows = self.env.execute_query(
            SQL(
                """SELECT r.item_id, r.period_start, sum(r.quantity)::text, sum(r.amount)::text
                     FROM cn285_usage_rating r JOIN cn285_billing_schedule s ON s.id = r.schedule_id
                    WHERE r.item_id = ANY(%s) AND s.state != 'cancelled'
                 GROUP BY 1, 2""",
                self.item_id.ids,
            )
        )
        result = defaultdict(dict)
        for item_id, start, quantity, amount in rows:
            result[item_id][start] = Running(Decimal(quantity or 0), Decimal(amount or 0))
        return result

    # === WHAT IS BILLED === #

    def _bill_thresholds(self, due):
        """Rows for what is due.

        :param due: ``{waiting row: engine Due}``
        :returns: the rows, and ``{contract: reason}`` of what could not be rated
        """
        once = self.browse(
            [row.id for row in due if row.item_id.usage_threshold_repeat == Repeat.once.value]
        )
        made, probes = once._probe_days()
        for row, steps in due.items():
            if row in once:
                continue
            new = self.new(row._threshold_vals(row._today_within(), steps.steps))
            probes.outcomes[new.id] = row._step_outcomes(steps)
            made |= new
        return made._insert_rated(probes), probes.failed

    def _probe_days(self):
        """Find the day on which each running amount reached its threshold.

        Billed is what was used by then, as if somebody had looked every evening: so late and timely
        looks make the same invoice.

        :returns: new records of the rows to be, and the batch that they are rated with
        """
        probes, candidates = self.browse(), defaultdict(list)
        for row in self:
            day, last = row.period_start, row._today_within()
            while day <= last:
                probe = self.new(row._threshold_vals(day, 1))
                probes |= probe
                candidates[row].append(probe)
                day += timedelta(days=1)
        batch = probes._start_batch()
        batch.whole_ends = {
            probe.id: next_day(row.period_end) for row, days in candidates.items() for probe in days
        }
        probes._measure_rows(batch)
        probes._rate_batch(batch)
        made = self.browse()
        for row, days in candidates.items():
            for probe in days:
                outcomes = batch.outcomes.get(probe.id)
                if not outcomes:
                    continue
                for outcome in outcomes:
                    outcome.rating = so_far(outcome.rating)
                total = running(outcome.rating for outcome in outcomes)
                if row.item_id._threshold().due(total):
                    made |= probe
                    break
        return made, batch

    def _take_threshold(self, amount, steps):
        """Note what thresholds of this waiting row's period have billed in another system.

        :param amount: excluding tax, as it was billed
        :param steps: how many multiples that was
        :returns: the row that stands for it, *billed elsewhere*
        """
        self.ensure_one()
        nothing, batch = self.browse()._probe_days()
        new = self.new(self._threshold_vals(self.period_start, steps))
        rounding = as_decimal(self.currency_id.rounding)
        rating = billed_before(as_decimal(amount), rounding)
        part = Part(self.id, self.item_id.calculator_ids[:1].id)
        batch.outcomes[new.id] = [Outcome(part, rating, values={"seen_seq": 0})]
        made = (nothing | new)._insert_rated(batch)
        made._write_inside({"state": TAKEN})
        return made

    def _step_outcomes(self, due):
        """What fixed amounts are billed with, on the first calculator.

        They have seen no events: the usage itself is the period's, and its statement's.
        """
        rounding = as_decimal(self.currency_id.rounding)
        calculator = self.item_id.calculator_ids[:1]
        rating = step_rating(self.item_id._threshold(), due, rounding)
        return [Outcome(Part(self.id, calculator.id), rating, values={"seen_seq": 0})]

    def _today_within(self):
        """Today, or the last day of a period that is over."""
        return min(self.period_end, self.company_id._cn285_today())

    def _threshold_vals(self, last, steps):
        """Values of the row of a threshold that was reached on the day ``last``."""
        self.ensure_one()
        return {
            **self.item_id._row_owner(),
            "item_id": self.item_id.id,
            "kind": "usage_threshold",
            "period_start": self.period_start,
            "period_end": last,
            "billing_date": self.company_id._cn285_today(),
            "price_unit": 0.0,
            "discount": 0.0,
            "proration": self.proration,
            "threshold_steps": steps,
            "state": "planned",
        }

    def _owe_periods_again(self):
        """Have periods rated anew that were billed less these rows, whose invoice was cancelled."""
        ahead = self.filtered(lambda row: row.kind in self._rating_kinds())
        keys = {(row.item_id, row.period_start) for row in ahead}
        if not keys:
            return
        periods = self.search(
            [
                ("item_id", "in", ahead.item_id.ids),
                ("kind", "=", "usage"),
                ("state", "in", BILLED_STATES),
                ("period_start", "in", [start for _item, start in keys]),
            ]
        )
        periods.filtered(lambda row: (row.item_id, row.period_start) in keys)._write_inside(
            {"usage_stale": True}
        )


class BillingTerms(models.AbstractModel):
    _inherit = "cn285.billing.terms"

    def _counts_over_term(self):
        return self.usage_threshold_repeat == "each" and self.usage_threshold_span == "term"


def _add(one, other):
    return Running(one.quantity + other.quantity, one.amount + other.amount)
