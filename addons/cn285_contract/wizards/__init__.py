from . import contract_preview, portfolio_import
