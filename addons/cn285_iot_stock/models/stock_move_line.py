from odoo import models

from ..engine.movements import RENTED, movement


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _cn285_tell_devices(self):
        """The devices of these lines, which are done, follow: made, gone out, come back.

        :param self: by sudo
        """
        for company, own in self.grouped("company_id").items():
            told = {}
            for line in own:
                kind = movement(
                    line.location_id._cn285_sort(company),
                    line.location_dest_id._cn285_sort(company),
                )
                if kind:
                    told.setdefault(kind, []).append(line.id)
            for kind, ids in told.items():
                own.browse(ids).with_company(company)._cn285_follow(company, kind)

    def _cn285_follow(self, company, kind):
        """All of these lines mean the same: see ``engine/movements.py``."""
        makers = {"receipt": ("receipt",), "out": ("receipt", "delivery")}.get(kind, ())
        found = self.env["cn285.device"]._made_from(company, self, makers)
        lines = {found[line.lot_id]: line for line in self if line.lot_id in found}
        devices = self.env["cn285.device"].sudo().union(*lines)
        if kind == "back":
            devices._came_back(lines)
        elif kind != "receipt":
            devices._went_out(lines)
        if kind == "out":
            for picking, own in devices.grouped(lambda one: lines[one].picking_id).items():
                own._activate_delivered(picking)

    def _cn285_sells(self, device):
        """Whether a device that goes out with this line is the customer's from then on.

        What is rented is sold by a line of a sales order, or by a transfer from where it is rented
        to where goods are the customer's.
        """
        self.ensure_one()
        if self.location_dest_id.usage != "customer":
            return False
        if self.location_id._cn285_sort(self.company_id) == RENTED:
            return True
        # The field is there where Odoo's Sales delivers.
        by_order = "sale_line_id" in self.move_id._fields and bool(self.move_id.sale_line_id)
        return by_order or device.ownership == "sold"
