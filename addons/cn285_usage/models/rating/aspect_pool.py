from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from odoo.addons.cn285_contract.models.common import as_decimal

from ...engine.allowance import AllowanceUse, Rollover
from ...engine.errors import UsageError
from ...engine.history import granted, rate_beyond_parts
from ...engine.sharing import granted_units, rate_pooled, use_pool
from ..measure.usage_measure import ZERO
from .aspect import RatingAspect
from .usage_batch import BILLED_STATES, RatingRefused


@dataclass(frozen=True, slots=True)
class PoolPart:
    """What one member uses of its pool; ``problem`` where the pool could not be worked out."""

    own: Decimal = ZERO
    billable: Decimal = ZERO
    account: AllowanceUse | None = None
    problem: str = ""


class PoolAspect(RatingAspect):
    """Pools of included units: all members' rows of a period are looked at, whichever are rated.

    A pool's period is the full period of its members; a member that starts or ends within it takes
    part with its share of its own units.
    """

    _leaves_plain = True

    def __init__(self):
        # A PoolPart by (row id, calculator id).
        self.parts = {}

    # === ALL MEMBERS TOGETHER === #

    def prepare(self, rows, batch):
        members = batch.members(rows, lambda recipe: recipe.pool)
        pools = rows.env["cn285.usage.pool"].union(*(recipe.pool for *_row, recipe in members))
        if pools:
            # sudo: the members of a pool are rated together, whoever may see each of them.
            self._rate_pools(rows.sudo(), batch, pools.sudo())

    def _rate_pools(self, rows, batch, pools):
        """Fill ``parts`` for all periods of these pools that have rows in the batch."""
        members = _pool_rows(rows, pools)
        batch.add_recipes(members.item_id)
        (members - rows)._measure_rows(batch)
        wanted = _pool_periods(rows, batch)
        for (start, pool_id), in_period in sorted(_pool_periods(members, batch).items()):
            if (start, pool_id) in wanted:
                self._rate_pool(batch, pools.browse(pool_id), start, in_period)

    def _rate_pool(self, batch, pool, start, members):
        """Work out one period of one pool, and what it carries on."""
        try:
            use = _use_pool(batch, pool, start, members)
        except UsageError as error:
            problem = PoolPart(problem=pool.calculator_ids._reason(error))
            self.parts.update(((row.id, key), problem) for row, key, _recipe in members)
            return
        if pool._terms_on(start).rollover != "no":
            batch.balances.put(("pool", pool.id), start, {None: use.account.carried_out})
        for (row, key, _recipe), own, billable in zip(members, use.own, use.billable, strict=True):
            self.parts[row.id, key] = PoolPart(own, billable, use.account)

    # === EACH MEMBER === #

    def rate_calculator(self, row, batch, calculator_id, recipe):
        part = self.parts.get((row.id, calculator_id))
        if part is None:
            return None
        if part.problem:
            raise RatingRefused(part.problem)
        measured = row._measured(batch, calculator_id)
        outcome, usage = row._outcome(calculator_id, recipe, measured)
        parts, parted = row._parts(batch, outcome.part, usage), None
        if parts:
            included = usage.quantity - part.billable
            parted = rate_beyond_parts(parts, included, row._unit())
            outcome.keep_parts(parts, parted.exacts)
        outcome.rating = rate_pooled(
            recipe.tariff.model,
            usage.quantity,
            part.billable,
            part.own,
            part.account,
            row._unit(),
            parted and parted.rating,
        )
        row._bound_part(batch, outcome, recipe)
        return [outcome]

    # === AFTERWARDS === #

    @staticmethod
    def affected(rows):
        """The rows of the same pools: of the same period, and of later ones if it carries."""
        # Also those that somebody has left: the past is rated with them.
        pools = rows.item_id.calculator_ids._all_pools()
        if not pools:
            return rows.browse()
        firsts = {}
        for row in rows:
            for pool in row.item_id.calculator_ids._all_pools():
                start = row.item_id._full_period(row.period_start)[0]
                firsts[pool] = min(start, firsts.get(pool, start))
        # sudo: late usage of one member changes the amounts of the others.
        pools = pools.sudo()
        members = rows.sudo().search(
            [
                ("item_id", "in", pools._all_calculators().item_id.ids),
                ("kind", "=", "usage"),
                ("state", "in", BILLED_STATES),
                ("period_end", ">=", min(firsts.values())),
            ]
        )
        touched = _pool_starts(rows)
        return members.filtered(
            lambda row: any(
                (pool, start) in touched
                or (pool.rollover != "no" and pool in firsts and start >= firsts[pool])
                for pool, start in _pool_starts(row)
            )
        ).sudo(False)


def _pool_rows(rows, pools):
    """Usage rows of all members of pools in the periods of these rows, these among them."""
    starts, ends = zip(*(row.item_id._full_period(row.period_start) for row in rows), strict=True)
    return rows.search(
        [
            ("item_id", "in", pools._all_calculators().item_id.ids),
            ("kind", "=", "usage"),
            ("state", "!=", "cancelled"),
            ("period_start", ">=", min(starts)),
            ("period_start", "<", max(ends)),
        ]
    ).sorted(lambda row: (row.period_start, row.item_id.id, row.id))


def _pool_periods(rows, batch):
    """Rows by the pool's period: ``{(start, pool id): [(row, calculator id, recipe)]}``."""
    result = defaultdict(list)
    for member in batch.members(rows, lambda recipe: recipe.pool):
        row, _calculator_id, recipe = member
        result[row._balance_start(recipe), recipe.pool.id].append(member)
    return result


def _use_pool(batch, pool, start, members):
    periods = {row.item_id._full_period(row.period_start) for row, _key, _recipe in members}
    if len(periods) > 1 or any(row.period_end >= max(periods)[1] for row, *_rest in members):
        raise RatingRefused(
            pool.env._("the members of pool “%s” have different periods.", pool.name)
        )
    used, own, shares = [], [], []
    for row, key, recipe in members:
        if recipe.error:
            raise recipe.error
        used.append(recipe.quantity(row._measured(batch, key)))
        shares.append(row._share())
        segments = batch.segments_of(row, key)
        if segments:
            parts = [segment.part(None) for segment in segments]
            own.append(granted(parts, shares[-1]).units)
        else:
            units = as_decimal(recipe.calculator.allowance_units)
            own.append(granted_units(units, shares[-1]))
    terms = pool._terms_on(start)
    carried = batch.balances.before(("pool", pool.id), start).get(None, ZERO)
    shared = granted_units(as_decimal(terms.allowance_units), max(shares))
    return use_pool(used, own, shared, Rollover(terms.rollover), carried)


def _pool_starts(rows):
    """Pools of the rows, each with the start of its period: ``{(pool, start)}``."""
    return {
        (pool, row.item_id._full_period(row.period_start)[0])
        for row in rows
        for pool in row.item_id.calculator_ids._all_pools()
    }
