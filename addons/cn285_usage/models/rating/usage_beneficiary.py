from odoo import models

from ...engine.sharing import rate_together
from ..measure.usage_measure import ZERO, Measured


class BillingSchedule(models.Model):
    """Usage rated for each beneficiary: by itself, or beyond its own allowance with the others.

    An event that names no beneficiary is the item's beneficiary's, else the customer's. Whoever
    used something has a rating; where nobody did, the item's beneficiary has one of nothing.
    """

    _inherit = "cn285.billing.schedule"

    def _measure_needs(self, batch, recipe):
        needs = super()._measure_needs(batch, recipe)
        if batch.facts_of(self).rated_by == "pooled":
            return needs
        by_property, with_amounts, *_rest = needs
        return by_property, with_amounts, True

    def _rate_calculator(self, batch, calculator_id, recipe):
        mode = batch.facts_of(self).rated_by
        if mode == "pooled":
            return super()._rate_calculator(batch, calculator_id, recipe)
        if recipe.error:
            raise recipe.error
        account = recipe.account(calculator_id)
        carried = batch.balances.before(account, self.period_start) if account else {}
        outcomes = self._beneficiary_outcomes(batch, calculator_id, recipe, carried)
        if mode == "beneficiary":
            for outcome, usage in outcomes:
                left = carried.get(outcome.part.beneficiary_id, ZERO)
                self._rate_part(batch, outcome, recipe.terms, usage, left)
                self._bound_part(batch, outcome, recipe)
        else:
            self._rate_together(outcomes, recipe, carried)
        outcomes = [outcome for outcome, _usage in outcomes]
        if account:
            left = {outcome.part.beneficiary_id: outcome.carried_out for outcome in outcomes}
            batch.balances.put(account, self.period_start, left)
        return outcomes

    def _rate_together(self, outcomes, recipe, carried):
        used = {outcome.part.beneficiary_id: usage.quantity for outcome, usage in outcomes}
        ratings = rate_together(recipe.terms, used, self._share(), self._unit(), carried)
        for outcome, _usage in outcomes:
            outcome.rating, outcome.carried_out = ratings[outcome.part.beneficiary_id]

    def _beneficiary_outcomes(self, batch, calculator_id, recipe, carried):
        """Pairs of outcome and usage for each beneficiary, in a fixed order.

        Those who have allowance left from the period before are among them: it lapses or grows
        also where they use nothing.
        """
        found = [one.by_beneficiary for one in self._measured(batch, calculator_id)]
        ids = set(carried).union(*found) or {self._default_beneficiary().id}
        return [
            self._outcome(
                calculator_id,
                recipe,
                [parts.get(one, Measured()) for parts in found],
                one,
            )
            for one in sorted(ids)
        ]
