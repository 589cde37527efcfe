from . import test_bank_files, test_debits, test_mandates
