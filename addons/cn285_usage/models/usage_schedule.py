from collections import defaultdict
from fractions import Fraction

from odoo import fields, models
from odoo.addons.cn285_contract.models.common import as_decimal

from ..engine.errors import UsageError
from ..engine.terms import Usage
from .usage_batch import Outcome, Part, RatingBatch
from .usage_measure import Measured, Window, next_day


class BillingSchedule(models.Model):
    """How usage rows are rated, in steps that other files extend.

    ::

        _rate_waiting ─▶ _rate_rows ─▶ _store_ratings
                            │
          _start_batch ─ _measure_rows ─ _load_balances ─ _prepare_batch ─ _rate_row (each)
                                                                              │
                                                        _rate_calculator ─ _rate_part ─ _bound_part

    All but the last line are set-based: a batch of any size takes the same number of queries.
    Rating a row touches no table: it works on the batch, see :class:`RatingBatch`.
    """

    _inherit = "cn285.billing.schedule"

    kind = fields.Selection(
        selection_add=[("usage_difference", "Usage Difference")],
        ondelete={"usage_difference": "cascade"},
    )
    rating_ids = fields.One2many("cn285.usage.rating", "schedule_id", string="Ratings")

    # === THE STEPS === #

    def _rate_waiting(self):
        """Rate rows whose period is over: amounts, explanation, and the state ``planned``."""
        reasons = super()._rate_waiting()
        rows = self.filtered(lambda row: row._is_ratable())
        batch = rows._rate_rows(rows._known_ratings())
        rows._store_ratings(batch)
        return {**reasons, **batch.failed}

    def _is_ratable(self):
        """Whether a waiting row can be rated by now: its period is over."""
        return bool(
            self.kind == "usage"
            and self.item_id.calculator_ids
            and self.period_end < self.company_id._cn285_today()
        )

    def _rate_rows(self, invoiced=None):
        """Rate rows by the events that are there; nothing is stored.

        :param invoiced: ``{row id: {(calculator id, beneficiary id): [engine ratings]}}``, billed
            before for the same periods; the outcomes are the differences to them
        :returns: a :class:`RatingBatch` with ``outcomes`` and ``failed``
        """
        batch = self._start_batch(invoiced)
        self._measure_rows(batch)
        return self._rate_batch(batch)

    def _rate_batch(self, batch):
        """Rate rows by what was measured of them; returns the batch, see :meth:`_rate_rows`."""
        self._load_balances(batch)
        self._prepare_batch(batch)
        # In order of time: a period hands its unused allowance on to the next.
        for row in self.sorted(lambda row: (row.period_start, row.item_id.id)):
            try:
                batch.settle(row.id, row._rate_row(batch))
            except UsageError as error:
                batch.failed[row.contract_id] = row._rating_problem(error)
        return batch

    def _start_batch(self, invoiced=None):
        """An empty batch for these rows, with the metrics of their calculators."""
        metrics = self.item_id.calculator_ids._metrics_by_calculator()
        return RatingBatch(self, invoiced or {}, metrics)

    def _prepare_batch(self, batch):
        """Hook: work out, set-based, what rating the rows one by one will look up."""

    def _rating_problem(self, error):
        """Why a row could not be rated, for the clerk.

        :param error: an ``engine.errors.UsageError``, or a text
        """
        self.ensure_one()
        return self.env._(
            "Item “%(item)s”, usage of %(period)s: %(reason)s",
            item=self.item_id.name,
            period=self.display_name,
            reason=error,
        )

    # === MEASURING === #

    def _measure_rows(self, batch):
        """Fill ``batch.measured``: one statement for each metric and way of measuring."""
        windows = defaultdict(list)
        claims = self.contract_id._usage_claims(batch.metrics)
        for row in self:
            for calculator in row.item_id.calculator_ids:
                needs = calculator._measure_needs()
                for metric in batch.metrics[calculator.id]:
                    key = (row.id, calculator.id, metric.id)
                    spans = claims.get((row.item_id.id, metric.id), ())
                    windows[metric, needs].append(row._window(key, spans))
        for (metric, needs), members in windows.items():
            batch.measured.update(metric._measure(members, *needs))

    def _window(self, key, spans=()):
        """The days and events that a row stands for.

        :param key: what the measured usage is found by
        :param spans: days ``[start, end)``, end or None, on which events that name the contract,
            but no item, are this item's
        """
        self.ensure_one()
        start, end = self.period_start, next_day(self.period_end)
        clipped = (
            (max(since, start), end if until is None else min(until, end)) for since, until in spans
        )
        return Window(
            key=key,
            item_id=self.item_id.id,
            contract_id=self.contract_id.id,
            start=start,
            end=end,
            contract_spans=tuple(span for span in clipped if span[0] < span[1]),
        )

    # === RATING ONE ROW === #

    def _rate_row(self, batch):
        """The outcomes of one row, a list of :class:`Outcome`.

        :raises UsageError: when it cannot be rated
        """
        return [
            outcome
            for calculator in self.item_id.calculator_ids
            for outcome in self._rate_calculator(batch, calculator)
        ]

    def _rate_calculator(self, batch, calculator):
        """The outcomes of one row by one calculator: one, or one for each beneficiary."""
        terms = calculator._terms()
        measured = {
            metric: batch.measured[self.id, calculator.id, metric.id]
            for metric in batch.metrics[calculator.id]
        }
        outcome, usage = self._outcome(calculator, measured)
        account = ("calculator", calculator.id)
        carried = batch.balances.before(account, self.period_start)
        self._rate_part(outcome, terms, usage, carried.get(None))
        if terms.allowance:
            batch.balances.put(account, self.period_start, {None: outcome.carried_out})
        self._bound_part(batch, outcome, terms)
        return [outcome]

    def _outcome(self, calculator, measured, beneficiary_id=None):
        """An outcome to be rated, and the usage that it is made of.

        :param measured: ``{metric: Measured}``
        """
        entries = measured.values()
        outcome = Outcome(
            Part(self.id, calculator.id, beneficiary_id),
            None,
            sum(entry.events for entry in entries),
            max((entry.last_seq for entry in entries), default=0),
        )
        first = next(iter(entries), Measured())
        quantity = calculator._quantity(measured)
        return outcome, Usage(quantity, first.by_value, first.amounts)

    def _rate_part(self, outcome, terms, usage, carried=None):
        """Give an outcome its rating, before bounds."""
        rounding = as_decimal(self.currency_id.rounding)
        outcome.rating, outcome.carried_out = terms.rate(
            usage, self._share(), rounding, carried or as_decimal(0)
        )

    def _bound_part(self, batch, outcome, terms):
        """Bring an outcome within the minimum and maximum of its calculator."""
        rounding = as_decimal(self.currency_id.rounding)
        outcome.rating = terms.bound(outcome.rating, self._share(), rounding)

    def _default_beneficiary(self):
        """For whom events are that name no beneficiary."""
        return self.item_id.beneficiary_id or self.contract_id.partner_id

    def _share(self):
        """The row's share of a full period, exact."""
        return Fraction(as_decimal(self.proration)).limit_denominator(100000)
