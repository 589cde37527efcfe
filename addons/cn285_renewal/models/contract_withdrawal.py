from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import LIVE_STATES
from odoo.exceptions import UserError

from ..engine.withdrawal import withdrawal_deadline


class Contract(models.Model):
    """The right of a consumer to withdraw from a contract concluded at a distance."""

    _inherit = "cn285.contract"

    has_withdrawal = fields.Boolean(
        string="Right of Withdrawal",
        compute="_compute_has_withdrawal",
        store=True,
        readonly=False,
        help="The customer may withdraw: consumers, where the contract was concluded at a distance "
        "or away from the company's premises.",
    )
    performance_requested = fields.Boolean(
        string="Service Requested at Once",
        help="The customer expressly asked that the service begin before the withdrawal period is "
        "over: what was served until the withdrawal is then owed. Otherwise nothing is.",
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
    )
    def _compute_has_withdrawal(self):
        for contract in self:
            contract.has_withdrawal = contract._law()._grants_withdrawal(contract._legal_kind())

    @api.depends("has_withdrawal", "date_concluded", "date_withdrawal_info")
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
        period = self._law()._withdrawal_period(self.company_id)
        return withdrawal_deadline(concluded, period, self.date_withdrawal_info or None)

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
