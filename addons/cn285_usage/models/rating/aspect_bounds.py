from collections import defaultdict
from decimal import Decimal

from odoo import fields, models

from ..measure.usage_measure import ZERO
from .aspect import RatingAspect
from .usage_batch import BILLED_STATES


class UsageCalculator(models.Model):
    _inherit = "cn285.usage.calculator"

    bounds_count = fields.Selection(
        [
            ("own", "This Calculator Alone"),
            ("item", "All Usage of the Item"),
            ("contract", "Subscriptions and Usage of the Contract"),
        ],
        string="Minimum and Maximum Count",
        default="own",
        required=True,
        help="What the minimum and maximum of a period are compared with. Of the contract: its "
        "subscriptions and usage of the same days, one-time fees left out.",
    )


class BoundsAspect(RatingAspect):
    """Minimum and maximum of a period that also count what else is billed for it.

    Those that count their calculator alone are met where it rates, by ``_bound_part``.
    """

    _leaves_plain = True

    def __init__(self):
        # What else is billed for the contracts' periods: schedule rows by contract id.
        self.elsewhere = {}

    # === WHILE A BATCH IS RATED === #

    def order(self, rows, batch):
        """Rows whose bounds count other items' usage come after these, in each period."""
        counting = set(_counting_contracts(rows, batch))
        if not counting:
            return rows
        return rows.sorted(lambda row: (row.period_start, row in counting))

    def prepare(self, rows, batch):
        counting = rows.browse().union(*_counting_contracts(rows, batch))
        if not counting:
            return
        others = rows.search(
            [
                ("contract_id", "in", counting.contract_id.ids),
                ("kind", "!=", "one_shot"),
                ("state", "!=", "cancelled"),
                ("period_start", ">=", min(counting.mapped("period_start"))),
                ("period_end", "<=", max(counting.mapped("period_end"))),
            ]
        )
        others.fetch(["contract_id", "item_id", "period_start", "period_end", "net"])
        by_contract = defaultdict(list)
        for row in others:
            by_contract[row.contract_id.id].append(row)
        self.elsewhere.update(by_contract)

    def adjust(self, row, batch, outcomes):
        """Bounds that count more than their calculator are met when all of the row is rated."""
        for outcome in outcomes:
            recipe = batch.recipe_of(row, outcome.part.calculator_id)
            count = recipe.bounds_count
            if count == "own" or not self._is_bounded(row, batch, outcome, recipe):
                continue
            counted = sum((one.rating.amount for one in outcomes if one is not outcome), ZERO)
            if count == "contract":
                counted += self._counted_elsewhere(row, batch)
            row._bound_outcome(batch, outcome, recipe, counted)

    @staticmethod
    def _is_bounded(row, batch, outcome, recipe):
        segments = batch.segments_of(row, outcome.part.calculator_id)
        return recipe.tariff.is_bounded or any(
            segment.recipe.tariff.is_bounded for segment in segments
        )

    def _counted_elsewhere(self, row, batch):
        """What the contract's other items are billed for days within the row's period.

        As stored, and as this batch has worked out: rows that are rated anew have nothing stored,
        and late usage comes as differences to what is.
        """
        total = ZERO
        for other in self.elsewhere.get(row.contract_id.id, ()):
            within = row.period_start <= other.period_start and other.period_end <= row.period_end
            if other.item_id == row.item_id or not within:
                continue
            total += Decimal(repr(other.net))
            total += sum(one.rating.amount for one in batch.outcomes.get(other.id, ()))
        return total

    # === AFTERWARDS === #

    def stored(self, batch):
        """Have invoiced rows rated anew whose bounds count what was rated just now."""
        rated = batch.rated_rows()
        counting = rated.env["cn285.usage.calculator"].search(
            [
                ("bounds_count", "=", "contract"),
                ("item_id.contract_id", "in", rated.contract_id.ids),
            ]
        )
        if counting:
            _counting_rows(counting, rated)._write_inside({"usage_stale": True})

    @staticmethod
    def affected(rows):
        """The rows whose bounds count these."""
        counting = rows.contract_id.item_ids.calculator_ids.filtered(
            lambda calculator: calculator.bounds_count == "contract"
        )
        return _counting_rows(counting, rows) if counting else rows.browse()


def _counting_contracts(rows, batch):
    """Rows whose bounds count what else the contract is billed."""
    members = batch.members(
        rows,
        lambda recipe: (
            recipe.bounds_count == "contract" and recipe.tariff and recipe.tariff.is_bounded
        ),
    )
    return [row for row, _calculator_id, _recipe in members]


def _counting_rows(calculators, changed):
    """Invoiced rows of these calculators in whose periods the changed rows lie."""
    rows = changed.search(
        [
            ("item_id", "in", calculators.item_id.ids),
            ("kind", "=", "usage"),
            ("state", "in", BILLED_STATES),
            ("period_end", ">=", min(changed.mapped("period_start"))),
        ]
    )
    changed_by_contract = changed.grouped("contract_id")
    return rows.filtered(
        lambda row: any(
            row.period_start <= one.period_start and one.period_end <= row.period_end
            for one in changed_by_contract.get(row.contract_id, ())
            if one.item_id != row.item_id
        )
    )
