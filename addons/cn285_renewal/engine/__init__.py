"""Rules of terms, notices, terminations and withdrawals in pure Python: no Odoo, no database.

Built as the engine of cn285_contract is: dates and ``Decimal`` go in, dataclasses come out, periods
are half-open, bad input raises ``RenewalError``.
"""
