from . import means, collection, debt, wallet, prepayment, mail_headings
