from . import debt_payment, debt_portal, means_portal, wallet_portal
