from . import (
    test_bank_files,
    test_bank_files_odd,
    test_debit_edges,
    test_debits,
    test_file_giving,
    test_import_mandates,
    test_mandates,
    test_notice,
    test_portal_mandates,
    test_provider_state,
    test_transfers,
    test_travels,
)
