from . import contract_preview, credit_create, portfolio_import
