from . import means, collection, debt, wallet, prepayment, import_kinds, mail_headings
