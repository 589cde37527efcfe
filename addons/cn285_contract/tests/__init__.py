from . import (
    test_contract,
    test_billing_run,
    test_invoices,
    test_planning,
    test_portfolio_loader,
    test_security,
    test_sending,
    test_portal,
    test_tour,
)
