"""Files, tables, mappings and the order of kinds in pure Python: no Odoo import, no database."""
