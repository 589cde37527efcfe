from odoo import api, models
from odoo.exceptions import UserError


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    # Events name items by their service number.
    _code_idx = models.Index("(code) WHERE code IS NOT NULL")

    def _update_state(self, allowed, target, **values):
        moved = super()._update_state(allowed, target, **values)
        if target == "active" and moved:
            self._trigger_matching()
        return moved

    @api.model
    def _trigger_matching(self):
        """Have parked events looked through soon, if there are any."""
        if self.env["cn285.usage.event"]._has_parked():
            # Whoever starts an item may have its events found, without a right on scheduled jobs.
            self.env.ref("cn285_usage.cron_match_parked").sudo()._trigger()

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unused(self):
        if self.env["cn285.usage.event"]._used("item_id", self.ids):
            raise UserError(
                self.env._("An item with usage events cannot be deleted; give it an end date.")
            )


class Contract(models.Model):
    _inherit = "cn285.contract"

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unused(self):
        if self.env["cn285.usage.event"]._used("contract_id", self.ids):
            raise UserError(self.env._("A contract with usage events cannot be deleted."))
