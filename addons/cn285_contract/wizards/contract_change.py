from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.bounds import DAY, END, PERCENT, PRICE, QUANTITY
from ..models.changes.contract_item_pause import BILLING
from ..models.rhythm_terms import MONTH_NAMES, UNITS

# How many lines of a kind the preview of a change shows, so that its totals are seen below them.
SHOWN_LINES = 10


class ContractChangeWizard(models.TransientModel):
    """Change a contract: what, from when on, and what it comes to before it is confirmed.

    Fields that bear the name of a value of a change type are shown for that type, and handed on.
    """

    _name = "cn285.contract.change.wizard"
    _inherit = ["cn285.links.read", "cn285.bounded"]
    _description = "Change a Contract"

    contract_id = fields.Many2one("cn285.contract", required=True, readonly=True)
    company_id = fields.Many2one(related="contract_id.company_id")
    currency_id = fields.Many2one(related="contract_id.currency_id")
    type = fields.Selection(selection="_type_selection", required=True, default="quantity")
    item_id = fields.Many2one(
        "cn285.contract.item",
        domain="[('contract_id', '=', contract_id), "
        "('state', 'in', ('active', 'paused', 'suspended', 'ended'))]",
    )
    on = fields.Char(compute="_compute_spec")
    value_names = fields.Char(compute="_compute_spec")
    type_groups = fields.Json(compute="_compute_type_groups")
    by_path = fields.Boolean(compute="_compute_path_products")
    path_product_ids = fields.Many2many("product.product", compute="_compute_path_products")
    date_effective = fields.Date(string="Effective Date", required=True)
    first_date = fields.Date(
        string="Possible From", compute="_compute_first_date", help="By the template's rules."
    )
    reason_id = fields.Many2one("cn285.change.reason")
    note = fields.Text()
    override = fields.Boolean(
        string="Exception from the Rules", groups="cn285_contract.group_change_override"
    )
    preview_html = fields.Html(readonly=True, sanitize=False)

    product_id = fields.Many2one("product.product", domain="[('sale_ok', '=', True)]")
    to_contract_id = fields.Many2one(
        "cn285.contract",
        domain="[('id', '!=', contract_id), ('company_id', '=', company_id), "
        "('state', '=', 'active')]",
    )
    partner_id = fields.Many2one("res.partner", string="New Holder")
    beneficiary_id = fields.Many2one("res.partner")
    pricelist_id = fields.Many2one("product.pricelist")
    payment_term_id = fields.Many2one("account.payment.term", string="Payment Terms")
    quantity = fields.Float(digits=(16, 6), default=1.0)
    own_price = fields.Boolean(help="Off: the price follows by itself.")
    price_unit = fields.Float(string="Unit Price", digits=(16, 6))
    discount = fields.Float(string="Discount (%)", digits=(16, 4))
    billing_type = fields.Selection(
        [
            ("fixed", "Subscription"),
            ("one_shot", "One-Time Fee"),
            ("usage", "Usage"),
            ("none", "Not Billed"),
        ],
        default="fixed",
    )
    recurring_interval = fields.Integer(string="Every", default=1)
    recurring_unit = fields.Selection(UNITS, string="Period Unit", default="month")
    alignment = fields.Selection(
        [("anniversary", "Date to Date"), ("calendar", "Calendar")], default="anniversary"
    )
    billing_day = fields.Integer(default=1)
    billing_month = fields.Selection(MONTH_NAMES)
    timing = fields.Selection(
        [("advance", "In Advance"), ("arrears", "In Arrears")], string="Billing", default="advance"
    )
    trial_days = fields.Integer()
    date_start = fields.Date(string="Start of the Service")
    date_end = fields.Date(string="Last Day")
    billing = fields.Selection(BILLING, string="Meanwhile")
    cause = fields.Selection([("debt", "Debt"), ("manual", "Other")], default="manual")

    @api.model
    def _bounds(self):
        return {
            **super()._bounds(),
            "quantity": QUANTITY,
            "price_unit": PRICE,
            "discount": PERCENT,
            "date_start": DAY,
            "date_end": END,
        }

    @api.model
    def _type_selection(self):
        changes = self.env["cn285.contract.change"]
        offered = changes._change_types()
        return [entry for entry in changes._type_selection() if offered[entry[0]].in_dialog]

    # === COMPUTES === #

    @api.depends("type")
    def _compute_spec(self):
        types = self.env["cn285.contract.change"]._change_types()
        for wizard in self:
            spec = types.get(wizard.type)
            wizard.on = spec.on if spec else False
            # With a comma on either side, so that no name is found in another.
            names = [name for name, value in spec.values.items() if value.in_dialog] if spec else []
            wizard.value_names = f",{','.join(names)},"

    @api.depends_context("lang")
    def _compute_type_groups(self):
        changes = self.env["cn285.contract.change"]
        self.type_groups = changes._type_groups([name for name, _text in self._type_selection()])

    @api.depends("type", "item_id")
    def _compute_path_products(self):
        """The products that may be chosen, where a tier path must lead to them."""
        types, paths = (
            self.env["cn285.contract.change"]._change_types(),
            self.env["cn285.tier.path"],
        )
        for wizard in self:
            spec = types.get(wizard.type)
            wizard.by_path = bool(spec and spec.by_path)
            wizard.path_product_ids = (
                paths._reached(wizard.company_id, wizard.item_id.product_id, wizard.type)
                if wizard.by_path and wizard.item_id
                else False
            )

    @api.depends("type", "item_id", "contract_id", "quantity")
    def _compute_first_date(self):
        for wizard in self:
            needs_item = wizard.on == "item" and not wizard.item_id
            wizard.first_date = (
                False
                if needs_item or not wizard.type or not wizard.contract_id
                else self.env["cn285.contract.change"].first_allowed_date(
                    wizard.contract_id.id, wizard.type, wizard.item_id.id, wizard._values()
                )
            )

    @api.model
    def default_get(self, names):
        values = super().default_get(names)
        contract = self.env["cn285.contract"].browse(values.get("contract_id"))
        if contract:
            values.setdefault("date_effective", contract.company_id._cn285_today())
            running = contract.item_ids.filtered(lambda item: item.state == "active")
            if len(running) == 1 and not self._starts_whole(values.get("type")):
                values.setdefault("item_id", running.id)
        return values

    @api.model
    def _starts_whole(self, name):
        change_type = self.env["cn285.contract.change"]._change_types().get(name)
        return bool(change_type and change_type.whole_first)

    @api.onchange("type")
    def _onchange_type(self):
        """What ends everything unless an item is chosen does not start from an item by itself."""
        if self._starts_whole(self.type) and not self.env.context.get("default_item_id"):
            self.item_id = False

    @api.onchange("type", "item_id")
    def _onchange_item_id(self):
        """Start from what the item has now, and from the first day that is possible."""
        change_type = self.env["cn285.contract.change"]._change_types().get(self.type)
        if change_type:
            item = self.item_id if change_type.on == "item" else self.item_id.browse()
            self.update(change_type.start_values(item))
        if self.by_path and self.product_id not in self.path_product_ids:
            # Where one way leads on, it is the one that is meant.
            only = self.path_product_ids if len(self.path_product_ids) == 1 else False
            self.product_id = only
        self.preview_html = False
        if self.first_date:
            self.date_effective = self.first_date

    # === VALUES === #

    def _values(self):
        """The values of the change, of those fields that its type knows."""
        self.ensure_one()
        specs = self.env["cn285.contract.change"]._change_types()[self.type].values
        values = {}
        for name, spec in specs.items():
            if not spec.in_dialog:
                continue
            value = self[name]
            if name == "price_unit":
                if self.own_price or spec.blank_counts:
                    values[name] = value if self.own_price else None
            elif spec.kind == "record":
                if value or spec.blank_counts:
                    values[name] = value.id or None
            elif spec.kind in ("date", "end"):
                if value or spec.blank_counts:
                    values[name] = fields.Date.to_string(value) or None
            elif spec.kind == "boolean" or value or spec.required or spec.blank_counts:
                values[name] = value
        return values

    def _prepare_change(self):
        self.ensure_one()
        if self.on == "item" and not self.item_id:
            raise UserError(self.env._("Say which item changes."))
        may_override = self.env.user.has_group("cn285_contract.group_change_override")
        return {
            "contract_id": self.contract_id.id,
            "item_id": self.item_id.id if self.on != "contract" else False,
            "type": self.type,
            "date_effective": self.date_effective,
            "values": self._values(),
            "reason_id": self.reason_id.id,
            "note": self.note,
            "override": may_override and self.override,
        }

    # === ACTIONS === #

    def action_preview(self):
        """Show what the change comes to; nothing is written but the picture of it."""
        self.ensure_one()
        vals, previews = self._prepare_change(), []
        try:
            with self.env.cr.savepoint():
                previews.append(self.env["cn285.contract.change"].create(vals).preview())
                raise _Seen
        except _Seen:
            self.env.invalidate_all()
        self.preview_html = self.env["ir.qweb"]._render(
            "cn285_contract.contract_change_preview_content",
            {
                "preview": previews[0],
                "line_limit": SHOWN_LINES,
                "format_date": lambda day: self.env["ir.qweb.field.date"].value_to_html(
                    fields.Date.to_date(day), {}
                ),
                "format_amount": self.currency_id.format,
            },
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Change Contract"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_confirm(self):
        """Schedule the change; what is due takes effect at once."""
        self.ensure_one()
        change = self.env["cn285.contract.change"].create(self._prepare_change())
        change.action_schedule()
        return {
            "type": "ir.actions.act_window",
            "res_model": "cn285.contract.change",
            "res_id": change.id,
            "view_mode": "form",
        }


class _Seen(Exception):
    """Leaves the savepoint of a preview."""


class Contract(models.Model):
    _inherit = "cn285.contract"

    change_count = fields.Integer(compute="_compute_change_count")

    @api.depends("change_ids")
    def _compute_change_count(self):
        groups = self.env["cn285.contract.change"]._read_group(
            [("contract_id", "in", self.ids)], ["contract_id"], ["__count"]
        )
        counts = {contract.id: count for contract, count in groups}
        for contract in self:
            contract.change_count = counts.get(contract.id, 0)

    def action_change(self):
        """Open the dialog that changes the contract."""
        self.ensure_one()
        return self._change_dialog({"default_contract_id": self.id})

    def _change_dialog(self, context):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Change Contract"),
            "res_model": "cn285.contract.change.wizard",
            "view_mode": "form",
            "target": "new",
            "context": context,
        }

    def action_view_changes(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cn285_contract.action_contract_change"
        )
        action["domain"] = [("contract_id", "=", self.id)]
        action["context"] = {"default_contract_id": self.id}
        return action

    def _portal_changes(self):
        """The log that customers see: what they may read of it, newest first."""
        self.ensure_one()
        if not self._portal_shows_prices():
            return self.env["cn285.contract.change"]
        return self.change_ids.filtered(lambda change: change.state != "draft")


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def action_change(self):
        """Open the dialog that changes this item."""
        self.ensure_one()
        return self.contract_id._change_dialog(
            {"default_contract_id": self.contract_id.id, "default_item_id": self.id}
        )
