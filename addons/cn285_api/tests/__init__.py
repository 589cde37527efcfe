from . import (
    test_api_access,
    test_api_attacks,
    test_api_billing,
    test_api_calls,
    test_api_catalogue,
    test_api_changes,
    test_api_client,
    test_api_contracts,
    test_api_fuzzing,
    test_api_keys,
    test_api_webhook_attacks,
    test_api_webhooks,
)
