from odoo import api, fields, models

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
    cn285_unbilled_tax_account_id = fields.Many2one(
        "account.account",
        string="Tax on Unbilled Services",
        company_dependent=True,
        ondelete="restrict",
    )


class ProductProduct(models.Model):
    _inherit = "product.product"

    @api.model
    def _cn285_usual_rule(self, company, usage=False):
        rule = company.cn285_revrec_rule_id
        return (company.cn285_revrec_usage_rule_id or rule) if usage else rule

    def _cn285_revrec_rule(self, company, usage=False):
        """The recognition rule of the product in a company; empty where its revenue is left alone.

        Its own, else that of its category or the nearest one above, else the company's usual one.
        """
        self.ensure_one()
        product = self.with_company(company)
        rule, category = product.product_tmpl_id.cn285_revrec_rule_id, product.categ_id
        while not rule and category:
            rule, category = category.cn285_revrec_rule_id, category.parent_id
        return rule or self._cn285_usual_rule(company, usage)
