"""What the law wants to read on an invoice, in pure Python: no Odoo import, no database."""
