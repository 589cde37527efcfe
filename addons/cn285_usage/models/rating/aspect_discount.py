from odoo.addons.cn285_contract.models.common import as_decimal

from ...engine.discount import discount_rating
from .aspect import RatingAspect


class DiscountAspect(RatingAspect):
    """The discount of an item, and its discount periods by their days, off what its usage costs."""

    def adjust(self, row, batch, outcomes):
        facts = batch.facts_of(row)
        if not facts.discounted:
            return
        item = row.item_id
        percent, windows = as_decimal(item.discount), item._engine_windows()
        for outcome in outcomes:
            outcome.rating = discount_rating(
                outcome.rating,
                percent=percent,
                windows=windows,
                days=(facts.start, facts.end),
                share=facts.share,
                rounding=facts.unit,
            )
            # An amount is taken off once, not for each calculator.
            windows = tuple(window for window in windows if window.percent)
