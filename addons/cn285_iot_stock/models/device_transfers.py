"""The transfers that let devices go out to customers, and come back."""

from collections import Counter

from odoo import api, models
from odoo.tools import frozendict

from ..engine.movements import INSIDE, OUTSIDE


class Device(models.Model):
    _inherit = "cn285.device"

    # === ORDERED FROM THE WAREHOUSE === #

    def _deliver(self, order=None):
        """The warehouse is to send these devices to their customers: a delivery for each address.

        Those that are out, or are to go out already, are left alone: safe to call again.

        :param order: the fleet order that is done with the delivery; default: none
        :returns: the deliveries
        """
        # Two orders for the same device make its delivery one after the other. sudo: the warehouse
        # does what was ordered by whoever may order it.
        devices = self.sudo()
        devices.lock_for_update(allow_referencing=True)
        going, groups, warehouses = devices._open_lines(), {}, devices._warehouses()
        for device, quants in devices._stock_quants().items():
            company = device.company_id
            quant = quants.filtered(
                lambda one, company=company: (
                    one.quantity > 0 and one.location_id._cn285_sort(company) == INSIDE
                )
            )[:1]
            if not quant or going[device]:
                continue
            holder = device.location_id or device.partner_id
            holder = holder or (order or device).contract_id.partner_id
            target = (
                company._cn285_rented_location()
                if device.ownership == "rented"
                else holder.with_company(company).property_stock_customer
            )
            warehouse = quant.location_id.warehouse_id or warehouses[company]
            key = warehouse.out_type_id, holder, quant.location_id, target
            groups.setdefault(key, []).append(device)
        return self._make_transfers(groups, order)

    def _fetch_back(self, holders):
        """The warehouse expects these devices back from those who had them.

        :param holders: ``{device: its customer, or address}``
        :returns: the receipts
        """
        # sudo: as above
        devices = self.sudo()
        going, groups, warehouses = devices._open_lines(), {}, devices._warehouses()
        for device, quants in devices._stock_quants().items():
            company = device.company_id
            quant = quants.filtered(
                lambda one, company=company: (
                    one.quantity > 0 and one.location_id._cn285_sort(company) in OUTSIDE
                )
            )[:1]
            if not quant or going[device]:
                continue
            warehouse = warehouses[company]
            kind = warehouse.out_type_id.return_picking_type_id or warehouse.in_type_id
            target = kind.default_location_dest_id or warehouse.lot_stock_id
            key = kind, holders[device], quant.location_id, target
            groups.setdefault(key, []).append(device)
        return self._make_transfers(groups)

    def _warehouses(self):
        """The first warehouse of each company of these devices, to which they come back."""
        warehouses = self.env["stock.warehouse"]
        return {
            company: warehouses.search([("company_id", "=", company.id)], limit=1)
            for company in self.company_id
        }

    @api.model
    def _make_transfers(self, groups, order=None):
        """Transfers, ready to be done, each serial number reserved.

        :param groups: ``{(kind of transfer, partner, source, target): list of devices}``
        """
        pickings = self.env["stock.picking"].sudo()
        for (kind, partner, source, target), devices in groups.items():
            picking = pickings.with_company(kind.company_id).create(
                {
                    "picking_type_id": kind.id,
                    "partner_id": partner.id,
                    "location_id": source.id,
                    "location_dest_id": target.id,
                    "origin": order.name if order else devices[0].contract_id.name,
                    "cn285_fleet_order_id": order.id if order else False,
                }
            )
            moves = picking.move_ids.create(self._prepare_moves(picking, devices))
            lines = [
                {
                    "picking_id": picking.id,
                    "move_id": move.id,
                    "location_id": source.id,
                    "location_dest_id": target.id,
                    "product_id": move.product_id.id,
                    "product_uom_id": move.product_uom.id,
                    "lot_id": device.lot_id.id,
                    "quantity": 1,
                }
                for move in moves
                for device in devices
                if device.lot_id.product_id == move.product_id
            ]
            moves.move_line_ids.create(lines)
            picking.action_confirm()
            picking.action_assign()
            pickings |= picking
        return pickings

    @api.model
    def _prepare_moves(self, picking, devices):
        """A move for each product of devices that go with a transfer."""
        counts = Counter(device.lot_id.product_id for device in devices)
        return [
            {
                "picking_id": picking.id,
                "location_id": picking.location_id.id,
                "location_dest_id": picking.location_dest_id.id,
                "product_id": product.id,
                "product_uom": product.uom_id.id,
                "product_uom_qty": count,
            }
            for product, count in counts.items()
        ]

    # === DONE IN THE WAREHOUSE === #

    @api.model
    def _made_from(self, company, lines, makers):
        """The devices of lines of transfers; those of types that stock makes are made.

        :param makers: values of ``stock_makes`` by which they are
        :returns: ``{serial number in stock: device}``
        """
        # sudo: devices follow their serial numbers, whoever moves these
        devices = self.sudo().with_company(company)
        lots = lines.lot_id
        own = [("company_id", "=", company.id)]
        known = {one.lot_id: one for one in devices.search([("lot_id", "in", lots.ids), *own])}
        missing = lots.filtered(lambda lot: lot not in known)
        types = self.env["cn285.device.type"]._made_by_stock(company, missing.product_id, makers)
        made = devices.create(
            [
                {
                    "serial": lot.name,
                    "type_id": types[lot.product_id].id,
                    "company_id": company.id,
                }
                for lot in missing
                if lot.product_id in types
            ]
        )
        return {**known, **{device.lot_id: device for device in made}}

    def _went_out(self, lines):
        """These devices went to customers by transfers; sold ones are theirs from then on.

        :param lines: ``{device: line of a transfer that is done}``
        """
        groups = {}
        for device in self:
            line = lines[device]
            partner = line.picking_id.partner_id or line.move_id.partner_id
            values = {}
            if line._cn285_sells(device):
                values["ownership"] = "sold"
            if partner and not device.partner_id:
                values["partner_id"] = partner.commercial_partner_id.id
                if partner != partner.commercial_partner_id:
                    values["location_id"] = partner.id
            groups.setdefault(frozendict(values), []).append(device.id)
        for values, ids in groups.items():
            if values:
                self.browse(ids)._write_inside(dict(values))
        self.filtered(lambda device: device.state == "draft")._update_state("pending")
        self._log_transfers("shipped", lines)

    def _came_back(self, lines):
        """These devices came back by transfers: their services end today, and they are returned."""
        self._log_transfers("stocked", lines)
        kept = self._kept_in_stock().filtered(
            lambda device: device.state in ("pending", "active", "suspended")
        )
        for picking, own in kept.grouped(lambda device: lines[device].picking_id).items():
            request = f"transfer-{picking.id}" if picking else None
            own._order_by_transfer("return", picking, request)
        for device in self.filtered(
            lambda device: device.state == "returned" and device.ownership == "sold"
        ):
            # What was sold and came back is whose its type says, and nobody's for now.
            device._write_inside(
                {
                    "ownership": device.type_id.ownership,
                    "partner_id": False,
                    "contract_id": False,
                    "location_id": False,
                }
            )

    def _log_transfers(self, kind, lines):
        for picking, own in self.grouped(lambda device: lines[device].picking_id).items():
            own._log_events(kind, data={"transfer": picking.name} if picking else None)
