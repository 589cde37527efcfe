from . import debt_portal, wallet_portal
