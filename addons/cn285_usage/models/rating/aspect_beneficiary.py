from ...engine.errors import UsageError
from ...engine.sharing import rate_together, rate_together_parts
from ..measure.usage_measure import ZERO, Measured
from .aspect import RatingAspect


class BeneficiaryAspect(RatingAspect):
    """Usage rated for each beneficiary: by itself, or beyond its own allowance with the others.

    An event that names no beneficiary is the item's beneficiary's, else the customer's. Whoever
    used something has a rating; where nobody did, the item's beneficiary has one of no units.
    """

    _leaves_plain = True

    def needs(self, row, batch, recipe):
        if batch.facts_of(row).rated_by == "pooled":
            return None
        by_property, with_amounts, *_rest = recipe.needs
        return by_property, with_amounts, True

    def prepare(self, rows, batch):
        """Look once which beneficiaries are contacts still."""
        found = set().union(
            *(one.by_beneficiary for one in batch.measured.values() if one.by_beneficiary)
        )
        found.discard(None)
        # sudo: whether a contact is there is true for whoever bills.
        self.contacts = set(rows.env["res.partner"].sudo().browse(found).exists().ids)

    def rate_calculator(self, row, batch, calculator_id, recipe):
        mode = batch.facts_of(row).rated_by
        if mode == "pooled":
            return None
        if recipe.error:
            raise recipe.error
        account = recipe.account(calculator_id)
        carried = batch.balances.before(account, row.period_start) if account else {}
        outcomes = _outcomes(row, batch, calculator_id, recipe, carried)
        for outcome, _usage in outcomes:
            if outcome.events and outcome.part.beneficiary_id not in self.contacts:
                raise UsageError("beneficiary_gone")
        if mode == "beneficiary":
            for outcome, usage in outcomes:
                left = carried.get(outcome.part.beneficiary_id, ZERO)
                row._rate_part(batch, outcome, recipe.tariff, usage, left)
                row._bound_part(batch, outcome, recipe)
        else:
            _rate_together(row, batch, outcomes, recipe, carried)
        outcomes = [outcome for outcome, _usage in outcomes]
        if account:
            left = {outcome.part.beneficiary_id: outcome.carried_out for outcome in outcomes}
            batch.balances.put(account, row.period_start, left)
        return outcomes


def _outcomes(row, batch, calculator_id, recipe, carried):
    """Pairs of outcome and usage for each beneficiary, in a fixed order.

    Those who have allowance left from the period before are among them: it lapses or grows
    also where they use nothing.
    """
    found = [one.by_beneficiary for one in row._measured(batch, calculator_id)]
    ids = set(carried).union(*found) or {row._default_beneficiary().id}
    return [
        row._outcome(
            calculator_id,
            recipe,
            [parts.get(one, Measured()) for parts in found],
            one,
        )
        for one in sorted(ids)
    ]


def _rate_together(row, batch, outcomes, recipe, carried):
    parts = {
        outcome.part.beneficiary_id: row._parts(batch, outcome.part, usage)
        for outcome, usage in outcomes
    }
    if all(parts.values()):
        parted = rate_together_parts(parts, row._share(), row._unit(), carried)
        for outcome, _usage in outcomes:
            key = outcome.part.beneficiary_id
            outcome.rating, outcome.carried_out = parted[key].rating, parted[key].carried_out
            outcome.keep_parts(parts[key], parted[key].exacts)
        return
    used = {outcome.part.beneficiary_id: usage.quantity for outcome, usage in outcomes}
    ratings = rate_together(recipe.tariff, used, row._share(), row._unit(), carried)
    for outcome, _usage in outcomes:
        outcome.rating, outcome.carried_out = ratings[outcome.part.beneficiary_id]
