"""The clock of a test database, a journey's days with their scheduled actions, e-mails held back.
Called by: users of a test database and ``make travel``; it calls the scheduled actions themselves.
"""

from . import (
    res_company,
    held_mail,
    billing_run,
    ir_cron,
    time_travel,
    time_travel_day,
    time_travel_line,
    res_config_settings,
)
