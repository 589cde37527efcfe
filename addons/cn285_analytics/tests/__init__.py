from . import (
    test_billing_open,
    test_close,
    test_digest,
    test_golden,
    test_ledger,
    test_months,
    test_revenue,
    test_rights,
    test_sums,
)
