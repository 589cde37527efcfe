from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import DAY, PERCENT, PRICE, QUANTITY, RISE
from odoo.addons.cn285_contract.models.isolation import each_or_apart
from odoo.exceptions import UserError
from odoo.tools import float_round


class QuoteCampaign(models.TransientModel):
    """The same offer to many running contracts: a draft quotation each, made together.

    Contracts to which it cannot be made are told, with the reason; the others go on.
    """

    _name = "cn285.quote.campaign"
    _description = "Upsell Campaign"
    _inherit = ["cn285.links.read", "cn285.bounded"]

    contract_ids = fields.Many2many("cn285.contract", string="Contracts", required=True)
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)
    kind = fields.Selection(
        [("amendment", "Amendment"), ("renewal", "Renewal")],
        string="Quotations",
        default="amendment",
        required=True,
    )
    offer = fields.Selection(
        [
            ("product", "Another Product"),
            ("price", "Another Price"),
            ("discount", "A Discount"),
            ("add", "A Product Beside"),
            ("none", "As It Is"),
        ],
        default="product",
        required=True,
        help="What is offered; drafts can be changed before they are sent.",
    )
    product_id = fields.Many2one(
        "product.product",
        string="Instead Of",
        domain="[('type', '=', 'service')]",
        help="Items of this product are offered otherwise. Left empty, for prices and discounts: "
        "all subscriptions.",
    )
    new_product_id = fields.Many2one(
        "product.product", string="Offered", domain="[('type', '=', 'service')]"
    )
    quantity = fields.Float(digits=(16, 6), default=1.0)
    price_unit = fields.Float(
        string="Unit Price", digits=(16, 6), help="0: what the product usually costs."
    )
    percent = fields.Float(
        string="Price Changes By (%)", digits=(16, 4), help="10: a tenth more; -10: a tenth less."
    )
    discount = fields.Float(string="Discount (%)", digits=(16, 4))
    date_effective = fields.Date(
        string="Takes Effect On", help="Left empty, on acceptance, as the contracts' rules allow."
    )
    validity_date = fields.Date(string="Expires On")
    campaign_id = fields.Many2one(  # pylint: disable=attribute-string-redundant
        "utm.campaign", string="Campaign", help="By which the quotations are found again."
    )
    order_ids = fields.Many2many("sale.order", string="Quotations Made", readonly=True)
    skipped = fields.Text(string="Not Made", readonly=True)

    @api.model
    def _bounds(self):
        return {
            **super()._bounds(),
            "quantity": QUANTITY,
            "price_unit": PRICE,
            "percent": RISE,
            "discount": PERCENT,
            "date_effective": DAY,
            "validity_date": DAY,
        }

    @api.model
    def default_get(self, names):
        values = super().default_get(names)
        if self.env.context.get("active_model") == "cn285.contract" and "contract_ids" in names:
            values["contract_ids"] = [fields.Command.set(self.env.context.get("active_ids") or [])]
        return values

    # === MADE === #

    def action_make(self):
        """Make the drafts; what cannot be made is told.

        :raises UserError: where the offer says nothing
        """
        self.ensure_one()
        self._check_offer()
        # Contracts that the user may not read are none of the campaign's.
        contracts = self.contract_ids._filtered_access("read")
        # sudo: whether they can be amended; the quotations are the user's own.
        reasons = {one: self._unmakeable(one.sudo()) for one in contracts}
        good = contracts.filtered(lambda one: not reasons[one])
        made, failed = each_or_apart(good, self._make)
        self.order_ids = self.env["sale.order"].union(*made)
        reasons.update(failed)
        self.skipped = "\n".join(
            self.env._("%(contract)s: %(reason)s", contract=one.name, reason=reason)
            for one, reason in reasons.items()
            if reason
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Upsell Campaign"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_open(self):
        """The quotations that were made."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("sale.action_quotations")
        action["domain"] = [("id", "in", self.order_ids.ids)]
        action["context"] = {}
        return action

    def _check_offer(self):
        missing = {
            "product": not (self.product_id and self.new_product_id),
            "add": not self.new_product_id,
            "price": not (self.price_unit or self.percent),
            "discount": not self.discount,
        }
        if missing.get(self.offer):
            raise UserError(self.env._("Say what is offered: the product, price or discount."))

    def _unmakeable(self, contract):
        """Why no such quotation can be made of a contract, in words; None if one can."""
        reason = contract._cn285_unquotable(self.kind)
        if reason or self.offer in ("add", "none"):
            return reason
        if not self._concerned(contract._cn285_quoted_items(self.kind)):
            if self.product_id:
                return self.env._("it has no running item of %s.", self.product_id.display_name)
            return self.env._("it has no subscription.")
        return None

    def _concerned(self, records):
        """Those of a contract's items, or of a quotation's lines, that are offered otherwise."""
        if self.product_id:
            return records.filtered(lambda one: one.product_id == self.product_id)
        # What a bundle consists of has no price of its own.
        return records.filtered(
            lambda one: one.billing_type == "fixed" and not one._cn285_is_bundled()
        )

    def _make(self, contracts):
        """Draft quotations of these contracts, with the offer on them."""
        values = {"validity_date": self.validity_date} if self.validity_date else {}
        if self.kind == "amendment":
            values["cn285_date_effective"] = self.date_effective
        orders = contracts._cn285_quote(self.kind, campaign_id=self.campaign_id.id, **values)
        if self.offer == "add":
            self.env["sale.order.line"].create([self._added(order) for order in orders])
            return orders
        concerned = self._concerned(orders.order_line) if self.offer != "none" else ()
        for line in concerned:
            line.write(self._offered(line))
        return orders

    def _added(self, order):
        """Values of the line that offers a product beside."""
        vals = {
            "order_id": order.id,
            "product_id": self.new_product_id.id,
            "product_uom_qty": self.quantity,
            "discount": self.discount,
        }
        lines = self.env["sale.order.line"]
        if not lines._cn285_usual_item(self.new_product_id):
            vals["billing_type"] = "fixed"
        return {**vals, "price_unit": self.price_unit} if self.price_unit else vals

    def _offered(self, line):
        """What a line offers instead."""
        if self.offer == "discount":
            return {"discount": self.discount}
        if self.offer == "price":
            price = self.price_unit or line.price_unit * (1 + self.percent / 100)
            return {"price_unit": float_round(price, precision_digits=2)}
        vals = {"product_id": self.new_product_id.id}
        return {**vals, "price_unit": self.price_unit} if self.price_unit else vals
