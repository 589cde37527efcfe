# The order matters: a model comes before the files that extend it.
from . import (
    revrec_rule,
    res_company,
    res_config_settings,
    product,
    contract_item,
    billing_schedule,
    invoice_builder,
    revrec_schedule,
    revrec_position,
    account_move,
    revrec_source,
    revrec_run,
    revrec_entries,
    revrec_tax,
    revrec_run_posting,
)
