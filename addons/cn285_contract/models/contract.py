from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from .bounds import DAY, END
from .common import LINE_GROUPINGS, SENDINGS


class Contract(models.Model):
    _name = "cn285.contract"
    _description = "Contract"
    _inherit = [
        "cn285.editable",
        "cn285.guarded",
        "cn285.batched.tracking",
        "mail.thread",
        "mail.activity.mixin",
        "portal.mixin",
        "cn285.bounded",
        "cn285.items.on.screen",
    ]
    _creatable = frozenset({"name"})
    _order = "date_start desc, id desc"
    _check_company_auto = True
    _mail_post_access = "read"

    name = fields.Char(
        string="Contract", required=True, copy=False, readonly=True, default="/", index="trigram"
    )
    client_ref = fields.Char(
        string="Customer Reference",
        copy=False,
        help="The customer's own number for this contract; printed as the invoice's reference.",
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        tracking=True,
        check_company=True,
        help="Who is billed and pays, unless a reseller does.",
    )
    reseller_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        check_company=True,
        help="Distributor who is billed instead of the customer; the invoice names the customer.",
    )
    payer_id = fields.Many2one(
        "res.partner",
        compute="_compute_payer_id",
        store=True,
        index=True,
        ondelete="restrict",
        help="Who gets the invoices: the reseller if there is one, else the customer.",
    )
    partner_invoice_id = fields.Many2one(
        "res.partner",
        string="Invoice Address",
        compute="_compute_partner_invoice_id",
        store=True,
        ondelete="restrict",
        readonly=False,
        precompute=True,
        check_company=True,
    )
    template_id = fields.Many2one(
        "cn285.contract.template",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        index=True,
    )
    tag_ids = fields.Many2many("cn285.contract.tag", string="Tags")
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        tracking=True,
    )
    pricelist_id = fields.Many2one(
        "product.pricelist", ondelete="restrict", check_company=True, tracking=True
    )
    fiscal_position_id = fields.Many2one(
        "account.fiscal.position",
        ondelete="restrict",
        check_company=True,
        help="Left empty, it follows from the payer's country and VAT number on each invoice.",
    )
    payment_term_id = fields.Many2one(
        "account.payment.term",
        ondelete="restrict",
        string="Payment Terms",
        check_company=True,
        help="Left empty, the payer's own payment terms apply.",
    )
    journal_id = fields.Many2one(
        "account.journal",
        ondelete="restrict",
        domain="[('type', '=', 'sale')]",
        check_company=True,
        help="Left empty, the company's first sales journal is used.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Salesperson",
        default=lambda self: self.env.user,
        tracking=True,
        index=True,
        check_company=True,
    )
    date_start = fields.Date(
        string="Start Date",
        tracking=True,
        index=True,
        help="First day of the contract. Left empty, it is the day of the confirmation.",
    )
    date_end = fields.Date(
        string="End Date", tracking=True, help="Last day of the contract. Empty: no end."
    )
    planned_end = fields.Date(
        string="Terminated As Of",
        copy=False,
        readonly=True,
        help="Last day by a termination that is scheduled and has not taken effect.",
    )
    commitment_end = fields.Date(
        string="Committed Until", tracking=True, help="Last day of the commitment. Empty: none."
    )
    change_ids = fields.One2many("cn285.contract.change", "contract_id", string="Changes")
    state = fields.Selection(
        string="Status",
        group_expand=True,
        selection=[
            ("draft", "Draft"),
            ("active", "Active"),
            ("paused", "Paused"),
            ("suspended", "Suspended"),
            ("closed", "Closed"),
            ("withdrawn", "Withdrawn From"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        copy=False,
        readonly=True,
        tracking=True,
        index=True,
    )
    item_ids = fields.One2many("cn285.contract.item", "contract_id", string="Items", copy=True)
    schedule_ids = fields.One2many("cn285.billing.schedule", "contract_id", readonly=True)
    invoice_ids = fields.Many2many(
        "account.move",
        "cn285_contract_move_rel",
        "contract_id",
        "move_id",
        string="Invoices",
        copy=False,
        readonly=True,
    )
    invoice_separately = fields.Boolean(
        string="Invoice of its Own",
        help="Do not gather this contract with the payer's other contracts on one invoice.",
    )
    line_grouping = fields.Selection(
        LINE_GROUPINGS,
        string="Invoice Lines",
        default="row",
        required=True,
        help="Summed lines carry a detail of their rows as an attachment (CSV and XLSX).",
    )
    sending = fields.Selection(
        SENDINGS,
        string="Invoice Sending",
        default="none",
        required=True,
    )
    note = fields.Html(string="Terms and Notes")

    _list_idx = models.Index("(date_start DESC, id DESC)")
    _name_uniq = models.Constraint(
        "unique(name, company_id)", "A contract with this number already exists in the company."
    )
    # === CONSTRAINTS === #

    @api.constrains("date_start", "date_end")
    def _check_dates(self):
        for contract in self:
            if (
                contract.date_start
                and contract.date_end
                and contract.date_end < contract.date_start
            ):
                raise ValidationError(
                    self.env._(
                        "Contract %(contract)s: the end date %(end)s is before the start date "
                        "%(start)s.",
                        contract=contract.name,
                        end=format_date(self.env, contract.date_end),
                        start=format_date(self.env, contract.date_start),
                    )
                )
        self.item_ids._check_dates()

    @api.constrains("currency_id", "pricelist_id")
    def _check_currency(self):
        for contract in self:
            pricelist = contract.pricelist_id
            if pricelist and pricelist.currency_id != contract.currency_id:
                raise ValidationError(
                    self.env._(
                        "Contract %(contract)s is in %(currency)s, but its pricelist "
                        "“%(pricelist)s” is in %(other)s. Choose a pricelist in the contract's "
                        "currency.",
                        contract=contract.name,
                        currency=contract.currency_id.name,
                        pricelist=pricelist.name,
                        other=pricelist.currency_id.name,
                    )
                )

    # === COMPUTES === #

    @api.depends("partner_id", "reseller_id")
    def _compute_payer_id(self):
        for contract in self:
            contract.payer_id = contract.reseller_id or contract.partner_id

    @api.depends("partner_id", "reseller_id")
    def _compute_partner_invoice_id(self):
        for contract in self:
            payer = contract.reseller_id or contract.partner_id
            contract.partner_invoice_id = (
                payer.address_get(["invoice"])["invoice"] if payer else False
            )

    @api.depends("pricelist_id", "company_id")
    def _compute_currency_id(self):
        for contract in self:
            pricelist = contract.pricelist_id
            if pricelist:
                contract.currency_id = pricelist.currency_id
            else:
                contract.currency_id = contract.currency_id or contract.company_id.currency_id

    @api.depends("name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for contract in self:
            contract.display_name = self.env._("New") if contract.name == "/" else contract.name

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for contract in self:
            contract.access_url = f"/my/contracts/{contract.id}"
        return result

    # === ONCHANGE === #

    @api.onchange("template_id")
    def _onchange_template_id(self):
        if self.template_id and self.state == "draft":
            self._apply_template(self.template_id)

    @api.onchange("partner_id", "reseller_id")
    def _onchange_partner_id(self):
        payer = self.reseller_id or self.partner_id
        if payer:
            pricelist = payer.with_company(self.company_id).property_product_pricelist
            if pricelist and self.env.user.has_group("product.group_product_pricelist"):
                self.pricelist_id = pricelist

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_state_door(vals)
        self._number_new(vals_list)
        contracts = super().create(vals_list)
        # A contract made by code from a template gets its terms, as it would on the screen, and its
        # items unless the caller brings his own.
        for contract, vals in zip(contracts, vals_list, strict=True):
            # Items that are only cleared: the template is named, nothing is taken over.
            named_only = vals.get("item_ids") and not contract.item_ids
            if contract.template_id and not named_only:
                given = {name for name in vals if name != "item_ids" or vals[name]}
                contract._apply_template(contract.template_id, keep=given)
        return contracts

    def write(self, vals):
        self._check_state_door(vals)
        for contracts, rest in self._untraced_vals(vals):
            contracts._edit_last_pricelist(rest)
            super(Contract, contracts).write(rest)
            contracts._follow_terms(rest)
        return True

    def _follow_terms(self, vals):
        """Plan anew what was written on: the schedules of items follow their contract's terms."""
        if self._replanning_fields() & vals.keys() and "state" not in vals:
            self.item_ids._replan()

    @api.ondelete(at_uninstall=False)
    def _unlink_only_without_history(self):
        for contract in self:
            # sudo: only whether there are any, for a user without access to invoices.
            if contract.state not in ("draft", "cancelled") or contract.sudo().invoice_ids:
                raise UserError(
                    self.env._(
                        "Contract %s has a history and cannot be deleted; close or archive it.",
                        contract.name,
                    )
                )

    def copy_data(self, default=None):
        return [
            {**vals, "date_start": False, "date_end": False}
            for vals in super().copy_data(default=default)
        ]

    # === BUSINESS METHODS === #

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "date_start": DAY, "date_end": END}

    @api.model
    def _replanning_fields(self):
        """Fields of the contract that change what its items will be billed."""
        return {
            "date_end",
            "planned_end",
            "date_start",
            "pricelist_id",
            "currency_id",
            "fiscal_position_id",
            "partner_id",
            "reseller_id",
            "company_id",
        }

    def _term_ends(self):
        """Hook: last days after which the contract may be another. Default: its end date.

        :returns: list of dates, False for those that there are not
        """
        self.ensure_one()
        return [self.date_end]

    def _apply_template(self, template, keep=frozenset()):
        """Fill a draft contract from its template: terms and items, never dates or partner.

        ``keep`` names the fields that the caller set himself and that stay as they are, the items
        too where ``item_ids`` is among them. The template's items are copied: later edits of the
        template do not reach this contract.
        """
        self.ensure_one()
        if template.company_id and template.company_id != self.company_id:
            raise UserError(
                self.env._(
                    "Template “%(template)s” belongs to %(company)s.",
                    template=template.name,
                    company=template.company_id.name,
                )
            )
        # A price list that the caller chose has its own currency.
        keep = keep | {"currency_id"} if "pricelist_id" in keep else keep
        for name in template._contract_fields():
            # What is chosen (yes or no, a number, one of a list) counts as it is; a record or a
            # text that the template leaves open stays open.
            chosen = template._fields[name].type in ("boolean", "integer", "float", "selection")
            if name not in keep and (chosen or template[name]):
                self[name] = template[name]
        if "item_ids" in keep:
            return
        commands = [fields.Command.clear()]
        commands += [
            fields.Command.create(item._prepare_contract_item_vals(self.date_start))
            for item in template.item_ids
        ]
        self.item_ids = commands
