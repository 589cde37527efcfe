from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .bounds import PERCENT, PRICE, Bound


class ContractTemplateItem(models.Model):
    _name = "cn285.contract.template.item"
    _description = "Contract Template Item"
    _inherit = ["cn285.billing.terms"]
    _order = "template_id, sequence, id"

    template_id = fields.Many2one(
        "cn285.contract.template", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="template_id.company_id", store=True)
    currency_id = fields.Many2one(related="template_id.currency_id")
    discount_ids = fields.One2many(
        "cn285.contract.template.item.discount", "item_id", string="Discounts", copy=True
    )

    @api.constrains("start_condition")
    def _check_start_condition(self):
        for item in self:
            if item.start_condition == "date":
                raise ValidationError(
                    self.env._(
                        "Template item “%s”: a template has no dates, so its items start with the "
                        "contract or when they are activated.",
                        item.name,
                    )
                )

    def _prepare_contract_item_vals(self, date_start=None):
        """Values of the contract item made from this one.

        :param date_start: the contract's start, from which the discounts count until the item
            starts; then they are dated from its own start
        """
        self.ensure_one()
        vals = {}
        for name in self._terms_fields():
            value = self[name]
            vals[name] = value.id if isinstance(value, models.BaseModel) else value
        if self.price_source == "pricelist":
            vals["price_unit"] = False
        start = date_start or (self.company_id or self.env.company)._cn285_today()
        vals["discount_ids"] = [
            fields.Command.create(discount._prepare_discount_vals(start))
            for discount in self.discount_ids
        ]
        return vals


class ContractTemplateItemDiscount(models.Model):
    """A discount of a template item, counted in months from the item's start."""

    _name = "cn285.contract.template.item.discount"
    _description = "Contract Template Discount"
    _inherit = ["cn285.bounded"]
    _order = "item_id, month_from, id"

    item_id = fields.Many2one(
        "cn285.contract.template.item", required=True, ondelete="cascade", index=True
    )
    currency_id = fields.Many2one(related="item_id.currency_id")
    name = fields.Char(string="Label")
    month_from = fields.Integer(
        string="From Month", default=1, required=True, help="1: from the start of the item."
    )
    month_count = fields.Integer(string="Months", default=1, help="0: no end.")
    percent = fields.Float(digits=(16, 4))
    amount = fields.Monetary(currency_field="currency_id")

    @api.model
    def _bounds(self):
        months = Bound(-1_200, 1_200)
        return {
            **super()._bounds(),
            "month_from": months,
            "month_count": months,
            "percent": PERCENT,
            "amount": PRICE,
        }

    @api.constrains("month_from", "month_count", "percent", "amount", "item_id")
    def _check_discount(self):
        for discount in self:
            message = discount._discount_error()
            if message:
                raise ValidationError(
                    self.env._(
                        "Template item “%(item)s”, discount: %(reason)s",
                        item=discount.item_id.name,
                        reason=message,
                    )
                )

    def _discount_error(self):
        self.ensure_one()
        if self.month_from < 1 or self.month_count < 0:
            return self.env._("months count from 1, and their number is not negative.")
        if not 0 <= self.percent <= 100:
            return self.env._("the percentage must be between 0 and 100, not %s.", self.percent)
        if self.amount < 0:
            return self.env._("the amount cannot be negative.")
        if bool(self.percent) == bool(self.amount):
            return self.env._("give either a percentage or an amount.")
        for other in self.item_id.discount_ids - self:
            before_end = not other.month_count or (
                self.month_from < other.month_from + other.month_count
            )
            after_start = not self.month_count or (
                other.month_from < self.month_from + self.month_count
            )
            if before_end and after_start:
                return self.env._("it overlaps the discount from month %s.", other.month_from)
        return None

    def _prepare_discount_vals(self, start):
        """The dated discount of an item that starts on ``start``."""
        self.ensure_one()
        discounts = self.env["cn285.contract.item.discount"]
        return {
            "name": self.name,
            "month_from": self.month_from,
            "month_count": self.month_count,
            "percent": self.percent,
            "amount": self.amount,
            **discounts._dates_from(start, self.month_from, self.month_count),
        }
