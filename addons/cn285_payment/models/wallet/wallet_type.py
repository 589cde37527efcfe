from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import AMOUNT
from odoo.exceptions import UserError, ValidationError

# French chart of accounts: advances of customers, rebates on services.
ADVANCES, REBATES = "4191", "7096"


class WalletType(models.Model):
    """How a kind of wallet is booked, and what it may pay for.

    Paid credit is a means of payment, granted credit a rebate. VAT on paid credit is due when it is
    used, where it is not known yet what for (CGI, article 256 ter: vouchers for several uses), or
    when it is topped up, where one rate is known for all that it can buy.
    """

    _name = "cn285.wallet.type"
    _description = "Wallet Type"
    _inherit = ["cn285.guarded", "cn285.editable"]
    _order = "sequence, id"
    _check_company_auto = True
    _check_company_domain = models.check_company_domain_parent_of

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    books = fields.Selection(
        [("use", "When the Credit Is Used"), ("topup", "At the Top-Up")],
        string="VAT Is Due",
        required=True,
        default="use",
        help="When it is used: a top-up is an advance without VAT, and pays invoices. At the "
        "top-up: an invoice with VAT is made for it, and invoices of contracts are lowered before "
        "their VAT. Choose the latter where all that the wallet can buy bears one rate.",
    )
    tax_ids = fields.Many2many(
        "account.tax",
        string="VAT of Top-Ups",
        check_company=True,
        domain="[('type_tax_use', '=', 'sale')]",
        help="Where VAT is due at the top-up. Lines that bear exactly these taxes are paid.",
    )
    advance_account_id = fields.Many2one(
        "account.account",
        string="Advances",
        required=True,
        check_company=True,
        domain="[('account_type', '=', 'liability_current'), ('reconcile', '=', True)]",
        default=lambda self: self._default_account(ADVANCES, "liability_current"),
        ondelete="restrict",
    )
    rebate_account_id = fields.Many2one(
        "account.account",
        string="Rebates",
        required=True,
        check_company=True,
        domain="[('account_type', 'in', ('income', 'income_other'))]",
        default=lambda self: self._default_account(REBATES, "income"),
        ondelete="restrict",
        help="Granted credit lowers invoices by lines on this account.",
    )
    journal_id = fields.Many2one(
        "account.journal",
        string="Journal of Draws",
        required=True,
        check_company=True,
        domain="[('type', '=', 'general')]",
        default=lambda self: self.env["account.journal"].search(
            [
                ("type", "=", "general"),
                *self.env["account.journal"]._check_company_domain(self.env.company),
            ],
            limit=1,
        ),
        ondelete="restrict",
    )
    scope = fields.Selection(
        [
            ("all", "Everything"),
            ("usage", "Usage"),
            ("categories", "Products of Categories"),
        ],
        string="Pays For",
        required=True,
        default="all",
    )
    category_ids = fields.Many2many(
        "product.category", string="Categories", help="Those below them count as well."
    )
    draws_open = fields.Boolean(
        string="Top-Ups Pay What Is Open",
        default=True,
        help="A top-up pays invoices of contracts that are open, those that are due first.",
    )
    portal_topup = fields.Boolean(
        string="Customers Top Up", default=True, help="In the portal, and see the wallet there."
    )
    valid_months = fields.Integer(
        string="Months of Validity", help="Of what is topped up; 0: without end."
    )
    least = fields.Monetary(string="Least Top-Up", default=1.0)
    most = fields.Monetary(string="Largest Top-Up", help="0: no limit.")

    _least_positive = models.Constraint("CHECK(least > 0)", "The least top-up must be above zero.")
    _most_above_least = models.Constraint(
        "CHECK(most = 0 OR most >= least)", "The largest top-up is below the least one."
    )

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "least": AMOUNT, "most": AMOUNT}

    @api.model
    def _default_account(self, code, account_type):
        company = self.env.company
        accounts = self.env["account.account"].with_company(company)
        domain = [
            *accounts._check_company_domain(company),
            ("code", "=like", f"{code}%"),
            ("account_type", "=", account_type),
        ]
        return accounts.search(domain, limit=1, order="code")

    @api.model_create_multi
    def create(self, vals_list):
        """:raises UserError: where the company's books have none of what a type is booked on"""
        vals_list = [self._add_missing_default_values(vals) for vals in vals_list]
        for vals in vals_list:
            self._check_accounts(vals)
        return super().create(vals_list)

    @api.model
    def _check_accounts(self, vals):
        """Refuse a type without accounts or journal in words, not by an error of the database."""
        for name in ("advance_account_id", "rebate_account_id", "journal_id"):
            if not vals.get(name):
                company = self.env["res.company"].browse(vals.get("company_id"))
                raise UserError(
                    self.env._(
                        "Wallet type %(type)s: “%(field)s” is missing, and %(company)s has none "
                        "that fits. Choose it, or give the company a chart of accounts first.",
                        type=vals.get("name") or "–",
                        field=self._fields[name]._description_string(self.env),
                        company=company.sudo().name or self.env.company.name,
                    )
                )

    @api.constrains("books", "tax_ids", "advance_account_id", "scope", "category_ids")
    def _check_books(self):
        for one in self:
            if one.books == "topup" and not one.tax_ids:
                raise ValidationError(
                    self.env._(
                        "Wallet type %s: name the VAT of top-ups, which is due when they are paid.",
                        one.name,
                    )
                )
            if not one.advance_account_id.reconcile:
                raise ValidationError(
                    self.env._(
                        "Wallet type %(type)s: account %(account)s must allow reconciliation, so "
                        "that each draw names its top-up.",
                        type=one.name,
                        account=one.advance_account_id.display_name,
                    )
                )
            if one.scope == "categories" and not one.category_ids:
                raise ValidationError(
                    self.env._("Wallet type %s: name the categories that it pays for.", one.name)
                )

    def write(self, vals):
        """What lots were booked by does not change under them."""
        if {"advance_account_id", "rebate_account_id", "journal_id"} & vals.keys():
            for one in self:
                named = {name: one[name].id for name in ("advance_account_id", "journal_id")}
                named["rebate_account_id"] = one.rebate_account_id.id
                self._check_accounts(
                    {**named, "name": one.name, "company_id": one.company_id.id} | vals
                )
        fixed = {"company_id", "currency_id", "books"} & vals.keys()
        # sudo: whether there are wallets of it, whoever's.
        if fixed and self.env["cn285.wallet"].sudo().search_count(
            [("type_id", "in", self.ids)], limit=1
        ):
            for one in self:
                for name in fixed:
                    field = self._fields[name]
                    value = field.convert_to_cache(vals[name], one, validate=False)
                    if value != field.convert_to_cache(one[name], one, validate=False):
                        raise ValidationError(
                            self.env._(
                                "Wallet type %(type)s has wallets: “%(field)s” does not change. "
                                "Make another type.",
                                type=one.name,
                                field=field._description_string(self.env),
                            )
                        )
        return super().write(vals)
