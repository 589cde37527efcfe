from . import bill_upcoming, contract_change, contract_preview, credit_create
