"""Metrics, and how much of each an item used in a window of time, in one statement for many items.
Called by: the room ``rating`` for its batches, estimates and statements.
"""

from . import (
    usage_metric,
    usage_metric_use,
    usage_measure,
    usage_measure_together,
)
