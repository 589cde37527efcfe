from . import (
    test_import_usage,
    test_menus,
)
from .ingest import (
    test_usage_closing,
    test_usage_doors,
    test_usage_filter,
    test_usage_ingest,
    test_usage_references,
)
from .measure import (
    test_aggregation_table,
    test_usage_days,
    test_usage_measure_each,
    test_usage_quantities,
)
from .calculator import (
    test_calculator_history,
    test_charge_model_table,
    test_charge_models,
    test_usage_bounds,
    test_usage_calculator,
    test_usage_simulation,
)
from .rating import (
    test_aspect_list,
    test_late_usage,
    test_late_usage_looks,
    test_nothing_to_invoice,
    test_rating_aspects,
    test_rating_plain,
    test_rating_sums,
    test_usage_batches,
    test_usage_credit,
    test_usage_partner_merge,
    test_usage_estimate,
    test_usage_odd,
    test_usage_oracle,
    test_usage_rating,
    test_usage_sharing,
    test_usage_tax_included,
)
from .trigger import (
    test_usage_complete,
    test_usage_delivery,
    test_usage_run_steps,
    test_usage_threshold,
    test_usage_trigger_run,
)
from .cascade import (
    test_royalty_purchase,
    test_usage_cascade,
)
from .statement import (
    test_statement,
    test_statement_fields,
    test_usage_statement,
    test_usage_statement_layouts,
    test_usage_statement_many,
    test_usage_statement_odd,
    test_usage_trigger_statement,
)
from .smartcode import (
    test_smartcode,
    test_usage_smartcode,
)
from .changes import (
    test_usage_discount_change,
    test_usage_golden_history,
    test_usage_pool_history,
    test_usage_terms_change,
    test_usage_waiting_history,
)
from .archive import (
    test_usage_archive,
)
from .purge import (
    test_usage_purge,
)
