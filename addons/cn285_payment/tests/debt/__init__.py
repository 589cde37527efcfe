from . import (
    test_debt_and_wallet,
    test_debt_portal,
    test_debt_stories,
    test_dunning,
    test_holds,
    test_import_dunning,
    test_instalments,
    test_late_fees,
    test_limit,
    test_look_after_two,
    test_suspension,
)
