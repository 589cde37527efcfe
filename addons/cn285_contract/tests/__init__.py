from . import (
    test_bounds,
    test_contract,
    test_first_steps,
    test_explanations,
    test_labels,
    test_large_tables,
    test_lines_on_screen,
    test_long_contract,
    test_mrr,
    test_named_by_ours,
    test_planning,
    test_planning_on,
    test_portal,
    test_product_rules,
    test_security,
    test_sizes,
    test_subscriber,
    test_templates_shared,
    test_texts,
    test_tour,
    test_trials,
    test_views,
)
from .billing import (
    test_billing_run,
    test_billing_run_start,
    test_broken_data,
    test_invoices,
    test_issue_dates,
    test_looking_ahead,
    test_repricing,
    test_sending,
)
from .writer import (
    test_invoice_writer,
    test_invoice_writer_guard,
    test_plain_tax,
)
from .changes import (
    test_change_type,
    test_contract_change,
    test_contract_change_approval,
    test_contract_change_batches,
    test_contract_change_chains,
    test_contract_change_first_day,
    test_contract_change_foresight,
    test_contract_change_histories,
    test_contract_change_holder,
    test_contract_change_money,
    test_contract_change_mrr,
    test_contract_change_rules,
    test_contract_change_screens,
    test_contract_change_twice,
    test_contract_change_types,
    test_oracle,
    test_direct_edits,
    test_contract_change_walls,
)
from .credit_notes import (
    test_credit_notes,
    test_credit_origins,
)
from .importing import (
    test_demonstration,
    test_import_companies,
    test_import_kinds,
    test_import_taxes,
    test_import_contracts,
)
from .privacy import (
    test_anonymise,
    test_partner_archive,
)
