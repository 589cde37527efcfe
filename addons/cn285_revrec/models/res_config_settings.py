from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    cn285_deferral = fields.Selection(related="company_id.cn285_deferral", readonly=False)
    cn285_revrec_detail = fields.Selection(related="company_id.cn285_revrec_detail", readonly=False)
    cn285_revrec_accrue = fields.Boolean(related="company_id.cn285_revrec_accrue", readonly=False)
    cn285_revrec_journal_id = fields.Many2one(
        related="company_id.cn285_revrec_journal_id",
        readonly=False,
        domain="[('type', '=', 'general'), ('company_id', '=', company_id)]",
    )
    cn285_deferred_account_id = fields.Many2one(
        related="company_id.cn285_deferred_account_id", readonly=False
    )
    cn285_unbilled_account_id = fields.Many2one(
        related="company_id.cn285_unbilled_account_id", readonly=False
    )
    cn285_credit_due_account_id = fields.Many2one(
        related="company_id.cn285_credit_due_account_id", readonly=False
    )
    cn285_unbilled_tax_account_id = fields.Many2one(
        related="company_id.cn285_unbilled_tax_account_id", readonly=False
    )
    cn285_revrec_rule_id = fields.Many2one(
        related="company_id.cn285_revrec_rule_id",
        readonly=False,
        domain="[('company_id', '=', company_id)]",
    )
    cn285_revrec_usage_rule_id = fields.Many2one(
        related="company_id.cn285_revrec_usage_rule_id",
        readonly=False,
        domain="[('company_id', '=', company_id)]",
    )
    cn285_revrec_from = fields.Date(related="company_id.cn285_revrec_from", readonly=False)
