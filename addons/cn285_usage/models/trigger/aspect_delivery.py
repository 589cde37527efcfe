from ..rating.aspect import RatingAspect


class DeliveryAspect(RatingAspect):
    """A delivery of which no event is left is none: all that was billed of it is taken back."""

    _leaves_plain = True

    def has_nothing(self, row, batch):
        return bool(row.delivery_id) and not any(
            batch.measured[row.id, calculator_id, metric_id].events
            for calculator_id, recipe in batch.recipes_of(row)
            for metric_id in recipe.metric_ids
        )
