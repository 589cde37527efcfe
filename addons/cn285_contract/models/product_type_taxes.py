from odoo import api, fields, models
from odoo.fields import Command

# Income accounts of services by chart of accounts, as names of records of the chart.
SERVICE_ACCOUNTS = {"fr": "pcg_706", "mc": "pcg_706"}
# Odoo's scopes of taxes; a product's type other than these (a combo) has goods in it.
SCOPES = {"service": "service"}


class AccountTax(models.Model):
    _inherit = "account.tax"

    def _cn285_for_type(self, product_type, company):
        """Of taxes that may be meant, the one for products of a type; empty for none.

        The tax of the type's own scope comes first, then one for whatever is sold; among equals the
        one of the company's fiscal country, then one that is included in prices as the company's
        usual tax is, then that usual tax, then the first in their order.
        """
        scope = SCOPES.get(product_type, "consu")
        usual, country = company.account_sale_tax_id, company.account_fiscal_country_id

        def rank(tax):
            return (
                0 if tax.tax_scope == scope else 1 if not tax.tax_scope else 2,
                tax.country_id != country,
                tax.price_include != usual.price_include,
                tax != usual,
            )

        return min(self, key=rank) if self else self

    def _cn285_equal_for_type(self, product_type):
        """The taxes that stand for these where a product of a type is sold.

        A tax for the other type gives way to one of the same rate, country and inclusion in prices;
        where there is none it stays. One that the buyer owes himself stands for none that is paid
        to the supplier.
        """
        taxes = self.browse()
        for tax in self:
            scope = SCOPES.get(product_type, "consu")
            equal = tax
            if tax.tax_scope and tax.tax_scope != scope:
                equal = self.search(
                    [
                        ("company_id", "=", tax.company_id.id),
                        ("country_id", "=", tax.country_id.id),
                        ("type_tax_use", "=", tax.type_tax_use),
                        ("amount_type", "=", tax.amount_type),
                        ("amount", "=", tax.amount),
                        ("tax_scope", "=", scope),
                    ]
                ).filtered(
                    lambda other, tax=tax: (
                        (other.price_include, other.has_negative_factor)
                        == (tax.price_include, tax.has_negative_factor)
                    )
                )[:1]
            taxes |= equal or tax
        return taxes


class ProductTemplate(models.Model):
    _inherit = "product.template"

    @api.model
    def _cn285_usual_taxes(self, product_type, name="taxes_id"):
        """Taxes of a new product of a type, where nobody says which: sales taxes, or others.

        :param name: ``supplier_taxes_id`` for those of purchases, such as royalties
        """
        usual = self.new(self.default_get([name]))[name]._origin
        return usual._cn285_equal_for_type(product_type)

    @api.model
    def _cn285_type_values(self, product_type, category=None):
        """Values of a new product that follow from its type, where nobody gives them.

        :param category: its category, where it is known
        """
        values = {
            name: [Command.set(self._cn285_usual_taxes(product_type, name).ids)]
            for name in ("taxes_id", "supplier_taxes_id")
        }
        account = product_type == "service" and self.env.company._cn285_service_account()
        if account and not (category and category.property_account_income_categ_id):
            values["property_account_income_id"] = account.id
        return values


class ResCompany(models.Model):
    _inherit = "res.company"

    cn285_service_account_id = fields.Many2one(
        "account.account",
        string="Income Account of Services",
        domain="[('account_type', 'in', ('income', 'income_other'))]",
        check_company=True,
        help="Given to services that are imported without an account, where their category has "
        "none. Empty: that of the chart of accounts (706 in France), else the company's "
        "income account.",
    )

    def _cn285_service_account(self):
        """The income account that services are given; empty where the company's own will do."""
        self.ensure_one()
        if self.cn285_service_account_id:
            return self.cn285_service_account_id
        # sudo: the chart's names of records; the account is one of the company itself.
        charts = self.env["account.chart.template"].sudo().with_company(self)
        name = SERVICE_ACCOUNTS.get(self.root_id.sudo().chart_template)
        found = name and charts.ref(name, raise_if_not_found=False)
        account = self.env["account.account"].browse(found.id if found else ())
        return account if account != self.income_account_id else account.browse()
