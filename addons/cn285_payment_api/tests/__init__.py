from . import test_api_collection, test_api_debtors, test_api_wallets
