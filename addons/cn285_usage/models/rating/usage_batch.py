"""What a batch of ratings knows while it is worked on: plain values, no model is defined here."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from ...engine.difference import difference, keep_waived
from ...engine.discount import Discounts
from ...engine.errors import UsageError
from ...engine.formula import Formula
from ...engine.history import Method
from ...engine.rating import NOTHING, Rating
from ...engine.tariff import Feed, Tariff, Usage
from .aspect import answering
from .outcomes import Outcomes
from .usage_segments import Segment, in_force

ZERO = Decimal(0)
ONE_DAY = timedelta(days=1)
# States of schedule rows that are history: what changes later is a difference to them.
BILLED_STATES = ("invoiced", "nothing_to_invoice")


class RatingRefused(UsageError):
    """What keeps a row from being rated, in the user's words already."""

    def __init__(self, text):
        ValueError.__init__(self, text)
        self.code, self.values = "refused", {}


@dataclass(frozen=True, slots=True)
class Part:
    """What one rating is made of: a schedule row's usage by one calculator.

    ``beneficiary_id``: of this beneficiary alone; None: of all of them together.
    """

    row_id: int
    calculator_id: int
    beneficiary_id: int | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """How calculators with the same figures rate; thousands of copies of one share it.

    - ``calculator``: one of them, a record, for what is asked seldom
    - ``feed``: what its charge model is fed with
    - ``tariff``: what the engine rates by; None where the figures make no model
    - ``error``: why they make none
    - ``metrics``: the metrics that they read
    - ``formula``: an engine ``Formula`` over these, None: the quantity of the one metric
    - ``needs``: how the metrics are measured, see ``cn285.usage.metric._measure``
    - ``pool``: the pool that they share their allowance in, an empty record for none
    - ``keeps_balance``: whether allowance that is not used is carried on
    - ``bounds_count``: what the bounds of a period are compared with
    - ``is_triggered``: whether another item's usage is what they count
    - ``method``: how a change in the middle of a period counts
    - ``runs``: whether what was used up to a day is known: the quantity is a sum over events
    """

    calculator: object
    feed: Feed
    tariff: Tariff | None
    error: UsageError | None
    metrics: object
    formula: Formula | None
    needs: tuple
    pool: object
    keeps_balance: bool
    bounds_count: str
    is_triggered: bool
    method: Method = Method.split
    runs: bool = False
    metric_ids: tuple[int, ...] = field(init=False)

    def __post_init__(self):
        object.__setattr__(self, "metric_ids", tuple(self.metrics.ids))

    def is_like(self, other):
        """Whether it counts the same as another, so that one may follow the other in a period."""
        return (self.feed, self.metric_ids, self.formula, self.needs, self.pool) == (
            other.feed,
            other.metric_ids,
            other.formula,
            other.needs,
            other.pool,
        )

    def account(self, calculator_id):
        """Where a calculator's unused allowance is carried on, see ``Balances``; None: nowhere."""
        if not self.keeps_balance:
            return None
        return ("pool", self.pool.id) if self.pool else ("calculator", calculator_id)

    def usage(self, measured) -> Usage:
        """What was used, as the engine rates it.

        :param measured: as for :meth:`quantity`
        """
        first = measured[0] if measured else None
        return Usage(
            self.quantity(measured),
            first.by_value if first else {},
            first.amounts if first else (),
        )

    def quantity(self, measured) -> Decimal:
        """The quantity to rate.

        :param measured: a ``Measured`` for each of the metrics, in their order
        :raises UsageError: when the formula cannot be evaluated
        """
        if self.formula is None:
            return measured[0].quantity if measured else ZERO
        codes = self.metrics.mapped("code")
        return self.formula.quantity(
            {code: one.quantity for code, one in zip(codes, measured, strict=True)}
        )


@dataclass(frozen=True, slots=True)
class RowFacts:
    """What rating asks of a schedule row again and again, read once.

    - ``start``, ``end``: its days ``[start, end)``
    - ``share``: of a full period, exact
    - ``unit``: the smallest unit of its currency
    - ``beneficiary_id``: for whom events are that name no beneficiary
    - ``rated_by``: the item's ``usage_rated_by``
    - ``discounts``: the item's discounts, None for none
    - ``company_id``, ``currency_id``: the row's
    """

    item_id: int
    contract_id: int
    start: date
    end: date
    share: Fraction | int
    unit: Decimal
    beneficiary_id: int
    rated_by: str
    discounts: Discounts | None
    company_id: int
    currency_id: int

    @property
    def last_day(self):
        """The last of its days."""
        return self.end - ONE_DAY


