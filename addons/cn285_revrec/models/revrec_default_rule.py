"""Which recognition rule holds: the item's, the product's, its category's, else the usual one."""

from odoo import models


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def _cn285_rule(self, kind=None):
        """The recognition rule of the item's rows; empty where revenue stays as it is invoiced.

        :param kind: of the row; usage and its differences are recognised as usage, whatever the
            item is
        """
        self.ensure_one()
        if self._is_purchase():
            return self.env["cn285.revrec.rule"]
        billing_type = "usage" if (kind or "").startswith("usage") else self.billing_type
        return self.cn285_revrec_rule_id or self.product_id._cn285_revrec_rule(
            self.company_id, billing_type
        )


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _cn285_revrec_rule(self, company, billing_type=None):
        """The recognition rule of the product in a company; empty where its revenue is left alone.

        Its own, else that of its category or the nearest one above, else the company's usual one.

        :param billing_type: of the item that is billed; None for an invoice line without an item
        """
        self.ensure_one()
        product = self.with_company(company)
        rule, category = product.product_tmpl_id.cn285_revrec_rule_id, product.categ_id
        while not rule and category:
            rule, category = category.cn285_revrec_rule_id, category.parent_id
        return rule or company._cn285_usual_rule(billing_type)


class ResCompany(models.Model):
    _inherit = "res.company"

    def _cn285_usual_rule(self, billing_type=None):
        """The rule where neither item, nor product, nor category has one, as the settings say.

        Hook for a default by what is billed, such as set-up fees over the expected life of the
        customer.

        :param billing_type: ``one_shot`` (set-up fees), ``fixed`` or ``usage``; None for an
            invoice line without an item
        """
        self.ensure_one()
        if billing_type == "usage" and self.cn285_revrec_usage_rule_id:
            return self.cn285_revrec_usage_rule_id
        return self.cn285_revrec_rule_id
