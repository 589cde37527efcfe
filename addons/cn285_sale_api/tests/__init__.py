from . import (
    test_api_catalogue_offers,
    test_api_orders,
    test_api_quote_access,
    test_api_quotes,
)
