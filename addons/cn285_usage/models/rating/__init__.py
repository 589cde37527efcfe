"""From due rows to rated rows: a batch measures, rates, asks each aspect in order, stores.
Late usage and its differences, credits, estimates, previews and invoice lines stand here too.
The aspects in order: ``models/rating_aspects.py``.
Called by: the billing run (``_rate_waiting``, ``_steps_before``), estimates, the portal.
"""

from . import (
    usage_contract_item,
    usage_item,
    usage_run,
    usage_dependence,
    usage_invoice_lines,
    usage_rating,
    usage_rating_sum,
    usage_balance,
    usage_partner_merge,
    usage_claims,
    rating_steps,
    rating_plain,
    rating_plain_store,
    usage_parts,
    first_unrated,
    rating_store,
    late_usage,
    aspect_beneficiary,
    aspect_bounds,
    usage_credit,
    usage_origins,
    nothing_to_invoice,
    usage_preview,
    usage_explanation,
    usage_engine_reasons,
    usage_estimate,
    usage_estimate_action,
    usage_pool_left,
    usage_portal,
    usage_termination,
)
