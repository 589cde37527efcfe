"""Which kinds of rows this addon lets into cn285_import: partners, products, contracts, items …

A new kind is a constant beside the others and a line in ``import_kinds``.
Called by: the loader of cn285_import.
"""

from . import import_history, import_kinds, import_mapping
