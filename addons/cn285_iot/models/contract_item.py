from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import LIVE_STATES, STATE_DOOR, told_inside
from odoo.tools import SQL

from ..engine.states import served_state
from .device_assignment import Served


class ContractItem(models.Model):
    """Items that serve devices, below the subscription of a fleet; the devices follow them."""

    _inherit = "cn285.contract.item"

    parent_item_id = fields.Many2one(
        "cn285.contract.item",
        string="Fleet Subscription",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The item of the same contract below which this one stands.",
    )
    plan_id = fields.Many2one(
        "cn285.contract.template.item",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The template item that it was made from for a device.",
    )
    object_months = fields.Integer(
        string="Term of the Device (Months)", readonly=True, copy=False, help="0: as the contract."
    )
    minimum_months = fields.Integer(
        string="Minimum Term (Months)", readonly=True, copy=False, help="0: none."
    )
    minimum_until = fields.Date(
        string="Minimum Term Until",
        readonly=True,
        copy=False,
        help="The last day of it: what is taken off before is billed until then, or refused.",
    )
    device_places = fields.Integer(
        string="Devices at Once",
        default=1,
        help="How many devices this service is for at the same time.",
    )
    is_for_devices = fields.Boolean(readonly=True, copy=False)
    assignment_ids = fields.One2many(
        "cn285.device.assignment", "item_id", string="Devices", readonly=True
    )
    device_id = fields.Many2one("cn285.device", compute="_compute_device_id", compute_sudo=True)

    @api.depends("assignment_ids.date_start", "assignment_ids.date_end", "is_for_devices")
    def _compute_device_id(self):
        """The device of today; the first one, where there are several."""
        for item in self:
            on = item.company_id._cn285_today() if item.is_for_devices else None
            current = item.assignment_ids.filtered(lambda one, on=on: on and one._covers(on))
            item.device_id = current.sorted("slot")[:1].device_id

    # === DEVICES FOLLOW === #

    def _update_state(self, allowed, target, **values):
        moved = super()._update_state(allowed, target, **values)
        moved._tell_devices()
        return moved

    @api.model
    def _end_finished(self, company):
        """What has ended serves no device any more."""
        finished = super()._end_finished(company)
        finished._tell_devices()
        return finished

    def _succeed(self, change, vals):
        """The successor serves the devices from its first day on."""
        quiet = self.with_context(cn285_devices_follow=STATE_DOOR)
        successor = super(ContractItem, quiet)._succeed(change, vals)
        successor = successor.with_env(self.env)
        self._end_fees(change._last_day())
        self._hand_over_devices(successor, change._first_day())
        return successor

    def _tell_devices(self):
        """The devices of these items are what the items are: in service, suspended, or free."""
        if told_inside(self.env, "cn285_devices_follow"):
            return
        items = self.filtered("is_for_devices")
        for company, own in items.grouped("company_id").items():
            today = company._cn285_today()
            over = own.filtered(lambda item: item.state not in ("draft", *LIVE_STATES))
            for last_day, ended in over.grouped(
                lambda item, today=today: min(
                    day for day in (item.date_end, item.contract_id.date_end, today) if day
                )
            ).items():
                ended._end_fees(last_day)
                ended._release_devices(last_day, follow=False)
            # sudo: devices follow, whoever may see them
            own.sudo().assignment_ids.device_id._follow_items()

    def _release_devices(self, last_day, then=None, follow=True):
        """These items serve no device after a day.

        :param then: what their devices become where nothing else serves them; default: pending
        :param follow: whether the devices follow at once
        """
        if not self:
            return
        after = last_day + timedelta(days=1)
        assignments = self.env["cn285.device.assignment"]._reaching(self, after)
        devices = assignments.device_id
        items = {one.device_id: one.item_id for one in assignments}
        assignments._end(last_day)
        devices._log_events("unassigned", day=after, items=items)
        if follow:
            devices._follow_items(then, after)

    def _billed_at_least(self, last_day):
        """The end of this item's minimum term, where it would be over on an earlier day.

        What is taken off before its own first day was never served: it has no minimum.
        """
        self.ensure_one()
        until = self.minimum_until
        if self.state not in LIVE_STATES or not until or last_day < self.date_start:
            return None
        ends = [day for day in (until, self.date_end, self.contract_id.date_end) if day]
        return min(ends) if last_day < min(ends) else None

    def _hand_over_devices(self, successor, day):
        """Who takes the place of an item serves its devices from a day on."""
        self.ensure_one()
        assignments = self.env["cn285.device.assignment"]._reaching(self, day)
        if not assignments:
            return
        plan = self.plan_id if successor.product_id == self.product_id else self.plan_id.browse()
        # sudo: what the program keeps of the successor
        successor.sudo()._write_inside(
            {
                "is_for_devices": True,
                "plan_id": plan.id,
                "parent_item_id": self._parent_for(successor).id,
                "object_months": self.object_months,
                "minimum_months": self.minimum_months,
                "minimum_until": self.minimum_until,
            }
        )
        entries = [
            Served(one.device_id, successor, max(one.date_start, day), one.date_end)
            for one in assignments
        ]
        assignments._end(day - timedelta(days=1))
        self.env["cn285.device.assignment"]._assign(entries, "succeeded")
        devices = self.env["cn285.device"].union(*(entry.device for entry in entries))
        contract = successor.contract_id
        if contract != self.contract_id:
            # sudo: the device goes where its service goes
            devices.sudo()._write_inside(
                {"contract_id": contract.id, "partner_id": contract.partner_id.id}
            )
            devices._log_events("moved", day=day)
        devices._follow_items()

    def _parent_for(self, successor):
        """The fleet's subscription of a successor: in another contract, what took its place."""
        parent = self.parent_item_id
        if successor.contract_id == self.contract_id:
            return parent
        return successor.contract_id.item_ids.filtered(
            lambda item: item.predecessor_id and item.predecessor_id == parent
        )[:1]

    @api.model
    def _states_of(self, assignments):
        """What devices are by the items of assignments: ``{device: state or None}``."""
        states = {}
        for one in assignments:
            states.setdefault(one.device_id, []).append(one.item_id.state)
        return {device: served_state(own) for device, own in states.items()}

    # === PREVIEWS OF FLEETS === #

    def _may_be_alike(self):
        """Items of devices are billed by their columns; those that measure usage are not."""
        return SQL("i.is_for_devices IS TRUE AND i.billing_type = 'fixed'")

    # === PLANNED ENDS === #

    def _planned_ends(self, change=None):
        """The first of the last days that are planned for each of these items.

        :param change: one that counts as planned; it names all of these items
        :returns: ``{day or False: items}``
        """
        days = {item: [] for item in self}
        for contract, items in self.grouped("contract_id").items():
            for other in contract.change_ids:
                if other == change or other.state != "scheduled":
                    continue
                if other.type == "end_items":
                    for item in other._named_items() & items:
                        days[item].append(other._last_day())
                elif other.type == "end_item" and other.item_id in items:
                    days[other.item_id].append(other._last_day())
        own = [change._last_day()] if change else []
        ends = {item: min([*known, *own], default=False) for item, known in days.items()}
        return self.grouped(ends.__getitem__)


