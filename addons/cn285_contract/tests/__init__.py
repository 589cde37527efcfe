from . import (
    test_billing_run,
    test_contract,
    test_contract_change,
    test_invoice_writer,
    test_invoices,
    test_planning,
    test_portal,
    test_portfolio_loader,
    test_security,
    test_sending,
    test_tour,
    test_views,
)
