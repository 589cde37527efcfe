"""What was billed, at other prices: pure Python, no Odoo, no database."""
