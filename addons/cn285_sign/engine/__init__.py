"""How a signature comes about, in pure Python: no Odoo import, no database."""
