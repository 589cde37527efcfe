# The hooks of a change type return nothing: pylint: disable=missing-return
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.changes.types import ChangeTypeExtension
from odoo.addons.cn285_contract.models.common import PLANNED_STATES, STATE_DOOR
from odoo.exceptions import UserError
from odoo.tools import format_date

from .contract_termination import GROUNDS

STAGES = [
    ("draft", "Draft"),
    ("requested", "Requested"),
    ("notified", "Notified"),
    ("effective", "Effective"),
    ("cancelled", "Cancelled"),
]
ENDS = ("terminate", "withdraw")

# What sets the customer free of a fee: decided while it is a draft, or by a billing manager.
FAVOURS = {"is_legitimate", "waive_fee"}


class TerminationByRight(ChangeTypeExtension):
    """A termination by law and by the contract's exit terms: right, fee, refund, confirmation."""

    def last_day(self, change):
        """The law's own reading where the renewal was not announced: the day is not served."""
        if change.ground == "renewal_not_announced":
            return change.date_effective - timedelta(days=1)
        return super().last_day(change)

    def check_rights(self, change):
        """Customers, and programs in their name, end a contract only by a right that they have."""
        super().check_rights(change)
        if change.origin in ("customer", "api"):
            change._check_right_to_leave()

    def approval_reason(self, change):
        """Staff end a contract before it may be only with a billing manager's approval."""
        reason, env = super().approval_reason(change), change.env
        if reason or env.su or env.user.has_group("cn285_contract.group_billing_manager"):
            return reason
        if change.origin == "staff" and change.ground == "agreed":
            return env._("The contract could not be terminated so early by its own terms.")
        if change.waive_fee and change.owes_fee:
            return env._("The fee for leaving early is waived.")
        if change.is_legitimate:
            return env._("A legitimate reason is accepted.")
        return None

    def plans_given_up(self, change):
        """Also that the contract renews by itself, where it ends with this term or before."""
        contract = change.contract_id
        ends = bool(contract.term_end) and change.last_day <= contract.term_end
        renewing = contract.change_ids.filtered(
            lambda plan: ends and plan.type == "auto_renewal" and plan.state in PLANNED_STATES
        )
        return super().plans_given_up(change) | renewing

    def is_statutory(self, change):
        """What customers notify, by a right that they have, nobody has to approve."""
        return change.origin == "customer"

    def before_schedule(self, changes):
        """Work out fee and refund, those of the day to which it is moved too."""
        super().before_schedule(changes)
        changes._work_out_fees()

    def after_schedule(self, changes):
        """Confirm to customers what they notified."""
        super().after_schedule(changes)
        changes.filtered(lambda change: change.origin == "customer")._confirm_to_customer()

    def apply(self, changes):
        """Also charge the fee, and note what has to be refunded by when."""
        # A contract of which no day is served is cancelled with all of its items; not with the fee.
        served = changes.filtered(
            lambda change: change._last_day() >= change.contract_id.date_start
        )
        for change in served:
            change._charge_fee()
        super().apply(changes)
        for change in changes - served:
            change._charge_fee()
        for change in changes:
            change._note_refund(change._refund_deadline())


