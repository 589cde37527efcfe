from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .common import LINE_GROUPINGS, SENDINGS


class ContractTemplate(models.Model):
    """A contract's terms and items without dates and partner, ready to be copied into contracts."""

    _name = "cn285.contract.template"
    _description = "Contract Template"
    _inherit = ["cn285.guarded", "mail.thread", "cn285.bounded", "cn285.items.on.screen"]
    _order = "sequence, name"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char(copy=False, help="Short name by which files and programs refer to it.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
        help="Left empty, all companies may use it. One that names a price list, payment terms or "
        "a journal of a company is that company's.",
    )
    owner_company_id = fields.Many2one(
        "res.company",
        string="Maintained By",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        help="The company whose managers may edit the template where all companies may use it.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        help="Left empty, as in a template of all companies: that of the contract's company.",
    )
    pricelist_id = fields.Many2one("product.pricelist", ondelete="restrict", check_company=True)
    payment_term_id = fields.Many2one(
        "account.payment.term", ondelete="restrict", check_company=True
    )
    journal_id = fields.Many2one(
        "account.journal",
        domain="[('type', '=', 'sale')]",
        ondelete="restrict",
        check_company=True,
    )
    tag_ids = fields.Many2many("cn285.contract.tag", string="Tags")
    invoice_separately = fields.Boolean(string="Invoice of its Own")
    line_grouping = fields.Selection(
        LINE_GROUPINGS,
        string="Invoice Lines",
        default="row",
        required=True,
    )
    sending = fields.Selection(
        SENDINGS,
        string="Invoice Sending",
        default="none",
        required=True,
    )
    note = fields.Html(string="Terms and Notes", translate=True)
    item_ids = fields.One2many(
        "cn285.contract.template.item", "template_id", string="Items", copy=True
    )
    contract_ids = fields.One2many("cn285.contract", "template_id", string="Contracts")
    contract_count = fields.Integer(compute="_compute_contract_count")

    _code_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0)) WHERE code IS NOT NULL",
        "A contract template with this code already exists.",
    )

    @api.depends("pricelist_id", "payment_term_id", "journal_id")
    def _compute_company_id(self):
        """What belongs to a company makes the template that company's."""
        for template in self:
            # sudo: of which company they are; a company may have hidden it from its users.
            named = template.sudo()
            owners = named.pricelist_id, named.payment_term_id, named.journal_id
            companies = [one.company_id for one in owners if one.company_id]
            template.company_id = template.company_id or (companies[0] if companies else False)

    @api.depends("pricelist_id", "company_id")
    def _compute_currency_id(self):
        for template in self:
            if template.pricelist_id:
                template.currency_id = template.pricelist_id.currency_id
            elif template.company_id:
                template.currency_id = template.currency_id or template.company_id.currency_id
            else:
                # What all companies use is in the currency of none of them.
                template.currency_id = False

    @api.depends("contract_ids")
    def _compute_contract_count(self):
        groups = self.env["cn285.contract"]._read_group(
            [("template_id", "in", self.ids)], ["template_id"], ["__count"]
        )
        counts = {template.id: count for template, count in groups}
        for template in self:
            template.contract_count = counts.get(template.id, 0)

    @api.constrains("currency_id", "pricelist_id")
    def _check_currency(self):
        for template in self:
            pricelist = template.pricelist_id
            if pricelist and pricelist.currency_id != template.currency_id:
                raise ValidationError(
                    self.env._(
                        "Template “%(template)s” is in %(currency)s, but its pricelist is in "
                        "%(other)s.",
                        template=template.name,
                        currency=template.currency_id.name,
                        other=pricelist.currency_id.name,
                    )
                )

    @api.constrains("code", "company_id")
    def _check_code(self):
        """A code names one template to each company, be it shared or its own."""
        for template in self.filtered("code"):
            # sudo: a shared code must be free in companies that the user does not see.
            others = self.sudo().with_context(active_test=False)
            found = others.search([("code", "=", template.code), ("id", "!=", template.id)])
            if template.company_id:
                found = found.filtered(lambda other: not other.company_id)
            if found:
                raise ValidationError(
                    self.env._(
                        "The code “%(code)s” is that of template “%(other)s” already: a template "
                        "of all companies and those of a company cannot share one.",
                        code=template.code,
                        other=found[0].name,
                    )
                )

    @api.model
    def _contract_fields(self):
        """Names of the fields that a contract takes over from its template."""
        return [
            "pricelist_id",
            "currency_id",
            "payment_term_id",
            "journal_id",
            "tag_ids",
            "invoice_separately",
            "line_grouping",
            "sending",
            "note",
        ]

    def action_view_contracts(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("cn285_contract.action_contract")
        action["domain"] = [("template_id", "=", self.id)]
        action["context"] = {"default_template_id": self.id}
        return action
