"""Events come in: each counted once, corrected, parked, refused with a reason, stored by month.
Called by: programs and other sources (``ingest``), the import of CSV files, the parking cron.
It tells the room ``trigger`` what has arrived.
"""

from . import (
    usage_event,
    usage_event_storage,
    usage_key_storage,
    usage_reasons,
    usage_event_ingest,
    usage_event_references,
    usage_event_parked,
    usage_ingest_log,
    usage_ingest_log_write,
    usage_ingest_csv,
    usage_refusal,
)
