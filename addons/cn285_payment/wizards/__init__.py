from . import dunning_decision, prepayment_receive, wallet_dialogs
