from odoo import fields, models


class ContractChangeWizard(models.TransientModel):
    """The dialog also asks what changes of the term need."""

    _inherit = "cn285.contract.change.wizard"

    auto_renew = fields.Boolean(string="Renews by Itself", default=True)
    term_end = fields.Date(string="New End of the Term")

    def action_preview(self):
        """A termination also comes to a fee, and to a refund by a day."""
        action = super().action_preview()
        if self.type == "terminate":
            self.preview_html += self.contract_id._termination_page(self.date_effective)
        return action
