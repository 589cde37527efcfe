from datetime import timedelta

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from .bounds import DAY, END, PERCENT, PRICE

# In what a template counts the days of a discount.
COUNTED_IN = [("month", "Months"), ("day", "Days")]


class ContractItemDiscount(models.Model):
    """A stretch of days on which an item costs less, or nothing (100 %)."""

    _name = "cn285.contract.item.discount"
    _description = "Contract Item Discount Period"
    _inherit = ["cn285.guarded", "cn285.bounded"]
    # Counted from by templates; the dates are what counts.
    _creatable = frozenset({"month_from", "month_count", "counted_in"})
    _order = "item_id, date_start, id"

    item_id = fields.Many2one("cn285.contract.item", required=True, ondelete="cascade", index=True)
    contract_id = fields.Many2one(related="item_id.contract_id")
    company_id = fields.Many2one(related="item_id.company_id", store=True)
    currency_id = fields.Many2one(related="item_id.currency_id")
    name = fields.Char(string="Label", help="Shown in the explanation of the amount.")
    date_start = fields.Date(string="From", required=True)
    date_end = fields.Date(string="To", help="Last day of the discount. Empty: no end.")
    percent = fields.Float(digits=(16, 4), help="Percentage off; 100 makes a free period.")
    amount = fields.Monetary(
        help="Amount off each full period, in the contract's currency, excluding taxes.",
        currency_field="currency_id",
    )

    month_from = fields.Integer(
        readonly=True,
        help="From a template: the month, or day, from the first billed day on, in which the "
        "discount starts.",
    )
    month_count = fields.Integer(
        readonly=True, help="From a template: months, or days, that it lasts."
    )
    counted_in = fields.Selection(COUNTED_IN, default="month", readonly=True)

    @api.model
    def _bounds(self):
        return {
            **super()._bounds(),
            "date_start": DAY,
            "date_end": END,
            "percent": PERCENT,
            "amount": PRICE,
        }

    @api.constrains("item_id", "date_start", "date_end", "percent", "amount")
    def _check_discount(self):
        for discount in self:
            message = discount._discount_error()
            if message:
                raise ValidationError(
                    self.env._(
                        "Contract %(contract)s, item “%(item)s”, discount from %(start)s: "
                        "%(reason)s",
                        contract=discount.contract_id.name,
                        item=discount.item_id.name,
                        start=format_date(self.env, discount.date_start),
                        reason=message,
                    )
                )

    def _discount_error(self):
        self.ensure_one()
        if self.date_end and self.date_end < self.date_start:
            return self.env._(
                "it ends on %s, before it starts.", format_date(self.env, self.date_end)
            )
        if not 0 <= self.percent <= 100:
            return self.env._("the percentage must be between 0 and 100, not %s.", self.percent)
        if self.amount < 0:
            return self.env._("the amount cannot be negative.")
        if bool(self.percent) == bool(self.amount):
            return self.env._("give either a percentage or an amount.")
        for other in self.item_id.discount_ids - self:
            starts_before_end = not other.date_end or self.date_start <= other.date_end
            ends_after_start = not self.date_end or self.date_end >= other.date_start
            if starts_before_end and ends_after_start:
                return self.env._(
                    "it overlaps the discount from %(start)s to %(end)s.",
                    start=format_date(self.env, other.date_start),
                    end=format_date(self.env, other.date_end) or "…",
                )
        return None

    @api.model
    def _dates_from(self, start, number, count, counted_in="month"):
        """Dates of a discount that is counted from an item's first billed day.

        :param start: the first billed day
        :param number: the month, or day, in which it starts; 1 is the first
        :param count: months, or days, that it lasts; 0 is without end
        :param counted_in: ``month`` or ``day``
        """

        def after(units):
            return start + relativedelta(**{f"{counted_in}s": number - 1 + units})

        last_day = after(count) - timedelta(days=1) if count else False
        return {"date_start": after(0), "date_end": last_day}

    def _count_from(self, start):
        """Date the discounts that came from a template by their item's first billed day."""
        for discount in self.filtered("month_from"):
            dates = self._dates_from(
                start, discount.month_from, discount.month_count, discount.counted_in
            )
            if dates["date_start"] != discount.date_start:
                discount.write(dates)

    @api.model_create_multi
    def create(self, vals_list):
        discounts = super().create(vals_list)
        discounts._note_as_changes()
        discounts.item_id._replan()
        return discounts

    def write(self, vals):
        items = self.item_id
        result = super().write(vals)
        self._note_as_changes()
        (items | self.item_id)._replan()
        return result

    def unlink(self):
        items = self.item_id
        self._note_as_changes(removed=True)
        result = super().unlink()
        items._replan()
        return result

    def _note_as_changes(self, **more):
        """Users' discounts of what runs are contract changes, with their rules and approvals."""
        entries = [(one.item_id, {**one._as_change_values(), **more}) for one in self]
        self.env["cn285.contract.change"]._note_discounts(entries)

    def _as_change_values(self):
        self.ensure_one()
        values = {
            "name": self.name or None,
            "date_start": fields.Date.to_string(self.date_start),
            "date_end": fields.Date.to_string(self.date_end) or None,
            "discount": self.percent or None,
            "amount": self.amount or None,
        }
        return {name: value for name, value in values.items() if value is not None}
