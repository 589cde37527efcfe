from . import test_bank_files, test_debits, test_mandates, test_portal_mandates, test_transfers
