from collections import defaultdict
from dataclasses import replace
from fractions import Fraction

from odoo import api, fields, models
from odoo.addons.cn285_contract.engine.pricing import Step
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.tools.gc import disabling_gc

from ...engine.errors import UsageError
from ..measure.usage_measure import ZERO, Window, next_day
from .usage_batch import Outcome, Part, RatingBatch, RowFacts

# The largest amount that is billed, in the smallest units: a thousand billion euros.
LARGEST_AMOUNT = 10**14


class BillingSchedule(models.Model):
    """How usage rows are rated: the steps, each of which asks the aspects of rating.

    ::

        _rate_waiting ─▶ _rate_rows ─▶ _store_ratings
                            │
          _start_batch ─ _measure_rows ─ _rate_batch ─ _rate_row (each)
                                                          │
                                          _rate_calculator ─ _rate_part ─ _bound_part

    What weighs on a rating beside its charge model (pools, bounds, discounts …) is an aspect: the
    list in order is ``models/rating_aspects.py``, what they are asked ``rating/aspect.py``.

    All but the last two lines are set-based: a batch of any size takes the same number of queries.
    Rating a row touches no table: it works on the batch, see :class:`RatingBatch`.
    """

    _inherit = "cn285.billing.schedule"

    kind = fields.Selection(
        selection_add=[("usage_difference", "Usage Difference")],
        ondelete={"usage_difference": "cascade"},
    )
    rating_ids = fields.One2many("cn285.usage.rating", "schedule_id", string="Ratings")

    # === THE STEPS === #

    @api.model
    def _usage_is_rated(self):
        return True

    def _rate_waiting(self):
        """Rate rows whose period is over: amounts, explanation, and the state ``planned``."""
        reasons = super()._rate_waiting()
        for rows in self._in_waves():
            held_back = rows.browse().union(
                *(aspect.held_back(rows) for aspect in self._rating_aspects())
            )
            ratable = (rows - held_back if held_back else rows)._ratable()
            # All that a batch makes is kept until it is stored: to look for garbage in it
            # meanwhile takes a fifth of the time.
            with disabling_gc():
                batch = ratable._rate_rows(ratable._known_ratings(), is_stored=True)
                ratable._store_ratings(batch)
            reasons.update(batch.failed)
        return reasons

    def _in_waves(self):
        """These rows in groups that are rated, and stored, one after the other."""
        self._fetch_to_rate()
        levels = {}
        for aspect in self._rating_aspects():
            for company in self.company_id:
                for item_id, level in aspect.levels(self, company).items():
                    levels[item_id] = max(level, levels.get(item_id, 0))
        if not levels:
            return [self]
        waves = self.grouped(lambda row: levels.get(row.item_id.id, 0))
        return [waves[level] for level in sorted(waves)]

    def _ratable(self):
        """Those of these waiting rows that can be rated by now: their period is over."""
        self._fetch_to_rate()
        today = {company: company._cn285_today() for company in self.company_id}
        metered = self.item_id._metered_ids()
        # Of tens of thousands, the company is looked at where there are several.
        [*days] = set(today.values())
        over = self.filtered(
            lambda row: (
                row.kind == "usage"
                and row.period_end < (days[0] if len(days) == 1 else today[row.company_id])
                and row.item_id.id in metered
            )
        )
        early = self.browse().union(*(aspect.early(self) for aspect in self._rating_aspects()))
        return self & (over | early) if early else over

    def _fetch_to_rate(self):
        """Read what rating looks at, of rows and of their items, and nothing else."""
        known = self._fields["usage_discounts"]._get_cache(self.env)
        if all(map(known.__contains__, self._ids)):
            # Every step asks for it; whatever was forgotten since is read when it is looked at.
            return
        # Rows that are only thought of have nothing to be read.
        self._origin.fetch(
            [
                "company_id",
                "contract_id",
                "currency_id",
                "delivery_id",
                "item_id",
                "kind",
                "period_start",
                "period_end",
                "proration",
                "state",
                "usage_discounts",
            ]
        )
        self.item_id.fetch(["contract_id", "usage_billing"])

    def _fetch_facts(self):
        """Read what :meth:`_rating_facts` looks at."""
        self.item_id.fetch(
            ["beneficiary_id", "discount", "discount_ids", "usage_rated_by", "version_ids"]
        )
        self.contract_id.fetch(["partner_id"])

    def _rate_rows(self, invoiced=None, is_stored=False):
        """Rate rows by the events that are there; nothing is stored.

        :param invoiced: ``{row id: {(calculator id, beneficiary id): [engine ratings]}}``, billed
            before for the same periods; the outcomes are the differences to them
        :param is_stored: whether ``_store_ratings`` follows, which rates plain rows by itself
        :returns: a :class:`RatingBatch` with ``outcomes`` and ``failed``
        """
        closed = self._of_closed_days()
        rows = self - closed
        batch = rows._start_batch(invoiced)
        batch.is_stored = is_stored
        rows._measure_rows(batch)
        rows._rate_batch(batch)
        for row in closed:
            batch.failed[row.contract_id] = row._closed_problem()
        return batch

    def _rate_batch(self, batch):
        """Rate rows by what was measured of them; returns the batch, see :meth:`_rate_rows`."""
        for aspect in batch.aspects:
            aspect.prepare(self, batch)
        self._rate_plain(batch, LARGEST_AMOUNT)
        others = self.filtered(lambda row: row.id not in batch.plain) if batch.plain else self
        for row in others._rating_order(batch):
            try:
                outcomes = row._rate_row(batch)
                row._check_billable(batch, outcomes)
                batch.keep(row.id, outcomes)
            except UsageError as error:
                batch.failed[row.contract_id] = row._rating_problem(error)
        return batch

    def _check_billable(self, batch, outcomes):
        """Refuse amounts that an invoice, which counts in floats, would not have to the cent."""
        most = batch.facts_of(self).unit * LARGEST_AMOUNT
        if any(abs(outcome.rating.amount) > most for outcome in outcomes):
            raise UsageError("result_too_large")

    def _start_batch(self, invoiced=None):
        """A batch for these rows, with how their calculators rate; nothing is measured yet."""
        self._fetch_to_rate()
        batch = RatingBatch(self, invoiced or {})
        batch.aspects = [aspect() for aspect in self._rating_aspects()]
        batch.add_recipes(self.item_id)
        batch.waived = self.filtered(lambda row: row.id in batch.invoiced)._waived()
        self._read_facts(batch)
        self.filtered(lambda row: row.id not in batch.facts)._fetch_facts()
        self._find_plain(batch)
        return batch

    def _rating_order(self, batch):
        """In order of time: a period hands its unused allowance on to the next."""

        def by_period(row):
            facts = batch.facts_of(row)
            return facts.start, facts.item_id

        rows = self.sorted(by_period)
        for aspect in batch.aspects:
            rows = aspect.order(rows, batch)
        return rows

    def _rating_problem(self, error):
        """Why a row could not be rated, for the clerk.

        :param error: an ``engine.errors.UsageError``, or a text
        """
        self.ensure_one()
        if isinstance(error, UsageError):
            error = self.env["cn285.usage.calculator"]._reason(error)
        return self.env._(
            "Item “%(item)s”, usage of %(period)s: %(reason)s",
            item=self.item_id.name,
            period=self.display_name,
            reason=error,
        )

    # === MEASURING === #

    def _measure_rows(self, batch):
        """Fill ``batch.measured``: one statement for each metric and way of measuring."""
        windows, readers = defaultdict(dict), defaultdict(list)
        claims = self.contract_id._usage_claims(batch)
        self._plain_windows(batch, claims, windows, readers)
        others = self.filtered(lambda row: row.id not in batch.plain) if batch.plain else self
        for row in others:
            facts, made = batch.facts_of(row), {}
            for calculator_id, recipe in batch.recipes_of(row):
                needs = row._measure_needs(batch, recipe)
                for metric_id in recipe.metric_ids:
                    # Most calculators of a row look at the same days and events.
                    spans = tuple(claims.get((facts.item_id, metric_id), ()))
                    if spans not in made:
                        made[spans] = row._window(row.id, spans, facts)
                    windows[metric_id, needs][row.id] = made[spans]
                    readers[metric_id, needs].append((row.id, calculator_id))
                    if not (facts.discounts or batch.timelines):
                        continue
                    for day in row._cuts_to_measure(batch, calculator_id, recipe):
                        key = row.id, day
                        windows[metric_id, needs][key] = row._window(key, spans, facts, day)
                        readers[metric_id, needs].append((key, calculator_id))
        metrics = self.env["cn285.usage.metric"]
        plain = {
            metric_id: list(members.values())
            for (metric_id, needs), members in windows.items()
            if not any(needs)
        }
        of_plain = metrics.browse(plain)._measure_each(plain)
        for (metric_id, needs), members in windows.items():
            if any(needs):
                measured = metrics.browse(metric_id)._measure(list(members.values()), *needs)
            else:
                measured = of_plain[metric_id]
            for row_id, calculator_id in readers[metric_id, needs]:
                batch.measured[row_id, calculator_id, metric_id] = measured[row_id]

    def _measure_needs(self, batch, recipe):
        """How a recipe's metrics are measured for this row: arguments of ``_measure``."""
        for aspect in batch.asked("needs"):
            needs = aspect.needs(self, batch, recipe)
            if needs is not None:
                return needs
        return recipe.needs

    def _window(self, key, spans=(), facts=None, until=None):
        """The days and events that a row stands for.

        :param key: what the measured usage is found by
        :param spans: days ``[start, end)``, end or None, on which events that name the contract,
            but no item, are this item's
        :param facts: the row's :class:`RowFacts`, where they are known
        :param until: a day within it: only what was used before
        """
        self.ensure_one()
        if self.delivery_id:
            return self._delivery_window(key, until)
        facts = facts or self._rating_facts()
        start, end = facts.start, until or facts.end
        clipped = (
            (max(since, start), end if until is None else min(until, end)) for since, until in spans
        )
        return Window(
            key=key,
            item_id=facts.item_id,
            contract_id=facts.contract_id,
            start=start,
            end=end,
            contract_spans=tuple(span for span in clipped if span[0] < span[1]),
            beneficiary_id=facts.beneficiary_id,
        )

    # === RATING ONE ROW === #

    def _rate_row(self, batch):
        """The outcomes of one row, a list of :class:`Outcome`.

        :raises UsageError: when it cannot be rated
        """
        if any(aspect.has_nothing(self, batch) for aspect in batch.asked("has_nothing")):
            return []
        outcomes = [
            outcome
            for calculator_id, recipe in batch.recipes_of(self)
            for outcome in self._rate_calculator(batch, calculator_id, recipe)
        ]
        for aspect in batch.asked("adjust"):
            aspect.adjust(self, batch, outcomes)
        return outcomes

    def _rate_calculator(self, batch, calculator_id, recipe):
        """The outcomes of one row by one calculator: one, or one for each beneficiary.

        :param recipe: how the calculator rates, a :class:`Recipe`
        :raises UsageError: when it cannot
        """
        for aspect in batch.asked("rate_calculator"):
            outcomes = aspect.rate_calculator(self, batch, calculator_id, recipe)
            if outcomes is not None:
                break
        else:
            outcomes = [self._rate_alone(batch, calculator_id, recipe)]
        since = batch.since(self, calculator_id)
        if since:
            note = Step("terms", {"since": since.isoformat()})
            for outcome in outcomes:
                notes = (note, *outcome.rating.notes)
                outcome.rating = replace(outcome.rating, notes=notes)
        return outcomes

    def _rate_alone(self, batch, calculator_id, recipe):
        """The outcome of one row by a calculator with nothing special about it."""
        if recipe.error:
            raise recipe.error
        outcome, usage = self._outcome(calculator_id, recipe, self._measured(batch, calculator_id))
        carried = ZERO
        account = recipe.account(calculator_id)
        if account:
            start = batch.facts_of(self).start
            carried = batch.balances.before(account, start).get(None, ZERO)
        self._rate_part(batch, outcome, recipe.tariff, usage, carried)
        if account:
            batch.balances.put(account, start, {None: outcome.carried_out})
        self._bound_part(batch, outcome, recipe)
        return outcome

    def _measured(self, batch, calculator_id):
        """What was measured of each metric of a calculator, in their order."""
        metric_ids = batch.recipe_of(self, calculator_id).metric_ids
        return [batch.measured[self.id, calculator_id, metric_id] for metric_id in metric_ids]

    def _outcome(self, calculator_id, recipe, measured, beneficiary_id=None):
        """An outcome to be rated, and the usage that it is made of.

        :param measured: a ``Measured`` for each metric, in their order
        """
        outcome = Outcome(
            Part(self.id, calculator_id, beneficiary_id),
            None,
            sum(one.events for one in measured),
            max((one.last_seq for one in measured), default=0),
        )
        return outcome, recipe.usage(measured)

    def _rating_facts(self):
        """What rating asks of this row again and again, as :class:`RowFacts`."""
        self.ensure_one()
        item = self.item_id
        # Asked for each row: most items have never had a discount.
        may_be_off = item.discount or item.version_ids or self.usage_discounts
        may_be_off = may_be_off or item._engine_windows()
        return RowFacts(
            item_id=item.id,
            contract_id=self.contract_id.id,
            start=self.period_start,
            end=next_day(self.period_end),
            share=self._share(),
            unit=self._unit(),
            beneficiary_id=self._default_beneficiary().id,
            rated_by=item.usage_rated_by,
            discounts=self._discounts() if may_be_off else None,
            company_id=self.company_id.id,
            currency_id=self.currency_id.id,
        )

    def _balance_start(self, recipe):
        """The first day of the period that allowance is kept account of: of pools, the full one."""
        return self.item_id._full_period(self.period_start)[0] if recipe.pool else self.period_start

    def _default_beneficiary(self):
        """For whom events are that name no beneficiary."""
        return self.item_id.beneficiary_id or self.contract_id.partner_id

    def _share(self):
        """The row's share of a full period, exact."""
        if self.proration == 1.0:
            return 1
        return Fraction(as_decimal(self.proration)).limit_denominator(100000)

    def _unit(self):
        """The smallest unit of the row's currency."""
        return as_decimal(self.currency_id.rounding)
