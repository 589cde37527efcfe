"""What a replica for BI consists of, as pure functions: SQL of views, of roles, of publications.

No Odoo, no database: declarations in (``catalogue/``), statements out. ``models/`` and
``tools/replica.py`` run them.
"""
