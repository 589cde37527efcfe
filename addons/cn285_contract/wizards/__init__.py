from . import bill_ahead, contract_change, contract_preview, credit_create
