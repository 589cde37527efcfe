from odoo import api, models
from odoo.exceptions import UserError


class StockLot(models.Model):
    """Serial numbers of devices."""

    _inherit = "stock.lot"

    @api.model_create_multi
    def create(self, vals_list):
        lots = super().create(vals_list)
        lots._cn285_find_devices()
        return lots

    def _cn285_find_devices(self):
        """Devices with these serial numbers that were entered before know them from now on."""
        # sudo: which device it is, whoever enters the serial number
        devices = self.env["cn285.device"].sudo()
        tracked = self.filtered(lambda lot: lot.product_id.tracking == "serial")
        if tracked:
            devices.search(
                [
                    ("serial", "in", tracked.mapped("name")),
                    ("type_id.product_id", "in", tracked.product_id.ids),
                    ("lot_id", "=", False),
                ]
            )._compute_lot_id()

    def write(self, vals):
        if not {"name", "product_id"} & vals.keys():
            return super().write(vals)
        # sudo: as above
        devices = self.env["cn285.device"].sudo().search([("lot_id", "in", self.ids)])
        for device in devices:
            renamed = "name" in vals and vals["name"] != device.serial
            other = "product_id" in vals and vals["product_id"] != device.lot_id.product_id.id
            if (renamed or other) and (other or device.state != "draft"):
                raise UserError(
                    device._words(
                        self.env._(
                            "its serial number in stock is kept, as long as it is not a draft."
                        )
                    )
                )
        result = super().write(vals)
        if "name" in vals:
            # Both or none: the device is found by its serial number.
            devices.filtered(lambda device: device.serial != vals["name"])._write_inside(
                {"serial": vals["name"]}
            )
        self.flush_recordset(["name", "product_id"])
        self._cn285_find_devices()
        return result
