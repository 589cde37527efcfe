from . import (
    test_bank_files,
    test_debit_edges,
    test_debits,
    test_import_mandates,
    test_mandates,
    test_notice,
    test_portal_mandates,
    test_topups_returned,
    test_transfers,
    test_travels,
)
