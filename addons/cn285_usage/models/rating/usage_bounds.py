from collections import defaultdict
from decimal import Decimal

from odoo import fields, models

from ..measure.usage_measure import ZERO
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


class BillingSchedule(models.Model):
    """Minimum and maximum of a period that also count what else is billed for it."""

    _inherit = "cn285.billing.schedule"

    def _rating_order(self, batch):
        """Rows whose bounds count other items' usage come after these, in each period."""
        rows = super()._rating_order(batch)
        counting = set(self._counting_contracts(batch))
        if not counting:
            return rows
        return rows.sorted(lambda row: (row.period_start, row in counting))

    def _counting_contracts(self, batch):
        """Rows whose bounds count what else the contract is billed."""
        members = batch.members(
            self,
            lambda recipe: (
                recipe.bounds_count == "contract" and recipe.terms and recipe.terms.is_bounded
            ),
        )
        return [row for row, _calculator_id, _recipe in members]

    def _prepare_batch(self, batch):
        super()._prepare_batch(batch)
        counting = self.browse().union(*self._counting_contracts(batch))
        if not counting:
            return
        rows = self.search(
            [
                ("contract_id", "in", counting.contract_id.ids),
                ("kind", "!=", "one_shot"),
                ("state", "!=", "cancelled"),
                ("period_start", ">=", min(counting.mapped("period_start"))),
                ("period_end", "<=", max(counting.mapped("period_end"))),
            ]
        )
        rows.fetch(["contract_id", "item_id", "period_start", "period_end", "net"])
        by_contract = defaultdict(list)
        for row in rows:
            by_contract[row.contract_id.id].append(row)
        batch.elsewhere.update(by_contract)

    def _counted_elsewhere(self, batch):
        """What the contract's other items are billed for days within this row's period.

        As stored, and as this batch has worked out: rows that are rated anew have nothing stored,
        and late usage comes as differences to what is.
        """
        total = ZERO
        for row in batch.elsewhere.get(self.contract_id.id, ()):
            within = self.period_start <= row.period_start and row.period_end <= self.period_end
            if row.item_id == self.item_id or not within:
                continue
            total += Decimal(repr(row.net))
            total += sum(one.rating.amount for one in batch.outcomes.get(row.id, ()))
        return total

    def _bound_part(self, batch, outcome, recipe):
        count = recipe.bounds_count
        if count == "own" or not recipe.terms.is_bounded:
            return super()._bound_part(batch, outcome, recipe)
        return None

    def _rate_row(self, batch):
        """Bounds that count more than their calculator are met when all of the row is rated."""
        outcomes = super()._rate_row(batch)
        for outcome in outcomes:
            recipe = batch.recipes[outcome.part.calculator_id]
            count = recipe.bounds_count
            if count == "own" or not recipe.terms.is_bounded:
                continue
            counted = sum((one.rating.amount for one in outcomes if one is not outcome), ZERO)
            if count == "contract":
                counted += self._counted_elsewhere(batch)
            outcome.rating = recipe.terms.bound(
                outcome.rating, self._share(), self._unit(), counted
            )
        return outcomes

    def _store_ratings(self, batch):
        result = super()._store_ratings(batch)
        self._recount_contracts(batch)
        return result

    def _recount_contracts(self, batch):
        """Have invoiced rows rated anew whose bounds count what was rated just now."""
        rated = batch.rated_rows()
        counting = self.env["cn285.usage.calculator"].search(
            [
                ("bounds_count", "=", "contract"),
                ("item_id.contract_id", "in", rated.contract_id.ids),
            ]
        )
        if counting:
            self._counting_rows(counting, rated).usage_stale = True

    def _counting_rows(self, calculators, changed):
        """Invoiced rows of these calculators in whose periods the changed rows lie."""
        rows = self.search(
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

    def _affected(self):
        """Also the rows whose bounds count these."""
        rows = super()._affected()
        counting = rows.contract_id.item_ids.calculator_ids.filtered(
            lambda one: one.bounds_count == "contract"
        )
        return rows | self._counting_rows(counting, rows) if counting else rows
