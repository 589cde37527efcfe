from . import test_close, test_ledger, test_rights, test_sums
