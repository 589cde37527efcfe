"""Credit that customers hold: lots that are topped up or granted, draws on them, and passes.
Called by: the collection, before any means is charged, credit notes, the portal and clerks.
"""

from . import (
    wallet_type,
    wallet,
    wallet_holders,
    wallet_lot,
    wallet_topup,
    wallet_topup_words,
    wallet_returned,
    wallet_by_hand,
    wallet_payout,
    wallet_charging,
    wallet_topup_rule,
    wallet_opening,
    promotion_pass,
    pass_guesses,
    billing_run,
    invoice_builder,
    account_move,
    account_move_paid,
    wallet_words,
    collection,
)
