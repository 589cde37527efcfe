"""Usage events go when they are old enough and nothing needs them: by metric, in batches.
What their days were billed stays as it is: these days are closed, and never rated again.
Called by: a daily cron, the preview on metrics, and whoever makes a person anonymous.
"""

from . import (
    closed_days,
    delivery_keys,
    purge_holds,
    usage_purge,
    purge_preview,
    personal_data,
)
