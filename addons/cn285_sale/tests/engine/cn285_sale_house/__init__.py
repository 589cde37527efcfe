"""The engines of both addons side by side, as they stand in Odoo, but without Odoo."""
