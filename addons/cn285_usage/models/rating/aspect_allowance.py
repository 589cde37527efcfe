from collections import defaultdict

from .aspect import RatingAspect
from .usage_batch import BILLED_STATES


class AllowanceAspect(RatingAspect):
    """Included units that a period leaves to the next: read before rating, kept after it.

    What a calculator makes of them is its tariff's (``engine/allowance.py``).
    """

    _leaves_plain = True

    def prepare(self, rows, batch):
        rows._load_balances(batch)

    def stored(self, batch):
        batch.rows._store_balances(batch)

    def differences_stored(self, batch):
        batch.rows._store_balances(batch)

    @staticmethod
    def affected(rows):
        """Later periods of items that carry on what they do not use."""
        carrying = rows.filtered(
            lambda row: any(
                calculator._has_kept_balance() for calculator in row.item_id.calculator_ids
            )
        )
        if not carrying:
            return rows.browse()
        firsts = defaultdict(list)
        for row in carrying:
            firsts[row.item_id.id].append(row.period_start)
        return rows.search(
            [
                ("item_id", "in", list(firsts)),
                ("kind", "=", "usage"),
                ("state", "in", BILLED_STATES),
            ]
        ).filtered(lambda row: row.period_start > min(firsts[row.item_id.id]))
