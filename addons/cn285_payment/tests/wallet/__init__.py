from . import (
    test_passes,
    test_payout,
    test_topup_refusals,
    test_topups,
    test_topups_returned,
    test_wallet_access,
    test_wallet_books,
    test_wallet_places,
    test_wallet_rebates,
)
