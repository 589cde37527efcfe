"""What is said to Yousign and what it says, in pure Python: no Odoo import, no database."""
