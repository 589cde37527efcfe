import json

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ..bounds import DAY
from ..common import STATE_DOOR
from .change_value import BadValue, parse_value
from .types import CHANGE_TYPES, TYPE_GROUPS, ChangeType, UnknownType

# What a change is made of: fixed once it is scheduled.
CONTENT = {
    "contract_id",
    "item_id",
    "type",
    "date_effective",
    "date_requested",
    "values",
    "origin",
    "requested_by",
    "override",
}
# What only the machinery writes.
MACHINERY = {
    "state",
    "date_scheduled",
    "date_applied",
    "approved_by",
    "before",
    "after",
    "error",
    "result_item_id",
    "result_contract_id",
    "awaiting_told",
}


class ContractChange(models.Model):
    """A dated change of a contract: planned, previewed, approved, applied once, and kept as log.

    What a type of change does stands in one file of ``types``: see :class:`.types.ChangeType`.
    """

    _name = "cn285.contract.change"
    _description = "Contract Change"
    _inherit = [
        "cn285.editable",
        "cn285.guarded",
        "cn285.batched.tracking",
        "mail.thread",
        "mail.activity.mixin",
        "cn285.bounded",
    ]
    _portal_fields = frozenset(
        {
            "contract_id",
            "item_id",
            "company_id",
            "type",
            "date_effective",
            "date_requested",
            "state",
            "description",
        }
    )
    _order = "date_effective desc, id desc"
    _check_company_auto = True

    contract_id = fields.Many2one(
        "cn285.contract", required=True, index=True, ondelete="cascade", check_company=True
    )
    item_id = fields.Many2one(
        "cn285.contract.item",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        domain="[('contract_id', '=', contract_id)]",
    )
    company_id = fields.Many2one(
        related="contract_id.company_id", store=True, index=True, precompute=True
    )
    partner_id = fields.Many2one(related="contract_id.partner_id", string="Customer")
    currency_id = fields.Many2one(related="contract_id.currency_id")
    type = fields.Selection(selection="_type_selection", required=True)
    date_effective = fields.Date(
        string="Effective Date",
        required=True,
        tracking=True,
        help="First day of the new terms; for an end, the last day.",
    )
    values = fields.Json(default=lambda self: {}, help="What changes, by name.")
    state = fields.Selection(
        string="Status",
        selection=[
            ("draft", "Draft"),
            ("to_approve", "To Approve"),
            ("scheduled", "Scheduled"),
            ("applied", "Applied"),
            ("cancelled", "Cancelled"),
            ("rejected", "Rejected"),
        ],
        default="draft",
        required=True,
        copy=False,
        readonly=True,
        tracking=True,
        index=True,
    )
    origin = fields.Selection(
        [("staff", "Staff"), ("customer", "Customer"), ("api", "Program"), ("system", "System")],
        default="staff",
        required=True,
        copy=False,
    )
    requested_by = fields.Many2one("res.users", default=lambda self: self.env.user, copy=False)
    date_requested = fields.Date(
        string="Requested On", copy=False, help="Day of the request, by the company's clock."
    )
    date_scheduled = fields.Date(string="Scheduled On", copy=False, readonly=True)
    date_applied = fields.Date(string="Applied On", copy=False, readonly=True)
    approved_by = fields.Many2one("res.users", copy=False, readonly=True)
    reason_id = fields.Many2one("cn285.change.reason", index="btree_not_null")
    note = fields.Text()
    before = fields.Json(readonly=True, copy=False, help="What it was like before.")
    after = fields.Json(readonly=True, copy=False, help="What it was like after.")
    error = fields.Text(
        readonly=True, copy=False, help="Why the change could not be applied when it was due."
    )
    schedule_ids = fields.One2many(
        "cn285.billing.schedule",
        "change_id",
        string="Billing Schedule",
        readonly=True,
        help="Rows that this change caused.",
    )
    move_ids = fields.Many2many(
        "account.move", compute="_compute_move_ids", string="Invoices", compute_sudo=True
    )
    result_item_id = fields.Many2one(
        "cn285.contract.item", string="New Item", readonly=True, copy=False, ondelete="set null"
    )
    result_contract_id = fields.Many2one(
        "cn285.contract", string="New Contract", readonly=True, copy=False, ondelete="set null"
    )
    description = fields.Char(compute="_compute_description", help="What changes, in words.")
    details = fields.Char(
        compute="_compute_description",
        help="What changes, in words; empty where the type says all of it.",
    )

    _due_idx = models.Index("(company_id, date_effective) WHERE state = 'scheduled'")

    # === TYPES === #

    @api.model
    def _change_types(self) -> dict[str, ChangeType]:
        """All types of change, by name, in the order in which the dialog offers them.

        Another addon adds its own, or puts an extension in the place of one that is there:
        ``return super()._change_types() | {"x": X()}``.
        """
        return CHANGE_TYPES

    @api.model
    def _type_selection(self):
        types = self._change_types()
        return [(name, self.env._(kind.label)) for name, kind in types.items()]

    @api.model
    def _type_groups(self, names):
        """Those of these types under headings, in order: ``[[heading, [name…]]…]``."""
        types = self._change_types()
        groups = [
            [self.env._(heading), [name for name in names if types[name].group == group]]
            for group, heading in TYPE_GROUPS.items()
        ]
        return [group for group in groups if group[1]]

    def _type(self):
        """The type of this change, or of these, all of one type."""
        # Not a slice: what is read is read for all that this one was found with.
        name = next(iter(self), self).type
        return self._change_types().get(name) or UnknownType(name)

    def _type_label(self):
        self.ensure_one()
        return self.env._(self._type().label)

    def _parsed(self):
        """The values as models use them: ``{name: date, record, number...}``.

        :raises ValidationError: naming the value that is unknown, missing or of the wrong kind;
            or saying that the type is not installed any more
        """
        self.ensure_one()
        kind = self._type()
        if isinstance(kind, UnknownType):
            kind.check(self)  # refuses: nobody knows any more what the values mean
        specs, parsed = kind.values, {}
        for name, value in (self.values or {}).items():
            if name not in specs:
                raise self._refusal(
                    self.env._(
                        "“%(name)s” is not a value of this type; known are: %(known)s.",
                        name=name,
                        known=", ".join(specs) or "–",
                    )
                )
            try:
                # A False of Odoo's own JSON stands for "empty".
                empty = value is None or (value is False and specs[name].kind != "boolean")
                parsed[name] = None if empty else parse_value(self.env, value, specs[name])
            except BadValue as error:
                reason = self.env._("%(name)s: %(reason)s", name=name, reason=error)
                raise self._refusal(reason) from error
        for name, spec in specs.items():
            if spec.required and parsed.get(name) is None:
                raise self._refusal(self.env._("the value “%s” is missing.", name))
        return parsed

    def _refusal(self, reason):
        """The error that refuses this change: what and where, and why."""
        self.ensure_one()
        return ValidationError(
            self.env._(
                "Contract %(contract)s, %(change)s from %(date)s: %(reason)s",
                contract=self.contract_id.name,
                change=self._type_label().lower(),
                date=format_date(self.env, self.date_effective),
                reason=reason,
            )
        )

    # === COMPUTES === #

    @api.depends("schedule_ids.move_id")
    def _compute_move_ids(self):
        for change in self:
            change.move_ids = change.schedule_ids.move_id

    @api.depends("type", "contract_id", "date_effective")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for change in self:
            day = format_date(self.env, change.date_effective) if change.date_effective else ""
            label = change._type_label() if change.type else ""
            change.display_name = f"{change.contract_id.name or ''} · {label} · {day}"

    @api.depends("type", "values", "item_id")
    @api.depends_context("lang", "uid", "allowed_company_ids")
    def _compute_description(self):
        for change in self:
            change.description = change._describe() if change.type else False
            says_more = change.type and change.description != change._type_label()
            change.details = change.description if says_more else False

    # === CONSTRAINTS AND CRUD === #

    def _creation_message(self):
        """In words of its own: languages have genders."""
        self.ensure_one()
        return self.env._("Contract change created")

    @api.constrains("item_id", "contract_id", "type")
    def _check_item(self):
        for change in self:
            on_item = change._type().on == "item"
            if on_item and not change.item_id:
                raise change._refusal(self.env._("say which item it concerns."))
            if change.item_id and change.item_id.contract_id != change.contract_id:
                # A transferred item's log stays where it was made.
                if change.state in ("applied", "cancelled", "rejected"):
                    continue
                raise change._refusal(
                    self.env._("the item “%s” belongs to another contract.", change.item_id.name)
                )

    @api.model_create_multi
    def create(self, vals_list):
        self._check_links(vals_list)
        for vals in vals_list:
            if vals.get("item_id") and not vals.get("contract_id"):
                item = self.env["cn285.contract.item"].browse(vals["item_id"])
                vals["contract_id"] = item.contract_id.id
            if vals.get("state", "draft") != "draft":
                raise self._door_error()
            self._check_data(vals)
        changes = super().create([self._with_requester(vals) for vals in vals_list])
        changes._check_named_records()
        for change in changes.filtered(lambda change: not change.date_requested):
            change.date_requested = change.company_id._cn285_today()
        return changes

    def write(self, vals):
        inside = self.env.context.get("cn285_state_door") is STATE_DOOR
        if not inside and MACHINERY & vals.keys():
            raise self._door_error()
        self._check_requester(vals)
        self._check_data(vals)
        if not inside and CONTENT & vals.keys():
            for change in self:
                if change.state != "draft":
                    raise UserError(
                        self.env._(
                            "%s is not a draft any more: reschedule it, or cancel it and make a "
                            "new one.",
                            change.display_name,
                        )
                    )
        result = super().write(vals)
        if {"values", "type"} & vals.keys():
            self._check_named_records()
        return result

    @api.model
    def _bounds(self):
        days = {"date_effective": DAY, "date_requested": DAY}
        return {**super()._bounds(), **days}

    def _check_data(self, vals):
        """Refuse values that are not told by name, before anything tries to read them."""
        if vals.get("values") and not isinstance(vals["values"], dict):
            raise ValidationError(
                self.env._("The values of a contract change are given by name, as an object.")
            )
        try:
            json.dumps(vals.get("values"), allow_nan=False)
        except (TypeError, ValueError) as error:
            raise ValidationError(
                self.env._(
                    "The values of a contract change are texts, numbers and dates as text: %s",
                    vals["values"],
                )
            ) from error

    def _check_named_records(self):
        """Refuse values that name records which the user may not read.

        Previews and effects are worked out with all rights: what is named is checked before.
        """
        if self.env.su:
            return
        for change in self:
            specs = change._type().values
            for name, value in (change.values or {}).items():
                spec = specs.get(name)
                if not value or spec is None or spec.kind not in ("record", "records", "fields"):
                    continue
                try:
                    parse_value(self.env, value, spec)
                except BadValue as error:
                    reason = self.env._("%(name)s: %(reason)s", name=name, reason=error)
                    raise change._refusal(reason) from error

    def _kept_error(self, name):
        """In the words of a change."""
        if name in MACHINERY:
            return str(self._door_error())
        return super()._kept_error(name)

    def _door_error(self):
        return UserError(
            self.env._(
                "The state of a contract change moves by its buttons (Schedule, Approve, Cancel), "
                "not by editing it."
            )
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_only_without_history(self):
        for change in self:
            if change.state not in ("draft", "cancelled"):
                raise UserError(
                    self.env._(
                        "%s belongs to the contract's log and cannot be deleted.",
                        change.display_name,
                    )
                )
