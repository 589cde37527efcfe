from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine.limits import LARGEST_AMOUNT


class BillingTerms(models.AbstractModel):
    """What a product costs and when it is billed: shared by contract items and template items.

    It holds the fields and what can be checked on them alone. Where an item adds dates, it derives
    its periods from them; a template item never has dates.
    """

    _name = "cn285.billing.terms"
    _description = "Billing Terms"
    _inherit = ["analytic.mixin", "cn285.price.terms", "cn285.rhythm.terms"]

    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        "product.product",
        required=True,
        ondelete="restrict",
        domain="[('sale_ok', '=', True)]",
    )
    name = fields.Char(
        string="Description",
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
        help="What the invoice line says. Defaults to the product's name.",
    )
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    in_mrr = fields.Boolean(
        string="Recurring Revenue",
        compute="_compute_in_mrr",
        store=True,
        readonly=False,
        precompute=True,
        help="Whether it counts as monthly recurring revenue. A number of periods means "
        "instalments, which do not: tick it for a subscription that ends by itself.",
    )

    @api.depends("product_id")
    def _compute_name(self):
        for item in self:
            if item.product_id:
                item.name = item.product_id.display_name
            else:
                item.name = item.name or False

    @api.depends("period_count")
    def _compute_in_mrr(self):
        for item in self:
            item.in_mrr = not item.period_count

    @api.onchange("price_unit")
    def _onchange_price_unit(self):
        if self.price_unit:
            self.price_source = "manual"

    @api.model
    def _with_price_source(self, vals):
        """Values with the price source made explicit: a price that is given is an own price.

        A price of 0 is a price; only ``False``/``None`` or a missing key leave it to the pricelist.
        """
        if "price_unit" not in vals or "price_source" in vals:
            return vals
        given = vals["price_unit"] is not None and vals["price_unit"] is not False
        return {**vals, "price_source": "manual" if given else "pricelist"}

    @api.model
    def _bounded_name(self, vals):
        product = self.env["product.product"].browse(vals.get("product_id") or [])
        name = vals.get("name") or self[:1].name or product.display_name
        return self.env._("Item “%s”", name) if name else super()._bounded_name(vals)

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_price_source(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._with_price_source(vals))

    @api.constrains(
        "quantity",
        "price_unit",
        "recurring_interval",
        "billing_day",
        "discount",
        "trial_days",
        "period_count",
    )
    def _check_terms(self):
        for item in self:
            message = item._terms_error()
            if message:
                raise ValidationError(
                    self.env._("Item “%(item)s”: %(reason)s", item=item.name, reason=message)
                )

    def _terms_error(self):
        """The reason why these terms cannot be billed, in a clerk's words; None if they can."""
        self.ensure_one()
        message = self._rhythm_error()
        if message:
            return message
        if abs(self.quantity * self.price_unit) > LARGEST_AMOUNT:
            return self.env._("quantity times price is too large to be billed.")
        if not 0 <= self.discount <= 100:
            return self.env._("the discount must be between 0 and 100 %%, not %s.", self.discount)
        return None

    @api.model
    def _terms_fields(self):
        """Names of the fields that a template item hands to the contract items made from it."""
        return [
            "sequence",
            "product_id",
            "name",
            "quantity",
            "price_source",
            "price_unit",
            "discount",
            *self._rhythm_fields(),
            "in_mrr",
            "analytic_distribution",
        ]
