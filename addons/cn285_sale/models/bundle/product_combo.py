"""Slots of bundles and what can be chosen in them: Odoo's combos, with what they leave open."""

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import COUNT, QUANTITY
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.exceptions import ValidationError

from ...engine.bundle import Choice, Slot

# Only ratios between rhythms are asked for.
DAYS = {"day": 1, "week": 7, "month": 30, "quarter": 90, "semester": 180, "year": 360}


class ProductCombo(models.Model):
    """A slot: in Odoo exactly one of its products is chosen, here as many as it says."""

    _name = "product.combo"
    _inherit = ["product.combo", "cn285.bounded"]

    cn285_min = fields.Integer(
        string="At Least",
        default=1,
        help="So many are taken for each bundle, all in all. 0: it may be left out.",
    )
    cn285_max = fields.Integer(
        string="At Most", default=1, help="No more than so many for each bundle. 0: no limit."
    )

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "cn285_min": COUNT, "cn285_max": COUNT}

    @api.constrains("cn285_min", "cn285_max")
    def _check_cn285_numbers(self):
        for combo in self:
            least, most = combo.cn285_min, combo.cn285_max
            if least < 0 or most < 0 or (most and least > most):
                raise ValidationError(
                    self.env._(
                        "“%(slot)s”: at least %(least)s and at most %(most)s cannot be kept. "
                        "Numbers are not negative; at most 0 says that there is no limit.",
                        slot=combo.name,
                        least=least,
                        most=most,
                    )
                )

    def _cn285_slot(self):
        """The slot as the rules have it."""
        self.ensure_one()
        return Slot(self.id, self.cn285_min, self.cn285_max)


class ProductComboItem(models.Model):
    """A product that may be chosen in a slot."""

    _name = "product.combo.item"
    _inherit = ["product.combo.item", "cn285.bounded"]

    cn285_quantity = fields.Float(
        string="Quantity",
        default=1.0,
        digits=(16, 6),
        help="How much of the product one choice of it is, in one bundle.",
    )
    cn285_default_count = fields.Integer(
        string="By Default",
        help="How often it is taken where nothing else is chosen. The only product of a slot is "
        "taken as often as the slot demands in any case.",
    )
    cn285_no_billing = fields.Boolean(
        string="No Billing",
        help="Included: it is on the contract, and nothing of the bundle's price falls on it.",
    )
    cn285_requires_ids = fields.Many2many(
        "product.product",
        "cn285_bundle_requires_rel",
        "choice_id",
        "product_id",
        string="Requires",
        help="All of these products have to be in the same bundle.",
    )
    cn285_excludes_ids = fields.Many2many(
        "product.product",
        "cn285_bundle_excludes_rel",
        "choice_id",
        "product_id",
        string="Excludes",
        help="None of these products may be in the same bundle.",
    )

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "cn285_quantity": QUANTITY, "cn285_default_count": COUNT}

    @api.constrains("cn285_quantity", "cn285_default_count")
    def _check_cn285_numbers(self):
        for choice in self:
            if choice.cn285_quantity <= 0 or choice.cn285_default_count < 0:
                raise ValidationError(
                    self.env._(
                        "%s: the quantity is more than 0, and the number by default not negative.",
                        choice.product_id.display_name,
                    )
                )

    @api.constrains("product_id", "cn285_requires_ids", "cn285_excludes_ids")
    def _check_cn285_dependencies(self):
        for choice in self:
            own = choice.product_id
            if own & (choice.cn285_requires_ids | choice.cn285_excludes_ids):
                raise ValidationError(
                    self.env._("%s can neither require nor exclude itself.", own.display_name)
                )

    @api.depends("product_id")
    def _compute_display_name(self):
        """The product: Odoo gives choices no name."""
        for choice in self:
            choice.display_name = choice.product_id.display_name

    # === FOR THE RULES === #

    def _cn285_choice(self):
        """The choice as the rules have it."""
        self.ensure_one()
        return Choice(
            self.id,
            self.combo_id.id,
            self.product_id.id,
            frozenset(self.cn285_requires_ids.ids),
            frozenset(self.cn285_excludes_ids.ids),
        )

    def _cn285_usual_item(self):
        """The terms by which the product is sold alone, by sudo; may be empty."""
        self.ensure_one()
        # sudo: prices of templates are what is offered.
        return self.env["sale.order.line"]._cn285_usual_item(self.product_id).sudo()

    def _cn285_is_metered(self):
        """Whether it is billed by what is used: that has prices of its own."""
        self.ensure_one()
        return self._cn285_usual_item().billing_type == "usage"

    def _cn285_has_share(self):
        """Whether some of the bundle's price falls on it."""
        self.ensure_one()
        return not self.cn285_no_billing and not self._cn285_is_metered()

    def _cn285_stand_alone(self, count, company, pricelist, currency, day):
        """What so many of it cost alone, for comparison: of a rhythm of its own, by the day.

        :returns: Decimal
        """
        self.ensure_one()
        item, quantity = self._cn285_usual_item(), self.cn285_quantity * count
        if item and item.price_source == "manual":
            own = item.currency_id or company.currency_id
            price = own._convert(item.price_unit, currency, company, day, round=False)
        else:
            price = pricelist.with_company(company)._get_product_price(
                self.product_id.with_company(company), quantity or 1.0, currency=currency, date=day
            )
        if item.billing_type == "fixed":
            # A yearly price is compared with monthly ones.
            price *= 30 / (DAYS[item.recurring_unit] * item.recurring_interval)
        return as_decimal(round(price, 10)) * as_decimal(quantity)

    def _cn285_extra(self, company, currency, day):
        """What the bundle costs more for one of it, in a currency."""
        self.ensure_one()
        return self.currency_id._convert(self.extra_price, currency, company, day, round=False)
