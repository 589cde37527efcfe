from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    cn285_pause_churn_days = fields.Integer(
        related="company_id.cn285_pause_churn_days", readonly=False
    )
    cn285_gross_margin = fields.Float(related="company_id.cn285_gross_margin", readonly=False)
    cn285_discount_rate = fields.Float(related="company_id.cn285_discount_rate", readonly=False)
    cn285_value_months = fields.Integer(related="company_id.cn285_value_months", readonly=False)
    cn285_usage_counts = fields.Boolean(related="company_id.cn285_usage_counts", readonly=False)
