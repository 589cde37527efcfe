from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import is_past_state_door
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..engine.states import FREE, REACHED_FROM
from .device_type import OWNERSHIPS

STATES = [
    ("draft", "Draft"),
    ("pending", "Pending"),
    ("active", "Active"),
    ("suspended", "Suspended"),
    ("returned", "Returned"),
    ("retired", "Retired"),
]


class Device(models.Model):
    """An object that is served by items of contracts: a SIM, a meter, a tracker, a box."""

    _name = "cn285.device"
    _description = "Device"
    _inherit = ["cn285.editable", "cn285.guarded", "mail.thread", "cn285.bounded"]
    _order = "id desc"
    _rec_name = "serial"
    _rec_names_search = ["serial", "external_id", "identifier_ids.value"]
    _check_company_auto = True
    _fixed_after_draft = frozenset({"serial", "type_id", "company_id"})
    _portal_fields = frozenset(
        {
            "serial",
            "type_id",
            "company_id",
            "state",
            "partner_id",
            "contract_id",
            "location_id",
            "ownership",
            "customer_ref",
        }
    )

    serial = fields.Char(string="Serial Number", required=True, copy=False, index="trigram")
    type_id = fields.Many2one(
        "cn285.device.type", required=True, index=True, ondelete="restrict", check_company=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    external_id = fields.Char(
        string="External Number", copy=False, help="How another system names the device."
    )
    customer_ref = fields.Char(string="Customer's Name of It", copy=False)
    state = fields.Selection(
        STATES,
        string="Status",
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    ownership = fields.Selection(
        OWNERSHIPS,
        compute="_compute_ownership",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        copy=False,
        help="May be unknown until the device is activated.",
    )
    contract_id = fields.Many2one(
        "cn285.contract",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        copy=False,
        help="The contract that serves it, or for which it is meant.",
    )
    location_id = fields.Many2one(
        "res.partner",
        string="Place",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        copy=False,
        help="The address where it stands.",
    )
    identifier_ids = fields.One2many(
        "cn285.device.identifier", "device_id", string="Identifiers", copy=False
    )
    assignment_ids = fields.One2many(
        "cn285.device.assignment", "device_id", string="Services", readonly=True
    )
    event_ids = fields.One2many("cn285.device.event", "device_id", string="Events", readonly=True)
    item_count = fields.Integer(compute="_compute_item_count", string="Services Today")
    note = fields.Text()

    _serial_uniq = models.Constraint(
        "unique(serial, type_id, company_id)",
        "There is a device of this type with this serial number already.",
    )
    _external_uniq = models.UniqueIndex(
        "(external_id, company_id) WHERE external_id IS NOT NULL",
        "There is a device with this external number already.",
    )
    _list_idx = models.Index("(company_id, state, id DESC)")

    # === COMPUTES === #

    @api.depends("type_id")
    def _compute_ownership(self):
        for device in self:
            device.ownership = device.type_id.ownership or device.ownership or "customer"

    @api.depends("assignment_ids.date_start", "assignment_ids.date_end")
    def _compute_item_count(self):
        for device in self:
            # sudo: a number, for whoever reads the device
            device.item_count = len(device.sudo()._items_today())

    @api.depends("serial", "type_id.name")
    def _compute_display_name(self):
        for device in self:
            # sudo: the name of its type, which is no secret of whoever reads the device
            name = device.sudo().type_id.name
            device.display_name = f"{name} {device.serial}" if name else device.serial

    # === CONSTRAINTS AND CRUD === #

    @api.constrains("partner_id", "contract_id")
    def _check_holder(self):
        for device in self:
            reason = device._holder_problem(device.contract_id)
            if reason:
                raise ValidationError(device._words(reason))

    def _holder_problem(self, contract):
        """Why a contract is not for this device's customer, in words; None if it is."""
        self.ensure_one()
        own, theirs = self.partner_id.commercial_partner_id, contract.partner_id
        if not own or not theirs or own == theirs.commercial_partner_id:
            return None
        return self.env._(
            "it belongs to %(owner)s, and contract %(contract)s is another customer's.",
            owner=self.partner_id.display_name,
            contract=contract.name,
        )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if is_past_state_door(self, vals):
                raise self._door_error()
            if vals.get("serial"):
                vals["serial"] = vals["serial"].strip()
        devices = super().create(vals_list)
        devices._log_events("created")
        return devices

    def write(self, vals):
        if is_past_state_door(self, vals):
            raise self._door_error()
        if not self._is_inside() and {"partner_id", "contract_id"} & vals.keys():
            self._check_unused()
        return super().write(vals)

    def _check_unused(self):
        """Refuse another customer or contract by hand while a device is served: it is moved."""
        for device in self:
            if device.state not in FREE:
                raise UserError(
                    device._words(
                        self.env._("it is in service: move it, so that its billing follows.")
                    )
                )

    def _door_error(self):
        return UserError(
            self.env._(
                "The state of a device changes by its actions (Activate, Suspend, Return …), not "
                "by editing it."
            )
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unused(self):
        for device in self:
            # sudo: whether it was ever used, whoever may see by what
            if device.state not in ("draft", "pending") or device.sudo().assignment_ids:
                raise UserError(
                    device._words(self.env._("it was in use and is kept: retire it instead."))
                )

    # === STATES === #

    def _update_state(self, target, day=None, reason=None, **values):
        """The one door between states: each device goes to ``target``, and an event says so.

        Those that are there already stay as they are, without an event.

        :param day: the day from which on it is so; default: the company's today
        :param reason: told in the event: a code, or words
        :raises UserError: naming the first device that cannot go there; none has moved then
        """
        moving = self.filtered(lambda device: device.state != target)
        for device in moving:
            if device.state not in REACHED_FROM[target]:
                labels = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    device._words(
                        self.env._(
                            "it is “%(state)s” and cannot become “%(target)s”.",
                            state=labels[device.state],
                            target=labels[target],
                        )
                    )
                )
        # sudo: a state follows from what was done, by whoever may do that
        moving.sudo()._write_inside({"state": target, **values})
        if target == "returned":
            # What came back to its owner is nobody's any more.
            rented = moving.sudo().filtered(lambda device: device.ownership == "rented")
            rented._write_inside({"partner_id": False, "contract_id": False, "location_id": False})
        moving._log_events(target, day=day, data={"reason": reason} if reason else None)
        moving._ask_network()
        return moving

    def _words(self, reason):
        """A reason, with the device that it is about."""
        self.ensure_one()
        return self.env._("Device %(device)s: %(reason)s", device=self.serial, reason=reason)

    def _user_error(self, reason):
        """The error that refuses something of this device."""
        return UserError(self._words(reason))

    def action_confirm(self):
        """Drafts become ready to be activated."""
        self.check_access("write")
        self._update_state("pending")
        return True

    # === WHAT SERVES IT === #

    def _items_today(self):
        """The items that these devices serve today."""
        items = self.env["cn285.contract.item"]
        for company, devices in self.grouped("company_id").items():
            items |= devices._assignments_on(company._cn285_today()).item_id
        return items

    def _assignments_on(self, day):
        """The assignments of these devices that hold on a day."""
        return self.assignment_ids.filtered(lambda one: one._covers(day))

    @api.model
    def _find(self, company, text, device_type=None):
        """The device of a company that a serial number, an external number or an identifier names.

        :returns: one device, or none: what names two is nobody's
        """
        text = (text or "").strip()
        if not text:
            return self.browse()
        own = Domain("company_id", "=", company.id)
        if device_type:
            own &= Domain("type_id", "=", device_type.id)
        keys = self.env["cn285.device.identifier"]._keys_of(text)
        for domain in (
            Domain("serial", "=", text),
            Domain("external_id", "=", text),
            Domain("identifier_ids.value_key", "in", keys),
        ):
            found = self.search(own & domain, limit=2)
            if found:
                return found if len(found) == 1 else self.browse()
        return self.browse()

    @api.model
    def _find_many(self, company, texts):
        """As :meth:`_find`, for many numbers in few queries.

        :returns: the devices in the order of the numbers, each once; numbers that name none, or two
        """
        texts = list(dict.fromkeys(text.strip() for text in texts if text.strip()))
        own = Domain("company_id", "=", company.id)
        found = {text: set() for text in texts}
        for name in ("serial", "external_id"):
            for device in self.search(own & Domain(name, "in", texts)):
                found[device[name]].add(device.id)
        left = [text for text in texts if not found[text]]
        identifiers = self.env["cn285.device.identifier"]
        keys = {text: identifiers._keys_of(text) for text in left}
        wanted = list(set().union(*keys.values()))
        known = {}
        for one in identifiers.search(own & Domain("value_key", "in", wanted)):
            known.setdefault(one.value_key, set()).add(one.device_id.id)
        for text in left:
            found[text] = set().union(*(known.get(key, ()) for key in keys[text]))
        ids = [next(iter(ids)) for ids in found.values() if len(ids) == 1]
        unknown = [text for text, ids in found.items() if len(ids) != 1]
        return self.browse(list(dict.fromkeys(ids))), unknown
