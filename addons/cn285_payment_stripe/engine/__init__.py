"""Rules of Stripe's answers, in pure Python: no Odoo, no database, no network."""
