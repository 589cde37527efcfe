from . import test_api_calls, test_api_contracts, test_api_keys
