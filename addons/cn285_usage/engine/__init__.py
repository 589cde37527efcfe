"""Rating of usage in pure Python: no Odoo import, no database.

Quantities, prices and amounts are ``Decimal`` (an ``int`` will do), exact until the one rounding
of a rating; ``float`` is refused. Every result can explain itself. Bad input raises
:class:`errors.UsageError`, an ``EngineError`` of cn285_contract, whose rounding is used here too.
The relative imports of that addon's engine hold in Odoo and in the tests alike.
"""
