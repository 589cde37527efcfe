from . import (
    test_netsuite_customers,
    test_netsuite_failures,
    test_netsuite_invoices,
    test_netsuite_items,
    test_netsuite_journals,
    test_netsuite_limits,
    test_netsuite_security,
    test_netsuite_transport,
)
