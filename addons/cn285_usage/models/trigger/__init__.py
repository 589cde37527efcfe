"""Usage that bills itself: deliveries, thresholds, complete sets.
Called by: an ingest when it is done, and a cron.
It makes rows of the schedule that the room ``rating`` rates.
"""

from . import (
    usage_trigger_terms,
    usage_terms_read,
    usage_turn,
    usage_delivery,
    usage_delivery_rating,
    usage_threshold,
    usage_complete,
    usage_trigger,
    usage_trigger_run,
)
