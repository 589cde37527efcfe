from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import LIVE_STATES
from odoo.exceptions import UserError

from ..engine.withdrawal import Start, right_is_lost, withdrawal_deadline


class Contract(models.Model):
    """The right of a consumer to withdraw from a contract concluded at a distance."""

    _inherit = "cn285.contract"

    has_withdrawal = fields.Boolean(
        string="Right of Withdrawal",
        compute="_compute_has_withdrawal",
        store=True,
        readonly=False,
        help="The customer may withdraw: consumers, where the contract was concluded at a distance "
        "or away from the company's premises. What you choose stays, whatever is edited later.",
    )
    withdrawal_by_hand = fields.Boolean(
        string="Right Set by Hand",
        help="Somebody chose whether the customer may withdraw: it does not follow the customer's "
        "protection any more.",
    )
    performance_requested = fields.Boolean(
        string="Service Requested at Once",
        copy=False,
        help="The customer expressly asked that the service begin before the withdrawal period is "
        "over: what was served until the withdrawal is then owed, where the request is on record. "
        "Otherwise nothing is.",
        tracking=True,
    )
    performance_date = fields.Date(
        string="Requested at Once On",
        copy=False,
        tracking=True,
        help="Day on which the customer asked for it.",
    )
    performance_declaration = fields.Text(
        string="The Customer's Request",
        copy=False,
        tracking=True,
        help="In the customer's words; what is declared in the portal is noted here by itself.",
    )
    performance_document_ids = fields.Many2many(
        "ir.attachment",
        "cn285_contract_performance_rel",
        "contract_id",
        "attachment_id",
        string="Proof of the Request",
        copy=False,
        help="The customer's letter, e-mail or signed form.",
    )
    performance_proved = fields.Boolean(
        string="Request on Record",
        compute="_compute_performance_proved",
        help="Its day is known, and its words or a document. Without it, a customer who withdraws "
        "owes nothing for the days served.",
    )
    date_withdrawal_info = fields.Date(
        string="Told of it On",
        help="Day on which the customer was told of this right, where that was after the "
        "conclusion. Left empty: with the contract.",
    )
    withdrawal_deadline = fields.Date(
        string="Withdrawal Until",
        compute="_compute_withdrawal_deadline",
        help="From the conclusion, the first day not counted: as long as the law of the customer's "
        "country says, or the contract or the company's settings, if that is more.",
    )

    @api.depends(
        "partner_id.commercial_partner_id.cn285_legal_kind",
        "partner_id.commercial_partner_id.country_id",
        "withdrawal_by_hand",
    )
    def _compute_has_withdrawal(self):
        """As the law has it for the kind of customer, except where somebody chose otherwise."""
        for contract in self:
            if contract.withdrawal_by_hand:
                contract.has_withdrawal = contract.has_withdrawal
            else:
                contract.has_withdrawal = contract._usual_withdrawal()

    @api.depends(
        "performance_requested",
        "performance_date",
        "performance_declaration",
        "performance_document_ids",
    )
    def _compute_performance_proved(self):
        for contract in self:
            words = (contract.performance_declaration or "").strip()
            contract.performance_proved = bool(
                contract.performance_requested
                and contract.performance_date
                and (words or contract.performance_document_ids)
            )

    def _usual_withdrawal(self):
        self.ensure_one()
        return self._law()._grants_withdrawal(self._legal_kind())

    @api.onchange("has_withdrawal")
    def _onchange_has_withdrawal(self):
        """On the form, the usual right is none that somebody set."""
        self.withdrawal_by_hand = self.has_withdrawal != self._usual_withdrawal()

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_hand(vals) for vals in vals_list])

    @api.model
    def _with_hand(self, vals):
        """Values of who says whether there is the right, with the note that it was said."""
        if "has_withdrawal" not in vals:
            return vals
        vals = {"withdrawal_by_hand": True, **vals}
        if not vals["withdrawal_by_hand"]:
            del vals["has_withdrawal"]  # it follows from the customer
        return vals

    @api.depends(
        "has_withdrawal",
        "date_concluded",
        "date_withdrawal_info",
        "withdrawal_days",
        "partner_id.zip",
        "partner_id.country_id",
    )
    def _compute_withdrawal_deadline(self):
        for contract in self:
            contract.withdrawal_deadline = contract._last_day_to_withdraw()

    def _last_day_to_withdraw(self, item=None):
        """Last day on which the customer may withdraw; False where there is no such right.

        :param item: from this item alone: one that was added later was concluded when it was asked
            for
        """
        self.ensure_one()
        concluded = self.date_concluded
        if not self.has_withdrawal or not concluded:
            return False
        if item:
            changes = self.env["cn285.contract.change"]
            added = changes.search([("result_item_id", "=", item.id)], limit=1)
            concluded = max(concluded, added.date_requested or concluded)
        period = self._law()._withdrawal_period(
            self.company_id, self.withdrawal_days, self.partner_id
        )
        return withdrawal_deadline(concluded, period, self.date_withdrawal_info or None)

    def _today_at_customer(self):
        """Today by the clock of where the customer lives, by which the last day ends."""
        self.ensure_one()
        return self.company_id._cn285_today_in(self._customer_zone())

    def _customer_zone(self):
        """The time zone of where the customer lives, None where it is the company's."""
        return self._law()._region_of(self.partner_id, self.company_id)._zone()

    def _may_withdraw(self):
        """Whether the customer may withdraw today.

        A service that has ended may be withdrawn from too, unless the right is lost by it.
        """
        self.ensure_one()
        today, deadline = self._today_at_customer(), self.withdrawal_deadline
        sold = self.state in (*LIVE_STATES, "closed")
        return bool(
            sold and deadline and today <= deadline and not right_is_lost(self._service(), today)
        )

    def _service(self, item=None):
        """Whether the service was asked for at once, and until when it is served, for the engine.

        :param item: this item alone
        """
        self.ensure_one()
        items = item or self.item_ids
        items = items.filtered(lambda one: one.state not in ("cancelled", "withdrawn"))
        days = [one._last_day_served() for one in items]
        return Start(
            requested=self.performance_requested,
            proved=self.performance_proved,
            last_day=max(days) if days and all(days) else None,
        )

    def _follow_withdrawal(self):
        """Contracts that were closed already are withdrawn from, where all of their items are."""
        withdrawn = self.filtered(
            lambda contract: (
                contract.state == "closed"
                and "withdrawn" in contract.item_ids.mapped("state")
                and set(contract.item_ids.mapped("state")) <= {"withdrawn", "cancelled"}
            )
        )
        withdrawn._update_state(("closed",), "withdrawn")

    def action_withdraw(self, origin="staff", **values):
        """The customer withdraws: a change of type ``withdraw``, in effect at once.

        :raises UserError: when a contract cannot be withdrawn from (any more)
        :returns: the changes
        """
        changes = self.env["cn285.contract.change"]
        for contract in self:
            if not contract._may_withdraw():
                raise UserError(
                    self.env._("Contract %s cannot be withdrawn from any more.", contract.name)
                )
            changes |= changes.create(
                {
                    "contract_id": contract.id,
                    "type": "withdraw",
                    "date_effective": contract.company_id._cn285_today(),
                    "origin": origin,
                    **values,
                }
            )
        changes.action_schedule()
        return changes


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def _last_day_served(self):
        """The last day on which the item is served; None where it goes on, or has not begun."""
        self.ensure_one()
        if self.state == "draft" or self.billing_type == "none":
            return self.date_end or None
        if self.billing_type == "one_shot":
            return self.one_shot_date or self.date_end or self.date_start or None
        ends = [self.date_end, self.contract_id.date_end, self.contract_id.planned_end]
        return min(filter(None, ends), default=None)
