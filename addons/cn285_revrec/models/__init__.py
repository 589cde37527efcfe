"""Recognition rules, schedules of invoice lines and unbilled rows, monthly runs, their entries.
From lines to schedules: ``revrec_source*``; from schedules to journal entries: ``revrec_run*``.
Called by: accountants, month by month, and the invoice builder of cn285_contract, which asks for
the account and the service period of each line.
"""

# The order matters: a model comes before the files that extend it.
from . import (
    revrec_rule,
    res_company,
    chart_template,
    res_config_settings,
    product,
    contract_item,
    revrec_default_rule,
    billing_schedule,
    invoice_builder,
    revrec_schedule,
    revrec_sum,
    revrec_position,
    account_move,
    revrec_source,
    revrec_source_credits,
    revrec_source_store,
    revrec_source_rows,
    revrec_opening,
    revrec_run,
    revrec_entries,
    revrec_entries_pilots,
    revrec_tax,
    revrec_run_positions,
    revrec_run_entries,
    revrec_run_posting,
    revrec_demo,
    import_revrec,
    personal_data,
)
