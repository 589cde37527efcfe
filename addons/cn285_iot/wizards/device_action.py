from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.fleet.fleet_order import ACTIONS

REPLACE = ("replace", "Replace by Another")


class DeviceAction(models.TransientModel):
    """A dialog in which something is ordered for one device, or for those that were selected."""

    _name = "cn285.device.action"
    _description = "Action on Devices"
    _inherit = ["cn285.links.read", "cn285.bounded"]

    action = fields.Selection([*ACTIONS, REPLACE], required=True, default="activate")
    device_ids = fields.Many2many(
        "cn285.device",
        "cn285_device_action_device_rel",
        "action_id",
        "device_id",
        string="Devices",
        required=True,
    )
    device_count = fields.Integer(compute="_compute_device_count", string="Number of Devices")
    company_id = fields.Many2one("res.company", compute="_compute_device_count")
    date = fields.Date(
        string="Day",
        help="The first day of what begins, the last one of what ends.",
    )
    partner_id = fields.Many2one("res.partner", string="Customer")
    contract_id = fields.Many2one(
        "cn285.contract",
        domain="[('company_id', '=', company_id), "
        "('state', 'in', ('active', 'paused', 'suspended'))]",
    )
    plan_id = fields.Many2one(
        "cn285.contract.template.item",
        help="Left empty: the one of each device's type.",
    )
    parent_item_id = fields.Many2one(
        "cn285.contract.item",
        string="Fleet Subscription",
        domain="[('contract_id', '=', contract_id), ('is_for_devices', '=', False)]",
        help="The item of the contract below which those of the devices stand.",
    )
    has_own_term = fields.Boolean(string="Another Term than the Type's")
    months = fields.Integer(string="Term (Months)", help="0: as the contract.")
    other_device_id = fields.Many2one(
        "cn285.device",
        string="Replaced by",
        domain="[('company_id', '=', company_id), "
        "('state', 'in', ('draft', 'pending', 'returned'))]",
    )
    then = fields.Selection(
        [
            ("returned", "Comes Back"),
            ("pending", "Stays with the Customer"),
            ("retired", "Is Never Used Again"),
        ],
        string="The Old One",
        default="returned",
        required=True,
    )

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if "device_ids" in fields and self.env.context.get("active_model") == "cn285.device":
            devices = self.env["cn285.device"].browse(self.env.context.get("active_ids") or [])
            values["device_ids"] = [(6, 0, devices.ids)]
            contract = devices.contract_id
            if len(contract) == 1 and values.get("action") == "activate":
                values["contract_id"] = contract.id
            company = devices.company_id[:1] or self.env.company
            values["date"] = company._cn285_today()
        return values

    @api.depends("device_ids")
    def _compute_device_count(self):
        for dialog in self:
            dialog.device_count = len(dialog.device_ids)
            dialog.company_id = dialog.device_ids.company_id[:1] or self.env.company

    @api.onchange("contract_id")
    def _onchange_contract_id(self):
        """The subscription below which the devices of this contract stand already, or might."""
        self.parent_item_id = self.contract_id._fleet_subscription()

    def action_order(self):
        """Do it; where it is refused for the only device, say why, else show what came of it."""
        self.ensure_one()
        if self.action == "replace":
            return self._replace()
        values = {"date": self.date}
        if self.action in ("activate", "move"):
            values.update(
                contract_id=self.contract_id.id,
                plan_id=self.plan_id.id,
                parent_item_id=self.parent_item_id.id,
                months=self.months if self.has_own_term else -1,
            )
        order = self.env["cn285.fleet.order"]._place(self.action, self.device_ids, **values)
        lines = order.line_ids
        if len(lines) == 1:
            if lines.state == "refused":
                raise UserError(lines.reason)
            return {"type": "ir.actions.act_window_close"}
        return order.action_view_lines()

    def _replace(self):
        if len(self.device_ids) != 1 or not self.other_device_id:
            raise UserError(self.env._("Say by which other device one device is replaced."))
        self.device_ids._swap(self.other_device_id, self.date, self.then)
        return {"type": "ir.actions.act_window_close"}
