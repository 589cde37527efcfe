"""The customer's page of a quotation: its main figure, and prices as he reads them."""

from odoo import models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _cn285_main_figure(self):
        """The amount that the page and its dialogs show first: ``(label, amount in words)``.

        Of a new contract its first invoice, with goods that the order invoices; of what amends one
        the contract's next invoice. False where that is not known: Odoo's total is shown.
        """
        self.ensure_one()
        if not self.cn285_kind:
            return False
        if self._cn285_amends():
            return self._cn285_next_figure()
        first = self._cn285_first()
        if not first or not first["date"]:
            return False
        goods = self._get_priced_lines() - self._cn285_lines()
        total = first["amount_total"] + sum(goods.mapped("price_total"))
        label = self.env._("First invoice, tax included")
        if goods:
            label = self.env._("First invoice and goods, tax included")
        return label, self._cn285_money(total)

    def _cn285_next_figure(self):
        """The next invoice of the contract that is amended, as :meth:`_cn285_main_figure`."""
        try:
            played = self._cn285_told_outcome()
        except UserError:
            return False
        if not played or not played["next_invoice"]:
            return False
        total = played["next_invoice"]["amount_total"]
        return self.env._("Next invoice, tax included"), self._cn285_money(total)

    def _cn285_reads_with_tax(self):
        """Whether the customer reads prices with all taxes, as on the printed quotation."""
        self.ensure_one()
        return bool(self.partner_id) and not self.partner_id._cn285_is_professional()


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _cn285_price_with_tax(self):
        """What one unit costs with all taxes, before the line's discount: as it is printed."""
        self.ensure_one()
        base = self.tax_ids._prepare_base_line_for_taxes_computation(
            None,
            tax_ids=self.tax_ids,
            price_unit=self.price_unit,
            quantity=1.0,
            currency_id=self.currency_id,
            product_id=self.product_id,
        )
        self.tax_ids._add_tax_details_in_base_line(base, self.company_id)
        return base["tax_details"]["raw_total_included_currency"]
