from odoo import fields, models


class SepaAccountChange(models.TransientModel):
    """Asks for the other account of a mandate."""

    _name = "cn285.sepa.account.change"
    _description = "Change of a Mandate's Account"

    mandate_id = fields.Many2one("cn285.sepa.mandate", required=True, ondelete="cascade")
    iban = fields.Char(string="New IBAN", required=True)
    bic = fields.Char(string="BIC")

    def action_change(self):
        """Amend the mandate; the next debit tells the banks."""
        self.ensure_one()
        self.mandate_id.check_access("write")
        self.mandate_id._change_account(self.iban, self.bic)
        return {"type": "ir.actions.act_window_close"}
