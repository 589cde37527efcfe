from . import means, collection, debt, wallet, import_kinds
