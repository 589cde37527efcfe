from . import (
    debt_payment,
    debt_portal,
    kept_means_portal,
    means_link_portal,
    means_portal,
    prepayment_portal,
    wallet_portal,
)
