"""What a batch of ratings knows while it is worked on: plain values, no model is defined here."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ..engine.difference import difference
from ..engine.rating import NOTHING, Rating

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Part:
    """What one rating is made of: a schedule row's usage by one calculator.

    ``beneficiary_id``: of this beneficiary alone; None: of all of them together.
    """

    row_id: int
    calculator_id: int
    beneficiary_id: int | None = None


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
    - ``metrics``: the metrics that each calculator reads, by its id
    - ``measured``: ``Measured`` by ``(row id, calculator id, metric id)``
    - ``sources``: figures of the items that trigger these, by ``(row id, calculator id)``
    - ``outcomes``: by row id, in the order of the calculators
    - ``failed``: ``{contract: reason in a clerk's words}``
    """

    rows: object
    invoiced: dict = field(default_factory=dict)
    metrics: dict = field(default_factory=dict)
    measured: dict = field(default_factory=dict)
    balances: Balances = field(default_factory=Balances)
    sources: dict = field(default_factory=dict)
    outcomes: dict = field(default_factory=dict)
    failed: dict = field(default_factory=dict)

    def settle(self, row_id, outcomes):
        """Keep a row's outcomes, less what was billed of them before."""
        before = self.invoiced.get(row_id, {})
        outcomes = list(outcomes)
        # Billed to a beneficiary of whom nothing is left: taken back.
        rated = {(one.part.calculator_id, one.part.beneficiary_id) for one in outcomes}
        outcomes += [Outcome(Part(row_id, *key), NOTHING) for key in before if key not in rated]
        for outcome in outcomes:
            part = outcome.part
            known = before.get((part.calculator_id, part.beneficiary_id))
            if known:
                outcome.rating = difference(outcome.rating, known)
        self.outcomes[row_id] = outcomes

    def rated_rows(self):
        """The rows that have outcomes."""
        return self.rows.browse(self.outcomes)
