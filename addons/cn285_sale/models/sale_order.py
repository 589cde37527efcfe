from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import DAY
from odoo.addons.cn285_contract.models.guarded import is_for_staff, refuse_kept_links


class SaleOrder(models.Model):
    """A quotation of services: accepted, it is a contract.

    Goods on it stay what they are in Odoo: delivered and invoiced by the order.
    """

    _name = "sale.order"
    _inherit = ["sale.order", "cn285.term.rules", "cn285.bounded", "cn285.kept.defaults"]

    cn285_kind = fields.Selection(
        [("new", "New Contract"), ("amendment", "Amendment"), ("renewal", "Renewal")],
        string="Contract",
        compute="_compute_cn285_kind",
        store=True,
        copy=False,
        help="What accepting it does: a new contract is made where something on it recurs, or "
        "where it names a contract template. Empty: an order as any other.",
    )
    cn285_template_id = fields.Many2one(
        "cn285.contract.template",
        string="Contract Template",
        ondelete="restrict",
        check_company=True,
        index="btree_not_null",
    )
    cn285_date_start = fields.Date(
        string="Contract Starts On",
        copy=False,
        help="First day of the contract. Left empty, the day on which it is accepted.",
    )
    cn285_contract_id = fields.Many2one(
        "cn285.contract",
        string="Its Contract",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
    )

    # === COMPUTES === #

    @api.depends("cn285_template_id", "order_line.billing_type", "order_line.product_id")
    def _compute_cn285_kind(self):
        for order in self:
            if order.cn285_kind in ("amendment", "renewal") or order.state == "sale":
                order.cn285_kind = order.cn285_kind
                continue
            recurs = any(line._cn285_recurs() for line in order.order_line)
            order.cn285_kind = "new" if order.cn285_template_id or recurs else False

    def _cn285_lines(self):
        """The lines that a contract will bill; the others are Odoo's."""
        self.ensure_one()
        return self.order_line.filtered(lambda line: line._cn285_is_contracted())

    # === TEMPLATES === #

    @api.onchange("cn285_template_id")
    def _onchange_cn285_template_id(self):
        """Terms of the template; its items where there are no lines yet."""
        template = self.cn285_template_id
        if not template:
            return
        self.update({name: template[name] for name in self._term_rule_fields()})
        if not self.order_line:
            self.order_line = [
                fields.Command.create(self.order_line._cn285_values_from(item))
                for item in template.item_ids
            ]

    @api.model
    def _cn285_with_template(self, vals):
        """Values of a new quotation with the terms of its template; what is given stays."""
        template = self.env["cn285.contract.template"].browse(vals.get("cn285_template_id") or [])
        if not template:
            return vals
        terms = {
            name: value.id if isinstance(value := template[name], models.BaseModel) else value
            for name in self._term_rule_fields()
        }
        given = {**terms, **vals}
        if "order_line" not in vals:
            given["order_line"] = [
                fields.Command.create(self.order_line._cn285_values_from(item))
                for item in template.item_ids
            ]
        return given

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            refuse_kept_links(self, vals)
        orders = super().create([self._cn285_with_template(vals) for vals in vals_list])
        orders._cn285_refuse_new_states()
        return orders

    def write(self, vals):
        refuse_kept_links(self, vals)
        self._cn285_refuse_edits(vals)
        self._cn285_refuse_by_hand(vals)
        if vals.get("state") == "sent":
            self._cn285_refuse_bundles()
            self._cn285_refuse_unbillable()
            self._cn285_check_sendable()
        return super().write(vals)

    @api.model
    def _bounds(self):
        days = {"cn285_date_start": DAY, **self._cn285_amendment_bounds()}
        return {**super()._bounds(), **self._term_rule_bounds(), **days}

    def _has_field_access(self, field, operation):
        """Pages of the portal show what customers read of what is ours."""
        return super()._has_field_access(field, operation) and not is_for_staff(self, field)

    def _law(self):
        """The law of the customer's country and kind, as the contract will have it."""
        self.ensure_one()
        company = self.company_id or self.env.company
        return self.env["cn285.law"]._of(self.partner_id, company)
