from odoo import fields, models

_RULE_HELP = "When the revenue of these products is earned. Empty: as the category says."


class ProductTemplate(models.Model):
    _inherit = "product.template"

    cn285_revrec_rule_id = fields.Many2one(
        "cn285.revrec.rule",
        string="Recognition Rule",
        company_dependent=True,
        domain="[('company_id', '=', allowed_company_ids[0])]",
        help=_RULE_HELP,
    )


class ProductCategory(models.Model):
    _inherit = "product.category"

    cn285_revrec_rule_id = fields.Many2one(
        "cn285.revrec.rule",
        string="Recognition Rule",
        company_dependent=True,
        domain="[('company_id', '=', allowed_company_ids[0])]",
        help="When the revenue of the category's products is earned. Empty: as the category above "
        "says, or the company's settings.",
    )
    cn285_deferred_account_id = fields.Many2one(
        "account.account",
        string="Deferred Revenue Account",
        company_dependent=True,
        ondelete="restrict",
    )
    cn285_revenue_account_id = fields.Many2one(
        "account.account",
        string="Recognised Revenue Account",
        company_dependent=True,
        ondelete="restrict",
    )
    cn285_unbilled_account_id = fields.Many2one(
        "account.account",
        string="Unbilled Services Account",
        company_dependent=True,
        ondelete="restrict",
    )
    cn285_credit_due_account_id = fields.Many2one(
        "account.account",
        string="Credits to Be Issued",
        company_dependent=True,
        ondelete="restrict",
    )
    cn285_unbilled_tax_account_id = fields.Many2one(
        "account.account",
        string="Tax on Unbilled Services",
        company_dependent=True,
        ondelete="restrict",
    )
