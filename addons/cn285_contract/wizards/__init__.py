from . import bill_upcoming, contract_preview, credit_create, portfolio_import
