from . import means, collection, debt, wallet, prepayment
