"""Metrics, and how much of each an item used in a window of time, in one statement for many items.
How events become a quantity: ``aggregation_table.py``; what one counts for: ``_event_quantity``.
Called by: the room ``rating`` for batches and estimates; ``trigger``, ``smartcode``, ``statement``.
"""

from . import (
    usage_metric,
    usage_metric_use,
    usage_measure,
    usage_measure_together,
)
