from odoo import api, fields, models
from odoo.addons.cn285_contract.models.changes.change_type import ChangeType
from odoo.addons.cn285_contract.models.common import LIVE_STATES
from odoo.tools import format_date

from ..engine.withdrawal import WithdrawalPeriod, withdrawal_deadline


class ContractChange(models.Model):
    """Regret: a customer withdraws in time, and owes nothing."""

    _inherit = "cn285.contract.change"

    type = fields.Selection(selection_add=[("regret", "Regret")], ondelete={"regret": "cascade"})

    @api.model
    def _change_types(self):
        return {**super()._change_types(), "regret": ChangeType(on="either")}

    def _check_regret(self):
        """Within the withdrawal period, counted from the conclusion, or from an item's addition."""
        items = self.item_id or self.contract_id.item_ids
        if not items.filtered(lambda item: item.state in ("draft", *LIVE_STATES)):
            raise self._refusal(self.env._("nothing runs from which to withdraw."))
        deadline = self._regret_deadline()
        requested = self.date_requested or self.company_id._cn285_today()
        if requested > deadline and not self.override:
            raise self._refusal(
                self.env._("the withdrawal period ended on %s.", format_date(self.env, deadline))
            )

    def _regret_deadline(self):
        """Last day on which the customer may withdraw."""
        contract = self.contract_id
        concluded = contract.date_concluded or contract.date_start
        # An item that was added later was concluded when that was asked for.
        if self.item_id:
            added = self.search([("result_item_id", "=", self.item_id.id)], limit=1)
            concluded = max(concluded, added.date_requested or concluded)
        return withdrawal_deadline(
            concluded, WithdrawalPeriod(self.company_id.cn285_withdrawal_days)
        )

    def _apply_regret(self):
        """Nothing is owed: all that was invoiced is credited, usage included."""
        changes = {}
        for change in self:
            items = change.item_id or change.contract_id.item_ids
            running = items.filtered(lambda item: item.state in ("draft", *LIVE_STATES, "ended"))
            changes.update(dict.fromkeys(running, change))
        items = self.env["cn285.contract.item"].sudo().union(*changes)
        items._update_state(("draft", *LIVE_STATES, "ended"), "regretted")
        items._settle(changes)
