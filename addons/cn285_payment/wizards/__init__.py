from . import dunning_decision, wallet_dialogs
