from odoo import api, fields, models
from odoo.addons.cn285_contract.models.guarded import refuse_kept_links, without_kept_links


class StockPicking(models.Model):
    """Transfers of devices."""

    _name = "stock.picking"
    _inherit = ["stock.picking", "cn285.kept.defaults"]

    cn285_fleet_order_id = fields.Many2one(
        "cn285.fleet.order",
        string="Fleet Order",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="cn285_contract.group_contract_user_own,cn285_contract.group_contract_reader",
        help="The devices are activated as it says when the delivery is done.",
    )
    cn285_device_count = fields.Integer(
        compute="_compute_cn285_device_count", string="Devices", compute_sudo=True
    )

    @api.depends("move_line_ids.lot_id")
    def _compute_cn285_device_count(self):
        devices = self.env["cn285.device"].search(self._cn285_devices_domain())
        known = {(device.lot_id, device.company_id) for device in devices}
        for picking in self:
            lots = picking.move_line_ids.lot_id
            picking.cn285_device_count = sum((lot, picking.company_id) in known for lot in lots)

    def _cn285_devices_domain(self):
        return [
            ("lot_id", "in", self.move_line_ids.lot_id.ids),
            ("company_id", "in", self.company_id.ids),
        ]

    def action_view_devices(self):
        """The devices of these transfers."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Devices"),
            "res_model": "cn285.device",
            "view_mode": "list,form",
            "domain": self._cn285_devices_domain(),
        }

    @api.model_create_multi
    def create(self, vals_list):
        return super().create(without_kept_links(self, vals_list))

    def write(self, vals):
        refuse_kept_links(self, vals)
        return super().write(vals)
