from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):  # pylint: disable=no-wizard-in-models
    _name = "res.config.settings"
    _inherit = ["res.config.settings", "cn285.bounded.values"]

    cn285_tz = fields.Selection(related="company_id.cn285_tz", readonly=False, required=True)
    cn285_horizon_months = fields.Integer(related="company_id.cn285_horizon_months", readonly=False)
    cn285_daily_billing = fields.Boolean(related="company_id.cn285_daily_billing", readonly=False)
    cn285_daily_post = fields.Boolean(related="company_id.cn285_daily_post", readonly=False)
    cn285_batch_size = fields.Integer(related="company_id.cn285_batch_size", readonly=False)
    cn285_invoice_dating = fields.Selection(
        related="company_id.cn285_invoice_dating", readonly=False, required=True
    )
    cn285_change_day = fields.Selection(related="company_id.cn285_change_day", readonly=False)
    cn285_responsible_id = fields.Many2one(
        related="company_id.cn285_responsible_id", readonly=False
    )
    cn285_service_account_id = fields.Many2one(
        related="company_id.cn285_service_account_id", readonly=False
    )
    cn285_end_day = fields.Selection(related="company_id.cn285_end_day", readonly=False)
    cn285_change_billing = fields.Selection(
        related="company_id.cn285_change_billing", readonly=False
    )
    cn285_legal_form = fields.Char(related="company_id.cn285_legal_form", readonly=False)
    cn285_trade_register = fields.Char(related="company_id.cn285_trade_register", readonly=False)
    cn285_trial_once = fields.Selection(related="company_id.cn285_trial_once", readonly=False)
    cn285_backdate_days = fields.Integer(related="company_id.cn285_backdate_days", readonly=False)

    @api.model
    def _bounds(self):
        """What the company keeps lies within its bounds."""
        kept = self.env["res.company"]._bounds()
        return {name: bound for name, bound in kept.items() if name in self._fields}
