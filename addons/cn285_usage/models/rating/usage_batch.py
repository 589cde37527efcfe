"""What a batch of ratings knows while it is worked on: plain values, no model is defined here."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ...engine.difference import difference, keep_waived
from ...engine.errors import UsageError
from ...engine.formula import Formula
from ...engine.rating import NOTHING, Rating
from ...engine.tariff import Feed, Tariff

ZERO = Decimal(0)
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
    metric_ids: tuple[int, ...] = field(init=False)

    def __post_init__(self):
        object.__setattr__(self, "metric_ids", tuple(self.metrics.ids))

    def account(self, calculator_id):
        """Where a calculator's unused allowance is carried on, see ``Balances``; None: nowhere."""
        if not self.keeps_balance:
            return None
        return ("pool", self.pool.id) if self.pool else ("calculator", calculator_id)

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
    - ``discounted``: whether the item has a discount
    """

    item_id: int
    contract_id: int
    start: date
    end: date
    share: Fraction | int
    unit: Decimal
    beneficiary_id: int
    rated_by: str
    discounted: bool


@dataclass(slots=True)
class Outcome:
    """A rating that was worked out, and the facts that are kept with it.

    ``values``: more values of ``cn285.usage.rating``, by column, as the database stores them.
    """

    part: Part
    rating: Rating
    events: int = 0
    last_seq: int = 0
    carried_out: Decimal = ZERO
    values: dict = field(default_factory=dict)


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
    - ``calculators``: the ids of each item's calculators, in their order, by the item's id
    - ``facts``: the :class:`RowFacts` of rows that were asked for, by row id
    - ``measured``: ``Measured`` by ``(row id, calculator id, metric id)``
    - ``outcomes``: by row id, in the order of the calculators
    - ``failed``: ``{contract: reason in a clerk's words}``
    """

    rows: object
    invoiced: dict = field(default_factory=dict)
    aspects: list = field(default_factory=list)
    waived: dict = field(default_factory=dict)
    recipes: dict = field(default_factory=dict)
    calculators: dict = field(default_factory=dict)
    facts: dict = field(default_factory=dict)
    measured: dict = field(default_factory=dict)
    balances: Balances = field(default_factory=Balances)
    outcomes: dict = field(default_factory=dict)
    failed: dict = field(default_factory=dict)

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
        for item_id, calculator_id, recipe in calculators._recipes(new):
            self.recipes[calculator_id] = recipe
            self.calculators[item_id].append(calculator_id)

    def recipes_of(self, row):
        """Pairs of calculator id and recipe for a row, in the order of its item's calculators."""
        ids = self.calculators.get(self.facts_of(row).item_id, ())
        return [(calculator_id, self.recipes[calculator_id]) for calculator_id in ids]

    def members(self, rows, chosen):
        """``(row, calculator id, recipe)`` of rows, for the recipes that ``chosen`` says yes to.

        Recipes are few: where it is none of them, the rows are not looked at.
        """
        different = {id(recipe): recipe for recipe in self.recipes.values()}
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
        """The rows that have outcomes."""
        return self.rows.browse(self.outcomes)
