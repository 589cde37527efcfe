"""What documents are, in pure Python: no Odoo import, no database."""
