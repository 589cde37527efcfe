from . import means, collection, debt, wallet, mail_headings
