"""Rules of billing in pure Python: no Odoo import, no database.

Dates and ``Decimal`` go in, dataclasses come out. Periods are half-open local dates (the end is the
day *after* the last one), money is ``Decimal`` or ``Fraction``, never ``float``. Bad input raises
:class:`errors.EngineError`.
"""
