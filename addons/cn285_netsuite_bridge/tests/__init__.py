from . import test_netsuite_invoices
