from odoo import fields, models


class ContractConfirm(models.TransientModel):
    """A dialog that asks before a confirmation has months that are past invoiced at once."""

    _name = "cn285.contract.confirm"
    _inherit = ["cn285.links.read", "cn285.bounded"]
    _description = "Confirm a Contract of the Past"

    contract_id = fields.Many2one("cn285.contract", required=True, readonly=True)
    company_id = fields.Many2one(related="contract_id.company_id")
    currency_id = fields.Many2one(related="contract_id.currency_id")
    bills_daily = fields.Boolean(related="company_id.cn285_daily_billing")
    date_start = fields.Date(readonly=True)
    invoice_count = fields.Integer(string="Invoices", readonly=True)
    amount_untaxed = fields.Monetary(string="Total Excl. Tax", readonly=True)
    has_usage = fields.Boolean(readonly=True)

    def action_confirm(self):
        """Confirm the contract, after all."""
        self.contract_id.action_confirm()
        return {"type": "ir.actions.act_window_close"}
