from odoo import fields, models

STATES = [
    ("waiting", "Waiting"),
    ("done", "Done"),
    ("planned", "Planned"),
    ("refused", "Refused"),
]


class FleetOrderLine(models.Model):
    """What an order comes to for one device."""

    _name = "cn285.fleet.order.line"
    _description = "Fleet Order: One Device"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "order_id desc, id"
    _rec_name = "number"

    order_id = fields.Many2one(
        "cn285.fleet.order", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True, precompute=True)
    device_id = fields.Many2one(
        "cn285.device", readonly=True, ondelete="set null", index="btree_not_null"
    )
    number = fields.Char(readonly=True, help="As it was given.")
    state = fields.Selection(
        STATES, string="Status", default="waiting", required=True, readonly=True
    )
    reason = fields.Char(readonly=True, help="Why it was refused, or what is to be known of it.")
    item_id = fields.Many2one(
        "cn285.contract.item", readonly=True, ondelete="set null", index="btree_not_null"
    )
    change_id = fields.Many2one(
        "cn285.contract.change", readonly=True, ondelete="set null", index="btree_not_null"
    )

    _waiting_idx = models.Index("(order_id, id) WHERE state = 'waiting'")

    def _set(self, state, reason=None, changes=None, items=None):
        """What came of these lines.

        :param changes: ``{device: change}``
        :param items: ``{device: item}``
        """
        changes, items = changes or {}, items or {}
        # sudo: history that the program writes for whoever has placed the order
        for line in self.sudo():
            change, item = changes.get(line.device_id), items.get(line.device_id)
            line.write(
                {
                    "state": state,
                    "reason": reason,
                    "change_id": change.id if change else False,
                    "item_id": item.id if item else False,
                }
            )