class ContractChange(models.Model):
    """A termination: its right, its deadlines, its fee, its refund, and that it was confirmed."""

    _inherit = "cn285.contract.change"

    ground = fields.Selection(
        GROUNDS,
        string="By Right Of",
        compute="_compute_ground",
        store=True,
        help="What allows the termination on its date.",
    )
    owes_fee = fields.Boolean(compute="_compute_ground", store=True)
    legitimate_reason = fields.Text(
        help="A reason for which the contract ends free of charge (moving house, "
        "over-indebtedness, death…), as the customer put it."
    )
    is_legitimate = fields.Boolean(
        string="Reason Accepted",
        tracking=True,
        help="The reason frees the customer: neither notice nor fee.",
    )
    waive_fee = fields.Boolean(string="Waive the Fee", tracking=True)
    stage = fields.Selection(
        STAGES, string="Stage of the Termination", compute="_compute_stage", store=True
    )
    last_day = fields.Date(compute="_compute_last_day", help="Last day of the contract.")
    date_notified = fields.Date(
        string="Confirmed On",
        readonly=True,
        copy=False,
        help="The confirmation was sent: handed to the mail queue, or posted.",
    )
    received_at = fields.Datetime(readonly=True, copy=False, help="When the customer notified it.")
    declaration = fields.Json(
        readonly=True, copy=False, help="What the customer declared: name, address, contract."
    )
    confirmation_id = fields.Many2one(
        "ir.attachment", readonly=True, copy=False, index="btree_not_null"
    )
    date_reminder = fields.Date(
        compute="_compute_date_reminder",
        store=True,
        help="The salesperson is reminded on this day.",
    )
    reminded = fields.Boolean(readonly=True, copy=False)
    fee_amount = fields.Monetary(
        string="Leaving Fee", readonly=True, copy=False, help="Excluding tax."
    )

    def write(self, vals):
        inside = self.env.context.get("cn285_state_door") is STATE_DOOR
        favours = not inside and FAVOURS & vals.keys()
        if favours and any(change.state != "draft" for change in self):
            self._check_approver()
            self._check_undecided()
        result = super().write(vals)
        if favours:
            # What is told of a planned one was worked out when it was scheduled.
            planned = self.filtered(
                lambda change: change.state == "scheduled" and change.type == "terminate"
            )
            planned._announce(False)  # quoted as if it was not planned yet
            planned._work_out_fees()
            planned._announce(True)
        return result

    def _update_state(self, allowed, target, **values):
        """Also take back that a renewal was refused, where the end is given up or rejected."""
        result = super()._update_state(allowed, target, **values)
        if target in ("cancelled", "rejected"):
            self.filtered(lambda change: change.type == "terminate")._take_back_refusals()
        return result

    def _take_back_refusals(self):
        """The contracts' current terms are not refused any more, unless another end does it."""
        for contract in self.contract_id.filtered("term_end"):
            refused = contract._current_notice().filtered("date_refused")
            ends = contract.change_ids.filtered(
                lambda change, contract=contract: (
                    change.type in ENDS
                    and not change.item_id
                    and change.state in (*PLANNED_STATES, "applied")
                    and change.date_effective <= contract.term_end
                )
            )
            if refused and not ends:
                # sudo: who may take back an end may not write notices.
                refused.sudo()._write_inside({"date_refused": False})

    def _check_undecided(self):
        """Refuse to favour customers in what is done: its fee was charged, its right is told."""
        for change in self:
            if change.state in ("applied", "cancelled", "rejected"):
                raise UserError(
                    self.env._(
                        "%s does not change any more: credit its fee instead.", change.display_name
                    )
                )

    # === COMPUTES === #

    @api.depends("type", "contract_id", "date_effective", "date_requested", "is_legitimate")
    def _compute_ground(self):
        """By what right; kept once it is set, as the contract's rules may change afterwards."""
        for change in self:
            if change.type not in ENDS or not change.contract_id or not change.date_effective:
                change.ground, change.owes_fee = False, False
                continue
            if change.type == "withdraw":
                change.ground, change.owes_fee = "withdrawal", False
                continue
            # sudo: the contract's own rules, for somebody who may not read all of its items.
            contract = change.contract_id.sudo()
            request = contract._request_day(change.date_requested)
            way = contract._right_to_leave(change.date_effective, request, change.is_legitimate)
            change.ground, change.owes_fee = way or ("agreed", False)

    @api.depends("type", "state", "date_notified")
    def _compute_stage(self):
        by_state = {
            "draft": "draft",
            "to_approve": "requested",
            "scheduled": "requested",
            "applied": "effective",
            "cancelled": "cancelled",
            "rejected": "cancelled",
        }
        for change in self:
            stage = by_state[change.state] if change.type in ENDS else False
            if stage == "requested" and change.date_notified:
                stage = "notified"
            change.stage = stage

    @api.depends("type", "date_effective", "ground", "company_id.cn285_end_day")
    def _compute_last_day(self):
        for change in self:
            ends = change.type in ENDS and change.date_effective
            change.last_day = change._last_day() if ends else False

    @api.depends("date_effective", "type", "company_id.cn285_termination_reminder_days")
    def _compute_date_reminder(self):
        for change in self:
            days = change.company_id.cn285_termination_reminder_days
            wanted = days and change.type in ENDS and change.date_effective
            change.date_reminder = wanted and change.date_effective - timedelta(days=days)

    # === CHECKS === #

    def _check_right_to_leave(self):
        contract = self.contract_id.sudo()  # sudo: see _compute_ground
        request = contract._request_day(self.date_requested)
        if contract._right_to_leave(self.date_effective, request, self.is_legitimate):
            return
        day = contract.earliest_termination_date(request)
        raise self._refusal(
            self.env._(
                "the contract may end on %(day)s at the earliest, or on another day that its "
                "terms allow.",
                day=format_date(self.env, contract._last_day_of(day, None)),
            )
        )

    # === FROM REQUEST TO EFFECT === #

    def _work_out_fees(self):
        for change in self:
            quote = change._quote()
            change._write_inside(
                {
                    "fee_amount": 0.0 if change.waive_fee else quote["fee"],
                    "date_refund_due": change._refund_deadline(),
                }
            )

    def _refund_deadline(self):
        self.ensure_one()
        return self.contract_id._termination_refund_deadline(self.date_effective)

    def _quote(self):
        self.ensure_one()
        contract = self.contract_id.sudo()  # sudo: amounts of the contract that is terminated
        return contract.termination_quote(
            self.date_effective, self.date_requested, legitimate=self.is_legitimate
        )

    def _charge_fee(self):
        """Put the fee on the contract, as a one-time fee of its last day."""
        self.ensure_one()
        if not self.fee_amount:
            return
        contract = self.contract_id
        last_day = max(self._last_day(), contract.date_start)
        reader = self.with_context(lang=contract._cn285_customer_lang())
        fee = self.env["cn285.contract.item"].create(
            {
                "contract_id": contract.id,
                "product_id": contract._fee_item().product_id.id,
                "name": reader.env._("Fee for leaving the commitment early"),
                "billing_type": "one_shot",
                "price_unit": contract._fee_price(self.fee_amount),
                "date_start": last_day,
                "one_shot_date": last_day,
            }
        )
        # Of a contract that is cancelled, nothing starts by itself.
        fee.filtered(lambda item: item.state == "draft")._activate()

    @api.model
    def _cron_remind(self):
        """Remind the salespersons of terminations that are about to take effect."""
        for company in self.env["res.company"]._cn285_daily_companies():
            self.with_company(company)._remind(company)
            self.with_company(company)._check_confirmations(company)

    @api.model
    def _remind(self, company):
        due = self.search(
            [
                ("company_id", "=", company.id),
                ("type", "in", ENDS),
                ("state", "=", "scheduled"),
                ("date_reminder", "<=", company._cn285_today()),
                ("reminded", "=", False),
            ]
        )
        for change in due:
            change.contract_id._ask_responsible(
                change,
                lambda one: one.env._(
                    "Contract %(contract)s ends on %(day)s",
                    contract=one.contract_id.name,
                    day=format_date(one.env, one._last_day()),
                ),
                change.date_effective,
            )
        due._write_inside({"reminded": True})
