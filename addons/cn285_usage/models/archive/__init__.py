"""Whole months of usage events leave the database for a Parquet file, and are read back for audits.
What a month holds that is still needed keeps it; its days are closed as a purge closes them.
Called by: administrators, a daily cron, and whoever purges events or makes a person anonymous.
"""

from . import (
    usage_month,
    month_export,
    month_holds,
    month_read,
    month_privacy,
)
