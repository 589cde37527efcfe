"""Recognition of revenue in pure Python: no Odoo import, no database.

Dates and ``Decimal`` go in, dataclasses come out. Service periods are half-open (the end is the day
*after* the last one), accounting periods are calendar months and named by their last day, money is
``Decimal``, never ``float``. Bad input raises :class:`errors.RecognitionError`, an ``EngineError``
of cn285_contract, whose rounding is used here too.
"""
