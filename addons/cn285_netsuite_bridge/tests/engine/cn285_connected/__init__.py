"""The engines of both bridge addons side by side, as they stand in Odoo, but without Odoo."""
