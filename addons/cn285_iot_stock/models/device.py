from odoo import api, fields, models

from ..engine.movements import obstacle, place

PLACES = [
    ("in", "In Stock"),
    ("reserved", "In Stock, Reserved"),
    ("out", "Gone Out"),
    ("none", "Not in Stock"),
]


class Device(models.Model):
    """Where a device is by the company's stock, and whether it can go out."""

    _inherit = "cn285.device"

    lot_id = fields.Many2one(
        "stock.lot",
        string="Serial Number in Stock",
        compute="_compute_lot_id",
        store=True,
        index="btree_not_null",
        ondelete="set null",
    )
    stock_place = fields.Selection(PLACES, string="Where It Is", compute="_compute_stock_place")
    transfer_count = fields.Integer(compute="_compute_transfer_count", string="Transfers")

    @api.depends("serial", "type_id.product_id", "company_id")
    def _compute_lot_id(self):
        # sudo: which serial number it is in stock, for whoever enters the device
        devices = self.sudo()
        lots = devices.env["stock.lot"].search(
            [
                ("product_id", "in", devices.type_id.product_id.ids),
                ("name", "in", [device.serial for device in devices if device.serial]),
            ]
        )
        known = {(lot.product_id.id, lot.name, lot.company_id.id): lot.id for lot in lots}
        for device in devices:
            key = device.type_id.product_id.id, device.serial
            device.lot_id = known.get((*key, device.company_id.id)) or known.get((*key, False))

    @api.depends("lot_id", "type_id.stock_flow")
    def _compute_stock_place(self):
        places = self._stock_places()
        for device in self:
            # sudo: a setting
            kept = device.sudo().type_id.stock_flow not in (False, "none")
            device.stock_place = places[device] if kept else False

    def _stock_quants(self):
        """Where the serial numbers of these devices are: ``{device: quants of its company}``."""
        # sudo: where it is, for whoever orders something for it
        quants = self.env["stock.quant"].sudo()
        found = quants.search([("lot_id", "in", self.sudo().lot_id.ids), ("quantity", "!=", 0)])
        by_lot = found.grouped("lot_id")
        result = {}
        for device in self:
            own, company = device.sudo(), device.company_id
            result[device] = by_lot.get(own.lot_id, quants).filtered(
                lambda quant, company=company: quant.company_id in (company, company.browse())
            )
        return result

    def _stock_places(self):
        """``{device: one of PLACES}``, read together for all of them."""
        result = {}
        for device, quants in self._stock_quants().items():
            company = device.company_id.sudo()
            result[device] = place(
                (quant.location_id._cn285_sort(company), quant.quantity, quant.reserved_quantity)
                for quant in quants
            )
        return result

    def _kept_in_stock(self, *flows):
        """Those of these devices that are kept in stock; by some flows alone, where named."""
        # sudo: a setting
        return self.filtered(
            lambda device: device.sudo().type_id.stock_flow in (flows or ("after", "before"))
        )

    def _stock_problems(self):
        """Why devices that are kept in stock cannot go to a customer: ``{device: reason}``."""
        kept = self._kept_in_stock()
        places = kept._stock_places()
        reasons = {device: obstacle(places[device], device.state) for device in kept}
        going = kept.filtered(lambda device: reasons[device] == "reserved")._open_lines()
        problems = {}
        for device, code in reasons.items():
            if code == "missing":
                problems[device] = self.env._("it is not in stock.")
            elif code == "not_back":
                problems[device] = self.env._("it has not come back to the warehouse yet.")
            elif code:
                names = going[device].picking_id.mapped("name")
                problems[device] = self.env._(
                    "it is reserved in stock (%s).", ", ".join(names) or self.env._("no transfer")
                )
        return problems

    def _open_lines(self):
        """Lines of transfers that are still to be done with these devices: ``{device: lines}``."""
        # sudo: as above
        lines = self.env["stock.move.line"].sudo()
        found = lines.search(
            [("lot_id", "in", self.sudo().lot_id.ids), ("state", "not in", ("done", "cancel"))]
        ).grouped("lot_id")
        result = {}
        for device in self:
            company = device.company_id
            result[device] = found.get(device.sudo().lot_id, lines).filtered(
                lambda line, company=company: line.company_id == company
            )
        return result

    # === SCREENS === #

    @api.depends("lot_id")
    def _compute_transfer_count(self):
        # sudo: a number, for whoever reads the device
        lines = self.env["stock.move.line"].sudo()
        counts = dict(
            lines._read_group(
                [("lot_id", "in", self.sudo().lot_id.ids), ("picking_id", "!=", False)],
                ["lot_id"],
                ["picking_id:count_distinct"],
            )
        )
        for device in self:
            device.transfer_count = counts.get(device.sudo().lot_id, 0)

    def action_view_transfers(self):
        """The transfers by which these devices went out and came back."""
        lots = self.sudo().lot_id  # sudo: an id; the transfers are read by the user's own rights
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Transfers"),
            "res_model": "stock.picking",
            "view_mode": "list,form",
            "domain": [("move_line_ids.lot_id", "in", lots.ids)],
        }
