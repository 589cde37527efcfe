from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    cn285_invoice_pdf = fields.Selection(
        related="company_id.cn285_invoice_pdf", readonly=False, required=True
    )
    cn285_invoice_qr = fields.Boolean(related="company_id.cn285_invoice_qr", readonly=False)
    cn285_penalty_terms = fields.Char(related="company_id.cn285_penalty_terms", readonly=False)