@dataclass(slots=True)
class Outcome:
    """A rating that was worked out, and the facts that are kept with it.

    ``values``: more values of ``cn285.usage.rating``, by column, as the database stores them.
    ``parts``: where the period was rated in parts, each one's days and exact amount; ``bounded``:
    each of them is within bounds of its own.
    """

    part: Part
    rating: Rating
    events: int = 0
    last_seq: int = 0
    carried_out: Decimal = ZERO
    values: dict = field(default_factory=dict)
    parts: tuple = ()
    bounded: bool = False

    def keep_parts(self, parts, exacts):
        """Note what the parts of its period have come to."""
        days = ((part.start, part.end) for part in parts)
        self.parts = tuple(zip(days, exacts, strict=True))


class Balances:
    """Allowance carried on from period to period, by account (a calculator, or a pool).

    An account is ``("calculator", id)`` or ``("pool", id)``. Each period holds the units by
    beneficiary; None stands for all together.
    """

    def __init__(self):
        self._units = defaultdict(dict)
        self.changed = {}

    def load(self, account, start: date, beneficiary_id, units: Decimal):
        """Take over what is stored."""
        self._units[account].setdefault(start, {})[beneficiary_id] = units

    def before(self, account, start: date) -> dict:
        """Units by beneficiary that the last period before ``start`` has left."""
        periods = self._units.get(account, {})
        last = max((one for one in periods if one < start), default=None)
        return {} if last is None else periods[last]

    def put(self, account, start: date, units: dict):
        """Set what a period leaves, by beneficiary; beneficiaries not named are left alone."""
        self._units[account].setdefault(start, {}).update(units)
        for beneficiary_id, value in units.items():
            self.changed[account, start, beneficiary_id] = value


