"""Discounts by month of what a quotation offers: half price for three months."""

from odoo import api, fields, models


class DiscountByMonth(models.AbstractModel):
    """A discount of what is offered, in words: a line's own, or that of the terms it is sold by."""

    _inherit = "cn285.discount.by.month"

    def _said(self, currency):
        """What it takes off and for how long, as a text of the reader's language.

        :param currency: of the amount
        """
        self.ensure_one()
        off = f"{self.percent:g} %" if self.percent else currency.format(self.amount)
        word = self._day_word if self.counted_in == "day" else self._month_word
        start, end = word(self.month_from), word(self.month_from + self.month_count - 1)
        if not self.month_count:
            return self.env._("%(off)s off from %(start)s on", off=off, start=start)
        if self.month_count == 1:
            return self.env._("%(off)s off in %(start)s", off=off, start=start)
        return self.env._("%(off)s off, %(start)s to %(end)s", off=off, start=start, end=end)

    def _day_word(self, number):
        return self.env._("day %s", number)

    def _month_word(self, number):
        return self.env._("month %s", number)


class QuoteDiscount(models.Model):
    """A discount of a line, counted from its first billed day: the contract has it too."""

    _name = "cn285.quote.discount"
    _description = "Quotation Discount"
    _inherit = ["cn285.discount.by.month"]
    _order = "line_id, month_from, id"

    line_id = fields.Many2one("sale.order.line", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="line_id.company_id", store=True)
    currency_id = fields.Many2one(related="line_id.currency_id")

    def _beside(self):
        return self.line_id.cn285_discount_ids - self

    def _discount_refusal(self, reason):
        return self.env._(
            "Line “%(line)s”, discount: %(reason)s", line=self.line_id.name, reason=reason
        )

    # === WHAT WAS AGREED STAYS === #

    @api.model
    def _refuse_agreed(self, lines):
        """Refuse to change what an accepted quotation says.

        :param lines: those of which discounts are written
        :raises UserError: saying what to do instead
        """
        for order in lines.order_id:
            if order._cn285_is_fixed():
                order._cn285_refuse_agreed()

    @api.model_create_multi
    def create(self, vals_list):
        ids = [vals["line_id"] for vals in vals_list if vals.get("line_id")]
        self._refuse_agreed(self.env["sale.order.line"].browse(ids))
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_agreed(self.line_id)
        result = super().write(vals)
        self._refuse_agreed(self.line_id)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_not_agreed(self):
        self._refuse_agreed(self.line_id)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    cn285_discount_ids = fields.One2many(
        "cn285.quote.discount",
        "line_id",
        string="Discounts by Month",
        copy=True,
        help="Discounts that count from the first billed day. Where there are none, those of the "
        "item by whose terms the line is sold.",
    )

    def action_cn285_discounts(self):
        """Open the discounts of this line."""
        self.ensure_one()
        self.check_access("read")
        view = self.env.ref("cn285_sale.view_line_discounts")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Discounts by Month"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(view.id, "form")],
            "target": "new",
        }

    def _cn285_discount_facts(self):
        """The line's own discounts by month as texts that no language changes."""
        self.ensure_one()
        names = ("month_from", "month_count", "counted_in", "percent", "amount")
        return [str(one[name]) for one in self.cn285_discount_ids for name in names]

    def _cn285_takes_discounts(self):
        """Whether discounts by month can be given on the line: on services of a new contract.

        Those of bundles come from their terms; what is added to a running contract has none.
        """
        self.ensure_one()
        return self.order_id.cn285_kind == "new" and not self._cn285_is_bundled()

    def _cn285_said_discounts(self):
        """The discounts by month that the contract's item will have, in words: the line's own,
        else those of the terms by which it, or its bundle, is sold. A running item keeps its own.
        """
        self.ensure_one()
        if self.cn285_base or not self._cn285_is_contracted():
            return []
        discounts = self.cn285_discount_ids
        if not discounts and not self._cn285_is_bundle():
            line = self._cn285_bundle_line() or self
            # sudo: discounts of a template are what a seller offers by it.
            discounts = line.cn285_template_item_id.sudo().discount_ids
        return [discount._said(self.currency_id) for discount in discounts]

    def _cn285_said_trial(self):
        """The trial that the contract's item will have, in words: a list of none or one."""
        self.ensure_one()
        if self.cn285_base or not self.trial_days or not self._cn285_is_contracted():
            return []
        return [self.env._("free of charge for the first %s days", self.trial_days)]

    def _cn285_said_terms(self):
        """What is told of the line's price over time: its trial, then its discounts by month."""
        self.ensure_one()
        return [*self._cn285_said_trial(), *self._cn285_said_discounts()]
