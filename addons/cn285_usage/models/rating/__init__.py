"""From due rows to rated rows: a batch measures, rates by each aspect in order, stores the outcome.
Differences for what came late, credits, estimates and previews stand here too.
Called by: the billing run (``_rate_waiting``), estimates, the portal.
"""

from . import (
    usage_contract_item,
    usage_item,
    usage_rating,
    usage_balance,
    usage_claims,
    usage_schedule,
    usage_schedule_store,
    usage_difference,
    usage_beneficiary,
    usage_pool_rating,
    usage_bounds,
    usage_discount,
    usage_credit,
    usage_settled,
    usage_late,
    usage_preview,
    usage_explanation,
    usage_engine_reasons,
    usage_estimate,
    usage_estimate_action,
    usage_portal,
    usage_termination,
)
