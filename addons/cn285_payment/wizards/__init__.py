from . import wallet_dialogs
