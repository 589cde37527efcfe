from ..rating.aspect import RatingAspect


class CompleteAspect(RatingAspect):
    """Periods that are billed as soon as all expected metrics have arrived, and not before."""

    _leaves_plain = True

    @staticmethod
    def early(rows):
        # What only other items trigger has nothing that could arrive before the period is over.
        return rows._waiting_for_metrics().filtered(
            lambda row: (
                row.item_id.calculator_ids
                and not row.item_id.usage_at_end
                and row.item_id._expected_metrics()
            )
        )

    @staticmethod
    def held_back(rows):
        """What is incomplete, whoever bills it."""
        expecting = rows._waiting_for_metrics()._ratable()
        return rows.browse([row.id for row in expecting._missing_metrics()])
