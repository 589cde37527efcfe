from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bulk import copy_rows
from odoo.addons.cn285_contract.models.common import LIVE_STATES
from odoo.exceptions import UserError

ACTIONS = [
    ("activate", "Activate"),
    ("suspend", "Suspend"),
    ("resume", "Resume"),
    ("end", "Take the Services Off"),
    ("return", "Return"),
    ("retire", "Retire"),
    ("move", "Move to Another Contract"),
]
STATES = [("waiting", "Waiting"), ("running", "Running"), ("done", "Done")]
# Up to how many devices are done while the user waits; more are done in jobs.
AT_ONCE = 20


class FleetOrder(models.Model):
    """Something to be done with devices: for each of them once, and told for each."""

    _name = "cn285.fleet.order"
    _description = "Fleet Order"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    action = fields.Selection(ACTIONS, required=True, readonly=True)
    date = fields.Date(required=True, readonly=True)
    contract_id = fields.Many2one(
        "cn285.contract", readonly=True, index="btree_not_null", ondelete="set null"
    )
    plan_id = fields.Many2one(
        "cn285.contract.template.item",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    parent_item_id = fields.Many2one(
        "cn285.contract.item",
        string="Fleet Subscription",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    months = fields.Integer(
        string="Term (Months)", readonly=True, help="Below zero: as each device's type says."
    )
    request = fields.Char(
        readonly=True,
        help="By which request of a program: the same one sent again makes no second order.",
    )
    state = fields.Selection(
        STATES, string="Status", default="waiting", required=True, readonly=True, index=True
    )
    line_ids = fields.One2many("cn285.fleet.order.line", "order_id", readonly=True)
    total_count = fields.Integer(compute="_compute_counts", string="Devices")
    done_count = fields.Integer(compute="_compute_counts", string="Done")
    refused_count = fields.Integer(compute="_compute_counts", string="Refused")

    _request_once = models.UniqueIndex(
        "(request, company_id) WHERE request IS NOT NULL", "This request was ordered already."
    )

    @api.depends("line_ids.state")
    def _compute_counts(self):
        groups = self.env["cn285.fleet.order.line"]._read_group(
            [("order_id", "in", self.ids)], ["order_id", "state"], ["__count"]
        )
        counts = {}
        for order, state, count in groups:
            counts.setdefault(order.id, {})[state] = count
        for order in self:
            own = counts.get(order.id, {})
            order.total_count = sum(own.values())
            order.refused_count = own.get("refused", 0)
            order.done_count = own.get("done", 0) + own.get("planned", 0)

    # === ORDERED === #

    @api.model
    def _place(
        self, action, devices, unknown=(), request=None, in_jobs=False, start=True, **values
    ):
        """Order something for devices, and do it: at once for few, in jobs for many.

        A request that was placed before is found again: nothing is done twice.

        :param action: one of ``ACTIONS``
        :param devices: those that exist; the caller may write them
        :param unknown: numbers that name none: they are refused, and told
        :param request: how the program that asks names its request
        :param in_jobs: nobody waits: it is done in jobs however few they are
        :param start: False: it waits until :meth:`_do_now` is called
        :param values: ``date``, ``contract_id``, ``plan_id``, ``parent_item_id``, ``months``
        :returns: the order
        :raises UserError: for what cannot be ordered at all
        """
        company = devices.company_id or self.env.company
        if len(company) > 1:
            raise UserError(self.env._("Devices of several companies: order for each of them."))
        if request:
            known = self.sudo().search(
                [("request", "=", request), ("company_id", "=", company.id)], limit=1
            )
            if known:
                return known.sudo(self.env.su)
        devices.check_access("write")
        vals = {
            "months": -1,
            **values,
            "action": action,
            "company_id": company.id,
            "date": values.get("date") or company._cn285_today(),
            "request": request,
        }
        self._check_order(vals)
        # sudo: numbers of orders, and orders themselves, are the program's for whoever may place
        # them: what they order is done in the name of who has placed them.
        vals["name"] = self.env["ir.sequence"].sudo().next_by_code("cn285.fleet.order")
        order = self.sudo().create(vals)
        order._add_lines(devices, unknown)
        order = order.sudo(self.env.su)
        if start:
            order._start(in_jobs)
        return order

    def _add_lines(self, devices, unknown):
        """A line for each device, and for each number that names none; thousands at once."""
        now, uid = self.env.cr.now(), self.env.uid
        shared = {
            "order_id": self.id,
            "company_id": self.company_id.id,
            "state": "waiting",
            "create_uid": uid,
            "write_uid": uid,
            "create_date": now,
            "write_date": now,
        }
        rows = [
            *({**shared, "device_id": one.id, "number": one.serial} for one in devices),
            *({**shared, "device_id": None, "number": number} for number in unknown),
        ]
        copy_rows(self.env.cr, self.line_ids._table, rows)
        self.invalidate_recordset(["line_ids"], flush=False)

    @api.model
    def _check_order(self, vals):
        """Refuse what is not whole, before anything is made of it."""
        contract = self.env["cn285.contract"].browse(vals.get("contract_id") or [])
        if vals["action"] not in ("activate", "move"):
            return
        if not contract:
            raise UserError(self.env._("Say on which contract the devices are activated."))
        contract.check_access("write")
        if contract.state not in LIVE_STATES:
            raise UserError(
                self.env._(
                    "Contract %s does not run: devices are activated on a running one.",
                    contract.name,
                )
            )
        if contract.company_id.id != vals["company_id"]:
            raise UserError(
                self.env._("Contract %s is another company's than the devices.", contract.name)
            )
        if vals["action"] == "move" and vals["date"] > contract.company_id._cn285_today():
            raise UserError(
                self.env._("A move is done on its day, or dated back: not planned ahead.")
            )

    def action_view_lines(self):
        """What came of it, for each device."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": self._name,
            "view_mode": "form",
            "res_id": self.id,
        }
