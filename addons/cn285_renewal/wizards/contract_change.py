from odoo import fields, models


class ContractChangeWizard(models.TransientModel):
    """The dialog also asks what changes of the term need."""

    _inherit = "cn285.contract.change.wizard"

    auto_renew = fields.Boolean(string="Renews by Itself", default=True)
    term_end = fields.Date(string="New End of the Term")
