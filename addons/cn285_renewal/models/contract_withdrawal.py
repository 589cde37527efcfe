from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.changes.types import ChangeType
from odoo.addons.cn285_contract.models.common import LIVE_STATES
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate, format_date

from ..engine.withdrawal import REFUND_DAYS, withdrawal_deadline
from ..report.letter_pdf import Facts, Letter

_lt = LazyTranslate(__name__)


class Contract(models.Model):
    """The right of a consumer to withdraw from a contract concluded at a distance (L221-18)."""

    _inherit = "cn285.contract"

    has_withdrawal = fields.Boolean(
        string="Right of Withdrawal",
        compute="_compute_has_withdrawal",
        store=True,
        readonly=False,
        help="The customer may withdraw within 14 days: consumers, where the contract was "
        "concluded at a distance or away from the company's premises.",
    )
    performance_requested = fields.Boolean(
        string="Service Requested at Once",
        help="The customer expressly asked that the service begin before the withdrawal period is "
        "over: what was served until he withdraws is then owed. Otherwise nothing is.",
    )
    date_withdrawal_info = fields.Date(
        string="Told of it On",
        help="Day on which the customer was told of his right, where that was after the "
        "conclusion. Left empty: with the contract.",
    )
    withdrawal_deadline = fields.Date(
        string="Withdrawal Until",
        compute="_compute_withdrawal_deadline",
        help="14 days from the conclusion, the first day not counted, moved to a working day.",
    )

    @api.depends("partner_id.commercial_partner_id.cn285_legal_kind")
    def _compute_has_withdrawal(self):
        for contract in self:
            kind = contract.partner_id.commercial_partner_id.cn285_legal_kind
            contract.has_withdrawal = kind == "consumer"

    @api.depends("has_withdrawal", "date_concluded", "date_withdrawal_info")
    def _compute_withdrawal_deadline(self):
        for contract in self:
            possible = contract.has_withdrawal and contract.date_concluded
            contract.withdrawal_deadline = possible and withdrawal_deadline(
                contract.date_concluded,
                days=contract.company_id.cn285_regret_days,
                alsace_moselle=contract.company_id.cn285_alsace_moselle,
                informed=contract.date_withdrawal_info or None,
            )

    def _may_withdraw(self):
        """Whether the customer may withdraw today."""
        self.ensure_one()
        deadline = self.withdrawal_deadline
        live = self.state in LIVE_STATES
        return bool(live and deadline and self.company_id._cn285_today() <= deadline)

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


class Withdraw(ChangeType):
    """Credit what was billed: all of it, or what lies after the withdrawal.

    Contracts whose service the customer expressly asked for owe the days until then, that day
    included (L221-25).
    """

    name = "withdraw"
    label = _lt("Withdrawal")
    on = "contract"
    for_customers = True

    def check(self, change):
        """The withdrawal period is not over."""
        contract = change.contract_id
        if not contract.withdrawal_deadline:
            raise change._refusal(change.env._("the customer has no right of withdrawal."))
        if change.date_effective > contract.withdrawal_deadline:
            raise change._refusal(
                change.env._(
                    "the withdrawal period ended on %s.",
                    format_date(change.env, contract.withdrawal_deadline),
                )
            )

    def apply(self, changes):
        for change in changes:
            refund = change._refund_of({"refund_total": change._credit_of_withdrawal()})
            change._write_inside(
                {
                    "refund_amount": refund,
                    "date_refund_due": change.date_effective + timedelta(days=REFUND_DAYS),
                    "received_at": change.received_at or fields.Datetime.now(),
                }
            )
            contract = change.contract_id
            if change._owes_service():
                contract.with_context(cn285_no_replan=True)._end_on(change.date_effective)
            else:
                contract.item_ids._update_state(("draft", *LIVE_STATES, "ended"), "regretted")
        changes._settle_contracts()
        for change in changes.filtered("refund_amount"):
            change._ask_refund()
        changes._confirm_to_customer()


class ContractChange(models.Model):
    """Withdrawal: nothing is owed but what the customer expressly asked to be served."""

    _inherit = "cn285.contract.change"

    def _owes_service(self):
        contract = self.contract_id
        return contract.performance_requested and self.date_effective >= contract.date_start

    def _credit_of_withdrawal(self):
        """What the withdrawal credits, with tax."""
        contract = self.contract_id
        last_day = contract.date_start - timedelta(days=1)
        if self._owes_service():
            last_day = self.date_effective
        return sum(line["total"] for line in contract._refund_lines(last_day))

    def _withdrawal_letter(self):
        """Acknowledgement of a withdrawal, with its content, date and time."""
        self.ensure_one()
        contract, company = self.contract_id, self.company_id
        facts = {
            "contract": contract.name,
            "received": self._received_text(),
            "refund_by": format_date(self.env, self.date_refund_due),
            "company": company.name,
        }
        body = [
            self.env._("Dear customer,"),
            self.env._(
                "We acknowledge receipt of your withdrawal, received on %(received)s. Its content:",
                **facts,
            ),
            Facts(self._declaration_facts()),
            self.env._("The contract is over. Nothing more will be billed."),
        ]
        if self.refund_amount and contract._portal_shows_prices():
            body.append(
                self.env._(
                    "What you have paid, %(amount)s, is refunded by %(refund_by)s.",
                    amount=self.currency_id.format(self.refund_amount),
                    **facts,
                )
            )
        return Letter(
            **company._cn285_letter_parties(self.partner_id),
            subject=self.env._("Acknowledgement of your withdrawal from %(contract)s", **facts),
            body=body,
            closing=self.env._("Yours faithfully,\n%(company)s", **facts),
        )
