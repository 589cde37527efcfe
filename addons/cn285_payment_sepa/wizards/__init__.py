from . import account_change, file_given
