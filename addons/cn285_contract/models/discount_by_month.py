from datetime import date

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .bounds import COUNT, PERCENT, PRICE
from .contract_item_discount import COUNTED_IN


class DiscountByMonth(models.AbstractModel):
    """A discount counted from the first billed day, the day after the trial: what is sold has it.

    Of items of templates, and of whatever else says what contracts will cost.
    """

    _name = "cn285.discount.by.month"
    _description = "Discount by Month"
    _inherit = ["cn285.guarded", "cn285.bounded"]

    currency_id = fields.Many2one("res.currency")
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

    @api.constrains("month_from", "month_count", "counted_in", "percent", "amount")
    def _check_discount(self):
        for discount in self:
            message = discount._discount_error()
            if message:
                raise ValidationError(discount._discount_refusal(message))

    def _beside(self):
        """Hook: the other discounts of the same thing."""
        return self.browse()

    def _discount_refusal(self, reason):
        """Hook: what is told of a discount that cannot be, with what it is of."""
        return reason

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
        for other in self._beside():
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
