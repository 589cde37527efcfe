from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    cn285_files_documents = fields.Boolean(
        related="company_id.cn285_files_documents", readonly=False
    )
    cn285_sends_documents = fields.Selection(
        related="company_id.cn285_sends_documents", readonly=False
    )
    cn285_mediator = fields.Text(related="company_id.cn285_mediator", readonly=False)