class ContractTemplateItem(models.Model):
    _inherit = "cn285.contract.template.item"

    device_places = fields.Integer(
        string="Devices at Once",
        default=1,
        help="How many devices a service made from it is for at the same time.",
    )

    def _prepare_contract_item_vals(self, date_start=None):
        vals = super()._prepare_contract_item_vals(date_start)
        return {
            **vals,
            "device_places": self.device_places,
            "suspended_fee": self.suspended_fee,
        }


class Contract(models.Model):
    _inherit = "cn285.contract"

    device_count = fields.Integer(compute="_compute_device_count", string="Devices")

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_device_count(self):
        groups = self.env["cn285.device"]._read_group(
            [("contract_id", "in", self.ids)], ["contract_id"], ["__count"]
        )
        counts = {contract.id: count for contract, count in groups}
        for contract in self:
            contract.device_count = counts.get(contract.id, 0)

    def _fleet_subscription(self):
        """The item below which the devices of this contract stand already, or might."""
        items = self.item_ids
        parents = items.parent_item_id or items.filtered(
            lambda item: item.billing_type == "none" and not item.is_for_devices
        )
        return parents[:1]

    def action_view_devices(self):
        """The devices that this contract serves, or that are meant for it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Devices"),
            "res_model": "cn285.device",
            "view_mode": "list,form",
            "domain": [("contract_id", "=", self.id)],
            "context": {
                "default_contract_id": self.id,
                "default_partner_id": self.partner_id.id,
                "default_company_id": self.company_id.id,
            },
        }
