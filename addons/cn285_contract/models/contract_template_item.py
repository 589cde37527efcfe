from datetime import date, timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .bounds import COUNT, PERCENT, PRICE
from .contract_item_discount import COUNTED_IN


class ContractTemplateItem(models.Model):
    _name = "cn285.contract.template.item"
    _description = "Contract Template Item"
    _inherit = ["cn285.guarded", "cn285.billing.terms"]
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

        :param date_start: the contract's start, from which trial and discounts count until the item
            starts; then discounts are dated by its own first billed day
        """
        self.ensure_one()
        vals = {"filled_from_id": self.id}
        for name in self._terms_fields():
            value = self[name]
            vals[name] = value.id if isinstance(value, models.BaseModel) else value
        if self.price_source == "pricelist":
            vals["price_unit"] = False
        start = date_start or (self.company_id or self.env.company)._cn285_today()
        start += timedelta(days=self.trial_days)
        vals["discount_ids"] = [
            fields.Command.create(discount._prepare_discount_vals(start))
            for discount in self.discount_ids
        ]
        return vals


class ContractTemplateItemDiscount(models.Model):
    """A discount of a template item, counted from the first billed day: the day after the trial."""

    _name = "cn285.contract.template.item.discount"
    _description = "Contract Template Discount"
    _inherit = ["cn285.guarded", "cn285.bounded"]
    _order = "item_id, month_from, id"

    item_id = fields.Many2one(
        "cn285.contract.template.item", required=True, ondelete="cascade", index=True
    )
    currency_id = fields.Many2one(related="item_id.currency_id")
    name = fields.Char(string="Label")
    month_from = fields.Integer(
        string="From Month",
        default=1,
        required=True,
        help="1: from the first billed day on, which is the day after the trial. 3: from the third "
        "month, or day, on.",
    )
    month_count = fields.Integer(string="Length", default=1, help="0: no end.")
    counted_in = fields.Selection(COUNTED_IN, default="month", required=True)
    percent = fields.Float(digits=(16, 4))
    amount = fields.Monetary(currency_field="currency_id")

    @api.model
    def _bounds(self):
        return {
            **super()._bounds(),
            "month_from": COUNT,
            "month_count": COUNT,
            "percent": PERCENT,
            "amount": PRICE,
        }

    @api.constrains("month_from", "month_count", "counted_in", "percent", "amount", "item_id")
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
            return self.env._("months and days count from 1, and their number is not negative.")
        if not 0 <= self.percent <= 100:
            return self.env._("the percentage must be between 0 and 100, not %s.", self.percent)
        if self.amount < 0:
            return self.env._("the amount cannot be negative.")
        if bool(self.percent) == bool(self.amount):
            return self.env._("give either a percentage or an amount.")
        for other in self.item_id.discount_ids - self:
            if self._may_overlap(other):
                return self.env._("it overlaps the discount from %s.", other._from_text())
        return None

    def _may_overlap(self, other):
        """Whether there is a first billed day from which both would have days in common."""
        if self.counted_in == other.counted_in:
            ends = [one.month_count and one.month_from + one.month_count for one in (self, other)]
            starts = [one.month_from for one in (self, other)]
            return all(
                not end or start < end for start, end in zip(reversed(starts), ends, strict=True)
            )
        return any(self._overlaps_from(other, date(2023, month, 1)) for month in range(1, 13))

    def _overlaps_from(self, other, start):
        one, two = self._prepare_discount_vals(start), other._prepare_discount_vals(start)
        return (not one["date_end"] or two["date_start"] <= one["date_end"]) and (
            not two["date_end"] or one["date_start"] <= two["date_end"]
        )

    def _from_text(self):
        """From when on it holds, in words."""
        if self.counted_in == "day":
            return self.env._("day %s", self.month_from)
        return self.env._("month %s", self.month_from)

    def _prepare_discount_vals(self, start):
        """The dated discount of an item whose first billed day is ``start``."""
        self.ensure_one()
        discounts = self.env["cn285.contract.item.discount"]
        return {
            "name": self.name,
            "month_from": self.month_from,
            "month_count": self.month_count,
            "counted_in": self.counted_in,
            "percent": self.percent,
            "amount": self.amount,
            **discounts._dates_from(start, self.month_from, self.month_count, self.counted_in),
        }
