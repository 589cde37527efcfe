from . import wallet_portal
