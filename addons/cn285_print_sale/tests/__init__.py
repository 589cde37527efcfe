"""Nothing is found by name here: beside_apps.py needs a database with Odoo's Sales."""
