"""What a quotation may say and a contract would not bill: refused in words, before it is sent."""

from odoo import models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _cn285_unbillable(self):
        """Why the contract would bill something else than this says; None where it would not."""
        self.ensure_one()
        lines = self._cn285_lines()
        wrong = self._cn285_negative(lines) or self._cn285_step_error()
        if wrong:
            return wrong
        discounted = lines.filtered(
            lambda line: line.cn285_discount_ids and not line._cn285_takes_discounts()
        )
        if discounted:
            return self.env._(
                "Line “%s”: discounts by month are for single services of a new contract. Those of "
                "a bundle are given on its terms; on what a running contract gets, as steps.",
                discounted[0].name,
            )
        if self._cn285_amends():
            # What runs already is taxed as its contract says.
            lines = lines.filtered(lambda line: line.cn285_action == "add")
        whole = lines.filtered(lambda line: line._cn285_is_whole_discount())
        if whole:
            return self.env._(
                "Line “%s” is a discount on the whole order: a contract bills each service by its "
                "own price. Give the discount on the lines, or as discounts by month.",
                whole[0].name,
            )
        for line in lines:
            # A bundle's own line has no taxes: those of its components are billed.
            if line.product_type != "combo" and line.tax_ids != line._cn285_usual_taxes():
                return self.env._(
                    "Line “%s”: its taxes were changed by hand. The contract bills the taxes of "
                    "the product by the fiscal position: change these, and update the taxes.",
                    line.name,
                )
        return None

    def _cn285_negative(self, lines):
        """Why what is sold would be paid to the customer; None where he pays.

        A price below zero is a discount beside others; the whole is not.
        """
        self.ensure_one()
        less = lines.filtered(lambda line: line.product_uom_qty < 0)
        if less:
            return self.env._(
                "Line “%s”: a contract bills no negative quantity. Give a discount instead.",
                less[0].name,
            )
        if not self._cn285_amends() and sum(lines.mapped("price_subtotal")) < 0:
            return self.env._(
                "%s comes to less than nothing: a contract that pays the customer is not sold.",
                self.name,
            )
        return None

    def _cn285_refuse_unbillable(self):
        """Refuse to send what could not be accepted.

        :raises UserError: in words
        """
        for order in self.filtered("cn285_kind"):
            reason = order._cn285_unbillable()
            if reason:
                raise UserError(reason)

    def action_quotation_sent(self):
        """Odoo's; not what a contract would not bill."""
        self._cn285_refuse_unbillable()
        return super().action_quotation_sent()


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _cn285_is_whole_discount(self):
        """Whether the line takes something off the whole order, as Odoo's *Discount* makes it."""
        self.ensure_one()
        discount = self.company_id.sale_discount_product_id
        return bool(discount) and self.product_id == discount

    def _cn285_usual_taxes(self):
        """The taxes that the contract will bill: the product's, by the fiscal position."""
        self.ensure_one()
        # sudo: taxes of products are not all that sell theirs to read.
        line = self.sudo().with_company(self.company_id)
        taxes = line.product_id.taxes_id._filter_taxes_by_company(line.company_id)
        return line.order_id.fiscal_position_id.map_tax(taxes).with_env(self.env)
