"""Rules of devices in plain Python: no Odoo, no database."""
