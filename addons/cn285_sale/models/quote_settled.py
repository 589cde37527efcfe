"""What a quotation comes to once all of it has started: which discounts count for good, and from
which day on a price holds."""

from datetime import timedelta

from odoo import api, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @api.model
    def _cn285_settle(self, contract, last):
        """Leave to a contract in memory the discounts by month that hold at the end of its term.

        They hold from the first billed day on then: recurring revenue "once all has started".

        :param last: the last day of what is counted
        """
        for item in contract.item_ids:
            kept = item.discount_ids.filtered(lambda one: _holds_on(one, last))
            item.discount_ids = kept
            for discount in kept:
                discount.date_start = min(
                    discount.date_start, item.billing_start or discount.date_start
                )

    @api.model
    def _cn285_holds_from(self, item, full, last):
        """From which day on an item costs what its full period does: it is billed, and its
        discounts that end within the term are over.

        :param full: values of the first row of a full period
        :param last: the last day of the term
        """
        over = [
            one.date_end + timedelta(days=1)
            for one in item.discount_ids
            if one.date_end and one.date_end >= full["period_start"] and not _holds_on(one, last)
        ]
        return max([full["billing_date"], *over])


def _holds_on(discount, day):
    """Whether a dated discount of an item holds on a day."""
    return discount.date_start <= day and not (discount.date_end and discount.date_end < day)
