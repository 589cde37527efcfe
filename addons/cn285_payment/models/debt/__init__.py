"""What follows where nothing was paid: dunning, deactivation, limits, penalties, reactivation.
Called by: a daily cron, and each payment that is booked.
"""

from . import (
    dunning_policy,
    dunning_policy_step,
    dunning_marks,
    dunning_case,
    dunning_event,
    diary,
    dunning_run,
    dunning_payments,
    dunning_words,
    dunning_holds,
    suspension,
    exposure,
    limit_checks,
    late_rates,
    late_fee,
    late_fee_invoices,
    personal_data,
    partner_merge,
)
