"""Rules of quotations in pure Python: no Odoo, no database.

Numbers are ``Decimal``, bad input raises ``ValueError``.
"""
