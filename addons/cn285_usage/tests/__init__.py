from . import (
    test_smartcode,
    test_statement,
    test_usage_days,
    test_usage_doors,
    test_usage_estimate,
    test_usage_filter,
    test_usage_ingest,
    test_usage_rating,
    test_usage_simulation,
    test_usage_statement,
    test_usage_statement_layouts,
)
