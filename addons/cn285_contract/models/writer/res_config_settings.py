from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    cn285_invoice_writing = fields.Char(
        string="Invoices Are Written", compute="_compute_cn285_invoice_writing"
    )

    @api.depends("company_id")
    @api.depends_context("lang")
    def _compute_cn285_invoice_writing(self):
        for settings in self:
            writer = self.env["cn285.invoice.writer"].with_company(settings.company_id)
            reason = writer._quick_company_obstacle()
            settings.cn285_invoice_writing = (
                self.env._("ordinary, because of %s", reason.text(self.env))
                if reason
                else self.env._("quick")
            )