@dataclass(slots=True)
class RatingBatch:
    """Rows that are rated together: what was measured, carried in, billed before, and came out.

    Filled step by step by ``cn285.billing.schedule._rate_rows``; nothing of it is stored before
    ``_store_ratings``.

    - ``rows``: the schedule rows
    - ``invoiced``: by row id, the engine ratings of its period that were billed before, by
      ``(calculator id, beneficiary id)``; what is rated is then the difference to them
    - ``aspects``: a ``RatingAspect`` of each kind, in order, with what it knows of this batch
    - ``waived``: by row id, what credit notes took back of that
    - ``recipes``: the :class:`Recipe` of each calculator, by its id
    - ``timelines``: of calculators whose terms have changed: ``((first day, Recipe), …)``, the
      first from None; the last is that of ``recipes``
    - ``whole_ends``: the day after the period that a row is a part of, by row id, where it is
      later than the row's own
    - ``segments``: see :meth:`segments_of`
    - ``calculators``: the ids of each item's calculators, in their order, by the item's id
    - ``facts``: the :class:`RowFacts` of rows that were asked for, by row id
    - ``plain``: ids of rows that are rated without a record, see ``rating_plain.py``
    - ``measured``: ``Measured`` by ``(row id, calculator id, metric id)``; with ``(row id, day)``
      in the row id's place, what was measured before a day
    - ``outcomes``: by row id, in the order of the calculators
    - ``is_stored``: whether the batch is rated to be stored: plain rows are then rated while they
      are, see ``rating_plain_store.py``, or when their outcomes are asked for
    - ``stored_plain``: ids of the plain rows that were stored so
    - ``failed``: ``{contract: reason in a clerk's words}``
    - ``versions``: of SmartCodes, by calculator id, to run instead of those in force: only tried
    """

    rows: object
    invoiced: dict = field(default_factory=dict)
    aspects: list = field(default_factory=list)
    waived: dict = field(default_factory=dict)
    recipes: dict = field(default_factory=dict)
    timelines: dict = field(default_factory=dict)
    whole_ends: dict = field(default_factory=dict)
    segments: dict = field(default_factory=dict)
    calculators: dict = field(default_factory=dict)
    facts: dict = field(default_factory=dict)
    plain: set = field(default_factory=set)
    measured: dict = field(default_factory=dict)
    balances: Balances = field(default_factory=Balances)
    outcomes: Outcomes = field(default_factory=Outcomes)
    is_stored: bool = False
    stored_plain: list = field(default_factory=list)
    failed: dict = field(default_factory=dict)
    versions: dict = field(default_factory=dict)
    _asked: dict = field(default_factory=dict)

    def asked(self, phase):
        """The aspects that answer in a phase in which rows are asked one by one."""
        if phase not in self._asked:
            self._asked[phase] = answering(self.aspects, phase)
        return self._asked[phase]

    def keep(self, row_id, outcomes):
        """Keep a row's outcomes, less what was billed of them before."""
        before = self.invoiced.get(row_id, {})
        if not before and row_id not in self.waived:
            self.outcomes[row_id] = outcomes
            return
        # Billed to a beneficiary of whom nothing is left: taken back.
        rated = {(one.part.calculator_id, one.part.beneficiary_id) for one in outcomes}
        gone = [Outcome(Part(row_id, *key), NOTHING) for key in before if key not in rated]
        outcomes = [*outcomes, *gone]
        for outcome in outcomes:
            part = outcome.part
            known = before.get((part.calculator_id, part.beneficiary_id))
            if known:
                outcome.rating = difference(outcome.rating, known)
        if row_id in self.waived:
            self._keep_waived(outcomes, before, self.waived[row_id])
        self.outcomes[row_id] = outcomes

    @staticmethod
    def _keep_waived(outcomes, before, waived):
        """Let differences credit no more than credit notes have left."""
        billed = sum((one.amount for known in before.values() for one in known), start=ZERO)
        ratings = keep_waived([one.rating for one in outcomes], billed, waived)
        for outcome, rating in zip(outcomes, ratings, strict=True):
            outcome.rating = rating

    def add_recipes(self, items):
        """Read how the calculators of items rate, in a few queries, where it is not known yet."""
        new = [item_id for item_id in items.ids if item_id not in self.calculators]
        if not new:
            return
        self.calculators.update((item_id, []) for item_id in new)
        calculators = items.env["cn285.usage.calculator"]
        found = calculators._recipes(new)
        for item_id, calculator_id, recipe in found:
            self.recipes[calculator_id] = recipe
            self.calculators[item_id].append(calculator_id)
        self.timelines.update(calculators._timelines({one: recipe for _id, one, recipe in found}))

    # === WHICH TERMS === #

    def recipes_of(self, row):
        """Pairs of calculator id and recipe for a row, in the order of its item's calculators.

        Of calculators whose terms change, those at the end of the row; others that began later are
        left out.
        """
        ids = self.calculators.get(self.facts_of(row).item_id, ())
        if not self.timelines:
            return [(calculator_id, self.recipes[calculator_id]) for calculator_id in ids]
        pairs = [(calculator_id, self.recipe_of(row, calculator_id)) for calculator_id in ids]
        return [(calculator_id, recipe) for calculator_id, recipe in pairs if recipe]

    def recipe_of(self, row, calculator_id):
        """How a calculator rates a row, at its end; None where it did not yet."""
        timeline = self.timelines.get(calculator_id)
        if not timeline:
            return self.recipes[calculator_id]
        return in_force(timeline, self.facts_of(row).last_day)[1]

    def all_recipes(self, calculator_id):
        """How a calculator rates, and has rated."""
        timeline = self.timelines.get(calculator_id)
        if not timeline:
            return [self.recipes[calculator_id]]
        return [recipe for _since, recipe in timeline if recipe]

    def segments_of(self, row, calculator_id):
        """The parts of a row in which terms or discounts differ, as :class:`Segment`.

        :returns: an empty tuple where they are the same on all its days
        """
        discounts = self.facts_of(row).discounts
        if not discounts and calculator_id not in self.timelines:
            return ()
        key = row.id, calculator_id
        if key not in self.segments:
            self.segments[key] = self._segments(row, calculator_id, discounts)
        return self.segments[key]

    def _segments(self, row, calculator_id, discounts):
        facts = self.facts_of(row)
        start, end = facts.start, self.whole_ends.get(row.id, facts.end)
        timeline = self.timelines.get(calculator_id, ((None, self.recipes[calculator_id]),))
        last = in_force(timeline, facts.last_day)[1]
        cuts = {since for since, recipe in timeline if since and recipe and start < since < end}
        if discounts and last.method is not Method.days:
            cuts.update(discounts.changes_within((start, end)))
        if not cuts:
            return ()
        bounds = [start, *sorted(cuts), end]
        segments = []
        for first, until in pairwise(bounds):
            since, recipe = in_force(timeline, first)
            if recipe is None or not recipe.is_like(last):
                # What is counted does not change within a period: the later holds for all of it.
                recipe = last
            segments.append(Segment(first, until, recipe, since))
        return tuple(segments)

    def since(self, row, calculator_id):
        """The first day of the terms in force when a row begins; None where they never changed."""
        timeline = self.timelines.get(calculator_id)
        return in_force(timeline, self.facts_of(row).start)[0] if timeline else None

    def members(self, rows, chosen):
        """``(row, calculator id, recipe)`` of rows, for the recipes that ``chosen`` says yes to.

        Recipes are few: where it is none of them, the rows are not looked at.
        """
        different = {id(recipe): recipe for recipe in self.recipes.values()}
        for timeline in self.timelines.values():
            different.update((id(recipe), recipe) for _since, recipe in timeline if recipe)
        wanted = {key for key, recipe in different.items() if chosen(recipe)}
        if not wanted:
            return []
        return [
            (row, calculator_id, recipe)
            for row in rows
            for calculator_id, recipe in self.recipes_of(row)
            if id(recipe) in wanted
        ]

    def facts_of(self, row):
        """The :class:`RowFacts` of a row."""
        facts = self.facts.get(row.id)
        if facts is None:
            facts = self.facts[row.id] = row._rating_facts()
        return facts

    def rated_rows(self):
        """The rows that have outcomes, or were stored without."""
        others = (row_id for row_id in self.outcomes if row_id not in self.outcomes.later)
        return self.rows.browse((*self.stored_plain, *others))
