"""Pure Python rules of billing: no Odoo import, no database, dates and ``Decimal`` in, dataclasses out.

Periods are half-open local dates (the end is the day *after* the last one), money is ``Decimal``
or ``Fraction``, never ``float``. Bad input raises :class:`errors.EngineError`.
"""
