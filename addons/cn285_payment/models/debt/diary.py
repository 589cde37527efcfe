from odoo import api, models
from odoo.addons.cn285_contract.models.diary import DiaryKind
from odoo.fields import Domain


class Diary(models.AbstractModel):
    """What became of debtors, for whoever looks back."""

    _inherit = "cn285.diary"

    @api.model
    def _kinds(self):
        event = ("cn285.dunning.event", "date")
        return {
            **super()._kinds(),
            "dunning_told": DiaryKind(
                self.env._("Reminders and Letters to Debtors"), *event, Domain("tells", "=", True)
            ),
            "dunning_off": DiaryKind(
                self.env._("Contracts Deactivated for Debt"),
                *event,
                Domain("kind", "=", "deactivated"),
            ),
            "dunning_on": DiaryKind(
                self.env._("Contracts Activated Again"), *event, Domain("kind", "=", "reactivated")
            ),
        }
