from . import debt_portal, means_portal, wallet_portal
