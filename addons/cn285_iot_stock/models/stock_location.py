from odoo import models

from ..engine.movements import CUSTOMER, INSIDE, RENTED, SUPPLIER


class StockLocation(models.Model):
    _inherit = "stock.location"

    def _cn285_sort(self, company):
        """What sort of location this is for devices of a company: see ``engine/movements.py``."""
        self.ensure_one()
        rented = company.cn285_rented_location_id
        if rented and self.parent_path.startswith(rented.parent_path):
            return RENTED
        if self.usage == "customer":
            return CUSTOMER
        return INSIDE if self.usage in ("internal", "transit") else SUPPLIER
