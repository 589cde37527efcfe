"""When a scheduled action is due on imagined days, in pure Python: no Odoo import, no database."""
