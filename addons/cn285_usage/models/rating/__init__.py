"""From due rows to rated rows: a batch measures, rates by each aspect in order, stores the outcome.
Differences for what came late, credits, estimates and previews stand here too.
Called by: the billing run (``_rate_waiting``), estimates, the portal.
"""

from . import (
    usage_contract_item,
    usage_item,
    usage_run,
    usage_invoice_lines,
    usage_rating,
    usage_balance,
    usage_claims,
    rating_steps,
    rating_store,
    late_usage,
    aspect_beneficiary,
    aspect_bounds,
    usage_credit,
    nothing_to_invoice,
    usage_preview,
    usage_explanation,
    usage_engine_reasons,
    usage_estimate,
    usage_estimate_action,
    usage_portal,
    usage_termination,
)
