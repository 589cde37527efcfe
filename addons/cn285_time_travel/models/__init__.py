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
