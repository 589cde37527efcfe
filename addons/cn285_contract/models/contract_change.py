from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from .change_type import BadValue, parse_value
from .common import LIVE_STATES, STATE_DOOR

# What a change is made of: fixed once it is scheduled.
CONTENT = {
    "contract_id",
    "item_id",
    "type",
    "date_effective",
    "values",
    "origin",
    "requested_by",
    "override",
}
# What only the machinery writes.
MACHINERY = {"state", "date_scheduled", "date_applied", "before", "after", "error"}


class ContractChange(models.Model):
    """A dated change of a contract: planned, previewed, approved, applied once, and kept as log.

    What a type of change does stands in ``_check_<type>`` and ``_apply_<type>``; see
    :class:`.change_type.ChangeType`.
    """

    _name = "cn285.contract.change"
    _description = "Contract Change"
    _inherit = ["mail.thread", "mail.activity.mixin"]
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
    type = fields.Selection(
        [("end_item", "End of an Item"), ("terminate", "Termination")], required=True
    )
    date_effective = fields.Date(
        string="Effective Date",
        required=True,
        tracking=True,
        help="First day of the new terms; for an end, the last day.",
    )
    values = fields.Json(default=dict, help="What changes, by name.")
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

    _due_idx = models.Index("(company_id, date_effective) WHERE state = 'scheduled'")

    # === TYPES === #

    @api.model
    def _change_types(self):
        """All types of change: ``{type: ChangeType}``. Modules add theirs."""
        return {}

    def _type(self):
        """What the machinery must know of the type of this change, or of these, all of one type."""
        return self._change_types()[self[:1].type]

    def _type_label(self):
        self.ensure_one()
        return dict(self._fields["type"]._description_selection(self.env))[self.type]

    def _parsed(self):
        """The values as models use them: ``{name: date, record, number...}``.

        :raises ValidationError: naming the value that is unknown, missing or of the wrong kind
        """
        self.ensure_one()
        specs, parsed = self._type().values, {}
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
    @api.depends_context("lang")
    def _compute_description(self):
        for change in self:
            change.description = change._describe() if change.type else False

    def _describe(self):
        """What changes, in a line, as the log shows it."""
        self.ensure_one()
        parts = [self.item_id.name] if self.item_id else []
        for name, value in (self.values or {}).items():
            parts.append(f"{self._value_label(name)}: {self._value_text(name, value)}")
        return " · ".join(filter(None, parts)) or self._type_label()

    def _value_label(self, name):
        """What a value is called: as the field of that name on items or contracts is."""
        for model in ("cn285.contract.item", "cn285.contract", self._name):
            field = self.env[model]._fields.get(name)
            if field:
                return field._description_string(self.env)
        return name.replace("_", " ")

    def _value_text(self, name, value):
        spec = self._change_types()[self.type].values.get(name)
        if value in (None, False) or spec is None:
            return value if value else "–"
        if spec.kind == "record":
            # sudo: the name of what was chosen; whoever may read the change may read it.
            return self.env[spec.model].sudo().browse(value).exists().display_name or value
        if spec.kind == "date":
            return format_date(self.env, value)
        if spec.kind == "number":
            return f"{value:g}"
        return value

    # === CONSTRAINTS AND CRUD === #

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
        for vals in vals_list:
            if vals.get("item_id") and not vals.get("contract_id"):
                item = self.env["cn285.contract.item"].browse(vals["item_id"])
                vals["contract_id"] = item.contract_id.id
            if vals.get("state", "draft") != "draft":
                raise self._door_error()
        changes = super().create(vals_list)
        for change in changes.filtered(lambda change: not change.date_requested):
            change.date_requested = change.company_id._cn285_today()
        return changes

    def write(self, vals):
        inside = self.env.context.get("cn285_state_door") is STATE_DOOR
        if not inside and MACHINERY & vals.keys():
            raise self._door_error()
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
        return super().write(vals)

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

    # === STATES === #

    def _update_state(self, allowed, target, **values):
        """The one door between states: changes in ``allowed`` go to ``target``.

        :raises UserError: naming the first change that is in another state; none is moved then
        """
        labels = dict(self._fields["state"]._description_selection(self.env))
        for change in self:
            if change.state not in allowed:
                raise UserError(
                    self.env._(
                        "%(change)s is “%(state)s” and cannot become “%(target)s”.",
                        change=change.display_name,
                        state=labels[change.state],
                        target=labels[target],
                    )
                )
        self._write_inside({"state": target, **values})

    def _write_inside(self, vals):
        """Write what only the machinery may write."""
        self.with_context(cn285_state_door=STATE_DOOR).write(vals)

    def action_schedule(self):
        """Check drafts and plan them; those that need it wait for approval, due ones take effect.

        :raises ValidationError: what cannot be done, and where
        """
        for change in self:
            if change.state != "draft":
                change._update_state(("draft",), "scheduled")
            change._check()
            needed = change._approval_reason()
            if needed:
                change._update_state(("draft",), "to_approve")
                change._ask_approval(needed)
            else:
                change._to_schedule(("draft",))
        self._apply_if_due()
        return True

    def _to_schedule(self, allowed):
        for company, changes in self.grouped("company_id").items():
            today = company._cn285_today()
            changes._update_state(allowed, "scheduled", date_scheduled=today, error=False)
        self._announce(True)

    def action_approve(self):
        """Let changes that wait for approval go ahead.

        :raises AccessError: for users who are not billing managers
        """
        self._check_approver()
        for change in self:
            change._check()
        self._write_inside({"approved_by": self.env.user.id})
        self._to_schedule(("to_approve",))
        self._apply_if_due()
        return True

    def action_reject(self, note=None):
        """Refuse changes that wait for approval."""
        self._check_approver()
        self._update_state(("to_approve",), "rejected", approved_by=self.env.user.id)
        if note:
            for change in self:
                change.message_post(body=note)
        return True

    def action_cancel(self):
        """Give up changes that have not taken effect."""
        scheduled = self.filtered(lambda change: change.state == "scheduled")
        self._update_state(("draft", "to_approve", "scheduled"), "cancelled")
        scheduled._announce(False)
        return True

    def action_draft(self):
        """Take cancelled changes up again."""
        self._update_state(("cancelled", "rejected"), "draft", error=False)
        return True

    def action_reschedule(self, date_effective):
        """Move changes that have not taken effect to another day.

        :param date_effective: date, or ISO text
        """
        day = fields.Date.to_date(date_effective)
        for change in self:
            if change.state not in ("draft", "to_approve", "scheduled"):
                raise UserError(self.env._("%s cannot be moved any more.", change.display_name))
            scheduled = change.filtered(lambda change: change.state == "scheduled")
            scheduled._announce(False)
            change._write_inside({"date_effective": day, "error": False})
            if change.state != "draft":
                change._check()
            scheduled._announce(True)
        self.filtered(lambda change: change.state == "scheduled")._apply_if_due()
        return True

    # === CHECKS === #

    def _check(self):
        """Refuse what cannot be done: bad values, a contract that is over, rules not kept."""
        self.ensure_one()
        self._check_contract_runs()
        self._parsed()
        self._check_item_runs()
        self._check_rules()
        getattr(self, f"_check_{self.type}")()

    def _check_contract_runs(self):
        contract = self.contract_id
        if contract.state not in LIVE_STATES:
            states = dict(contract._fields["state"]._description_selection(self.env))
            raise self._refusal(
                self.env._(
                    "the contract is “%s”; only a running contract changes.",
                    states[contract.state],
                )
            )

    def _check_item_runs(self):
        item = self.item_id
        if item and item.state not in ("draft", *LIVE_STATES, "ended"):
            states = dict(item._fields["state"]._description_selection(self.env))
            raise self._refusal(
                self.env._(
                    "item “%(item)s” is “%(state)s”.", item=item.name, state=states[item.state]
                )
            )

    def _check_rules(self):
        """Hook: refuse what the rules of the template or the company do not let happen."""

    def _approval_reason(self):
        """Hook: why this change needs approval, in words; None if it does not."""
        return None

    def _ask_approval(self, reason):
        """Tell the billing managers that a change waits for them."""
        self.ensure_one()
        self.message_post(body=reason)

    def _check_approver(self):
        self.check_access("write")
        if not self.env.su and not self.env.user.has_group("cn285_contract.group_billing_manager"):
            raise UserError(self.env._("Only a billing manager approves contract changes."))
