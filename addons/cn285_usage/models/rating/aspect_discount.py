from ...engine.discount import Discounts, discount_rating
from .aspect import RatingAspect


class DiscountAspect(RatingAspect):
    """The discounts of an item off what its usage costs, each off the usage of its days."""

    _leaves_plain = True

    def adjust(self, row, batch, outcomes):
        facts = batch.facts_of(row)
        discounts = facts.discounts
        if not discounts:
            return
        for outcome in outcomes:
            outcome.rating = discount_rating(
                outcome.rating,
                discounts=discounts,
                days=(facts.start, facts.end),
                share=facts.share,
                rounding=facts.unit,
                parts=outcome.parts,
            )
            # An amount is taken off once, not for each calculator.
            percents = tuple(window for window in discounts.windows if window.percent)
            discounts = Discounts(discounts.percents, percents)
