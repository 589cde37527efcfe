from odoo import fields, models

# Redevances pour concessions, brevets, licences, marques: of the French chart alone, 651 is that.
ROYALTIES = "651"
FRENCH_CHARTS = ("FR", "MC", "GP", "MQ", "GF", "RE", "YT")


class ResCompany(models.Model):
    _inherit = "res.company"

    cn285_royalty_journal_id = fields.Many2one(
        "account.journal",
        string="Journal of Royalties",
        domain="[('type', '=', 'purchase'), ('company_id', '=', id)]",
        help="Purchase journal of the invoices that we make out for third parties. Empty: the "
        "first one for self-billing, else the first purchase journal.",
    )

    cn285_royalty_account_id = fields.Many2one(
        "account.account",
        string="Account of Royalties",
        check_company=True,
        domain="[('account_type', 'in', ('expense', 'expense_direct_cost'))]",
        help="Expense account of the invoices that we make out for third parties. An expense "
        "account of the product or its category goes first. Empty: 651 in a French chart of "
        "accounts, else the company's usual expense account.",
    )

    def _cn285_royalty_account(self, product, fiscal_position=None):
        """The expense account of a royalty; empty where there is none.

        The product's own, or its category's where that is not merely the usual one; else that of
        the settings; else 651 (PCG: royalties for licences and rights) in a French chart.
        """
        self.ensure_one()
        # sudo: which account takes the expense is not up to whoever bills.
        company = self.sudo()
        template = product.product_tmpl_id.sudo().with_company(company)
        accounts = template.get_product_accounts(fiscal_pos=fiscal_position)
        usual = company.expense_account_id
        chosen = (
            template.property_account_expense_id
            or template.categ_id.property_account_expense_categ_id - usual
        )
        own = company.cn285_royalty_account_id or company._cn285_french_royalties()
        if chosen or not own:
            return accounts["expense"]
        return fiscal_position.map_account(own) if fiscal_position else own

    def _cn285_french_royalties(self):
        accounts = self.env["account.account"].with_company(self)
        if self.account_fiscal_country_id.code not in FRENCH_CHARTS:
            return accounts
        return accounts.search(
            [
                *accounts._check_company_domain(self),
                ("code", "=like", f"{ROYALTIES}%"),
                ("account_type", "=", "expense"),
            ],
            order="code",
            limit=1,
        )

    def _cn285_royalty_journal(self):
        """The journal of self-billing invoices; empty where the company has no such journal."""
        self.ensure_one()
        # sudo: which journal takes the invoices is not up to whoever bills.
        company = self.sudo()
        journals = company.env["account.journal"]
        return company.cn285_royalty_journal_id or journals.search(
            [*journals._check_company_domain(company), ("type", "=", "purchase")],
            order="is_self_billing desc, sequence, id",
            limit=1,
        )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    cn285_royalty_journal_id = fields.Many2one(
        related="company_id.cn285_royalty_journal_id",
        readonly=False,
        domain="[('type', '=', 'purchase'), ('company_id', '=', company_id)]",
    )
    cn285_royalty_account_id = fields.Many2one(
        related="company_id.cn285_royalty_account_id", readonly=False
    )
