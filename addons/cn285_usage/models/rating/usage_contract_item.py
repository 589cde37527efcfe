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
            # sudo: whoever starts an item may have its events found, without a right on crons.
            self.env.ref("cn285_usage.cron_match_parked").sudo()._trigger()

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unused(self):
        if self.env["cn285.usage.event"]._used("item_id", self.ids):
            raise UserError(
                self.env._("An item with usage events cannot be deleted; give it an end date.")
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_without_ratings(self):
        # sudo: that something was rated is true for whoever asks.
        delivered = self.env["cn285.usage.delivery"].sudo().search([("item_id", "in", self.ids)])
        rated = self.env["cn285.usage.rating"].sudo().search([("item_id", "in", self.ids)])
        item = (delivered.item_id | rated.item_id)[:1]
        if item:
            raise UserError(
                self.env._(
                    "Item “%(item)s” of contract %(contract)s has rated usage and cannot be "
                    "deleted; give it an end date instead.",
                    item=item.name,
                    contract=item.contract_id.name,
                )
            )


class Contract(models.Model):
    _inherit = "cn285.contract"

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unused(self):
        if self.env["cn285.usage.event"]._used("contract_id", self.ids):
            raise UserError(self.env._("A contract with usage events cannot be deleted."))
