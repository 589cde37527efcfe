from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from .bounds import DAY, END
from .common import LIVE_STATES, as_day, is_past_state_door
from .selected_link import SelectedMany2one


class ContractItem(models.Model):
    _name = "cn285.contract.item"
    _description = "Contract Item"
    _inherit = ["cn285.editable", "cn285.guarded", "cn285.billing.terms", "cn285.large.table"]
    _order = "contract_id desc, sequence, id"
    _ordered_by_number = frozenset({"contract_id"})
    _check_company_auto = True
    _rec_names_search = ["name", "code", "beneficiary_id.name", "contract_id.name"]

    contract_id = SelectedMany2one("cn285.contract", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    partner_id = fields.Many2one(related="contract_id.partner_id", string="Customer")
    product_id = fields.Many2one(check_company=True)
    beneficiary_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The user of the service, where it is not the customer: an employee, a subsidiary.",
    )
    code = fields.Char(
        string="Service Number",
        copy=False,
        help="The number by which the service is known elsewhere: a line, a meter, a serial.",
    )
    date_start = fields.Date(
        string="Start Date",
        copy=False,
        help="First day of the service. Left empty, the start condition sets it.",
    )
    date_end = fields.Date(
        string="End Date", copy=False, help="Last day of the service. Empty: as the contract."
    )
    planned_end = fields.Date(
        copy=False,
        readonly=True,
        help="Last day by an end that is scheduled and has not taken effect.",
    )
    change_ids = fields.One2many("cn285.contract.change", "item_id", string="Changes")
    one_shot_date = fields.Date(
        string="Fee Billed On",
        copy=False,
        help="One-time fee: the day on which it is billed. Left empty, on the item's start.",
    )
    state = fields.Selection(
        string="Status",
        selection=[
            ("draft", "Draft"),
            ("active", "Active"),
            ("paused", "Paused"),
            ("suspended", "Suspended"),
            ("ended", "Ended"),
            ("withdrawn", "Withdrawn From"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        copy=False,
        readonly=True,
    )
    planned_until = fields.Date(
        copy=False,
        readonly=True,
        help="Rows billed before this day exist in the schedule. "
        "Empty: nothing remains to be planned.",
    )
    discount_ids = fields.One2many(
        "cn285.contract.item.discount", "item_id", string="Discount Periods", copy=True
    )
    schedule_ids = fields.One2many(
        "cn285.billing.schedule",
        "item_id",
        readonly=True,
    )
    billing_start = fields.Date(
        compute="_compute_billing_start", help="First billed day: the day after the trial."
    )

    _order_idx = models.Index("(contract_id DESC, sequence, id)")
    _planned_until_idx = models.Index(
        "(company_id, planned_until) WHERE state IN ('active', 'paused', 'suspended')"
    )

    # === CONSTRAINTS === #

    @api.constrains("date_start", "date_end", "contract_id", "start_condition")
    def _check_dates(self):
        for item in self:
            message = item._dates_error()
            if message:
                raise ValidationError(
                    self.env._(
                        "Contract %(contract)s, item “%(item)s”: %(reason)s",
                        contract=item.contract_id.name,
                        item=item.name,
                        reason=message,
                    )
                )

    def _dates_error(self):
        self.ensure_one()
        start, end, contract = self.date_start, self.date_end, self.contract_id
        if start and end and end < start:
            return self.env._(
                "the end date %(end)s is before the start date %(start)s.",
                end=format_date(self.env, end),
                start=format_date(self.env, start),
            )
        if self.state == "cancelled":
            return None
        if start and contract.date_start and start < contract.date_start:
            return self.env._(
                "it starts on %(start)s, before the contract does (%(contract_start)s).",
                start=format_date(self.env, start),
                contract_start=format_date(self.env, contract.date_start),
            )
        if end and contract.date_start and end < contract.date_start:
            return self.env._(
                "it ends on %(end)s, before the contract starts (%(contract_start)s).",
                end=format_date(self.env, end),
                contract_start=format_date(self.env, contract.date_start),
            )
        if contract.date_end and start and start > contract.date_end:
            return self.env._(
                "it starts on %(start)s, after the contract's end (%(contract_end)s).",
                start=format_date(self.env, start),
                contract_end=format_date(self.env, contract.date_end),
            )
        if contract.date_end and end and end > contract.date_end:
            return self.env._(
                "it ends on %(end)s, after the contract does (%(contract_end)s).",
                end=format_date(self.env, end),
                contract_end=format_date(self.env, contract.date_end),
            )
        if self.start_condition == "date" and not start:
            return self.env._("it starts on its own date, but no start date is given.")
        return None

    # === COMPUTES === #

    @api.depends("date_start", "trial_days", "contract_id.date_start", "start_condition")
    def _compute_billing_start(self):
        for item in self:
            start = item._expected_start()
            item.billing_start = start and start + timedelta(days=item.trial_days)

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._with_template_terms(vals) for vals in vals_list]
        traced = self._trace_new(vals_list)
        vals_list = [
            {**vals, **traced[number]._start_of_new(vals)} if number in traced else vals
            for number, vals in enumerate(vals_list)
        ]
        for vals in vals_list:
            self._check_state_door(vals)
            if vals.get("date_start") and "start_condition" not in vals:
                vals["start_condition"] = "date"
        items = super().create(vals_list)
        for number, change in traced.items():
            items[number]._write_inside({"not_before": change._billing_day()})
        added = items.filtered(
            lambda item: item.contract_id.state in LIVE_STATES and item.start_condition != "manual"
        )
        added._activate()
        for number, change in traced.items():
            change._note_done(items[number])
        return items

    def write(self, vals):
        self._check_state_door(vals)
        if "contract_id" in vals:
            self._check_stays(vals["contract_id"])
        waiting = self._waiting_edited(vals)
        for items, rest in self._untraced_vals(vals):
            super(ContractItem, items).write(rest)
            items._follow_terms(rest)
        waiting._check_waiting_edit()
        return True

    def _follow_terms(self, vals):
        """Schedules, versions and discounts of items follow the terms that were written."""
        if {"date_start", "trial_days"} & vals.keys():
            self._date_discounts()
        if self._replanning_fields() & vals.keys() and "state" not in vals:
            self._replan()
        self._edit_last_version(vals)
        self._follow_taken(vals)

    def unlink(self):
        """Delete items; those that run are given up instead, and stay as history."""
        return super(ContractItem, self._without_given_up()).unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unbilled(self):
        for item in self:
            if item.schedule_ids.filtered("move_id"):
                raise UserError(
                    self.env._(
                        "Item “%(item)s” of contract %(contract)s was invoiced and cannot be "
                        "deleted; give it an end date instead.",
                        item=item.name,
                        contract=item.contract_id.name,
                    )
                )

    def copy_data(self, default=None):
        # A copy has no dates: it starts with its contract, unless it waits for its button.
        return [
            {**vals, "start_condition": "contract"}
            if vals.get("start_condition") == "date"
            else vals
            for vals in super().copy_data(default=default)
        ]

    # === BUSINESS METHODS === #

    @api.model
    def _bounds(self):
        days = {"date_start": DAY, "date_end": END, "one_shot_date": DAY}
        return {**super()._bounds(), **days}

    @api.model
    def _replanning_fields(self):
        """Fields of an item that change its schedule."""
        unplanned = {"sequence", "name", "analytic_distribution", "in_mrr"}
        dates = {"date_start", "date_end", "planned_end", "one_shot_date", "discount_ids"}
        return (set(self._terms_fields()) - unplanned) | dates

    @api.model
    def _check_state_door(self, vals):
        """Refuse a state written past :meth:`_update_state`, also by a remote call."""
        if is_past_state_door(self, vals):
            raise UserError(
                self.env._("The state of an item changes by its actions, not by editing it.")
            )

    def _check_stays(self, contract_id):
        """Refuse to move an item that has started: its schedule belongs to its contract.

        One that has not started belongs to what was agreed once its contract runs, and comes to a
        running contract as a new item alone, by the rules of changes.
        """
        target = self.env["cn285.contract"].browse(contract_id)
        for item in self.filtered(lambda item: item.contract_id != target):
            running = (item.contract_id | target).filtered(lambda one: one._is_traced())
            if item.state == "draft" and running and not item._edits_freely():
                raise UserError(
                    self.env._(
                        "Item “%(item)s” cannot be moved: contract %(contract)s runs. Add it there "
                        "as a new item.",
                        item=item.name,
                        contract=running[:1].name,
                    )
                )
            if item.state != "draft":
                raise UserError(
                    self.env._(
                        "Item “%(item)s” of contract %(contract)s has started and cannot be moved "
                        "to another contract: end it, and add it there.",
                        item=item.name,
                        contract=item.contract_id.name,
                    )
                )

    def _update_state(self, allowed, target, **values):
        """The one door between states of items: those in ``allowed`` go to ``target``.

        Items in another state are left as they are; planned rows follow.
        """
        moved = self.filtered(lambda item: item.state in allowed)
        moved._write_inside({"state": target, **values})
        if target == "draft":
            moved._forget_taken()
            moved.schedule_ids._drop_planned()
        moved._replan()
        moved.contract_id._derive_state()
        return moved

    def _activate(self, date_start=None):
        """Start draft items on ``date_start`` (default: their own, else the contract's)."""
        undated = self.filtered(lambda item: not item.date_start)
        for start, items in undated.grouped(
            lambda item: date_start or item.contract_id.date_start
        ).items():
            items.date_start = start
        self._share_trials()
        self._date_discounts()
        self._take_over()
        self._update_state(("draft",), "active")
        self.contract_id._check_product_rules()

    def _date_discounts(self):
        """Discounts that came from a template count from the first billed day, wherever it is."""
        for item in self.filtered("discount_ids"):
            if item.billing_start:
                item.discount_ids._count_from(item.billing_start)

    def action_activate(self, date_start=None):
        """Start items by hand or by a program, on ``date_start`` (default: today).

        :raises UserError: if the contract is not active or the item has started already, or if a
            user's day lies further back than changes may be dated back
        """
        day = as_day(self.env, date_start)
        if day and not self.env.su:
            self._check_activation_day(day)
        for item in self:
            if item.contract_id.state not in LIVE_STATES or item.state != "draft":
                raise UserError(
                    self.env._(
                        "Item “%(item)s” of contract %(contract)s cannot be activated: the "
                        "contract must be active and the item still a draft.",
                        item=item.name,
                        contract=item.contract_id.name,
                    )
                )
            start = day or item.date_start or item.company_id._cn285_today()
            item.date_start = max(start, item.contract_id.date_start)
        self._activate()
        return True

    def _check_activation_day(self, day):
        """Refuse a day further back than the company lets changes be dated back.

        :raises UserError: naming the earliest day
        """
        for company in self.company_id:
            earliest = company._cn285_today() - timedelta(days=company.cn285_backdate_days)
            if day < earliest:
                raise UserError(
                    self.env._(
                        "Items are activated from %(date)s at the earliest: changes may be dated "
                        "back by %(days)s days.",
                        date=format_date(self.env, earliest),
                        days=company.cn285_backdate_days,
                    )
                )

    def action_end(self, date_end=None):
        """End items on ``date_end`` (inclusive; default: today). Invoiced rows stay as they are."""
        day = as_day(self.env, date_end, is_end=True)
        for item in self:
            item.date_end = day or item.company_id._cn285_today()
        self._give_up_void_plans()
        return True

    def _expected_start(self):
        """First day of the service; for a draft, the day on which it would start if confirmed."""
        self.ensure_one()
        contract = self.contract_id
        if self.date_start or self.state != "draft" or self.start_condition == "manual":
            return self.date_start
        company = contract.company_id or self.env.company
        return contract.date_start or company._cn285_today()

    def _last_day(self):
        """Last day of the service (inclusive) by the item's and the contract's ends, or None.

        Ends that are scheduled count: nothing beyond them is billed in advance.
        """
        self.ensure_one()
        contract = self.contract_id
        ends = (self.date_end, self.planned_end, contract.date_end, contract.planned_end)
        return min((day for day in ends if day), default=None)

    @api.model
    def _end_finished(self, company):
        """Mark running items as ended when their last day is past and all of it is planned."""
        today = company._cn285_today()
        finished = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "in", LIVE_STATES),
                ("planned_until", "=", False),
                ("schedule_ids", "not any", [("state", "in", ("planned", "waiting"))]),
                "|",
                ("date_end", "<", today),
                ("contract_id.date_end", "<", today),
            ]
        )
        finished._write_inside({"state": "ended"})
        finished.contract_id._derive_state()
        return finished
