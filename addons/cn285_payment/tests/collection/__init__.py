from . import (
    test_collection,
    test_discount,
    test_netting,
    test_network_limit,
    test_refunds,
    test_refusals,
)
