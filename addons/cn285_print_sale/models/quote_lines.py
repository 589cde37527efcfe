"""The lines of a quotation as they are printed; to consumers with tax, to others without."""

from odoo.addons.cn285_print.models.invoice_lines import InvoiceLines
from odoo.addons.cn285_print.report.document import Column, Line
from odoo.tools import float_round
from odoo.tools.misc import formatLang


class QuoteLines(InvoiceLines):
    """The lines of an order, which stands where the invoice would.

    Consumers read prices with all taxes (article L112-1 of the French consumer code, directive
    98/6/EC).

    :param order: the order, by sudo, in the language of its customer
    """

    def __init__(self, order):
        super().__init__(order)
        partner = order.partner_id
        self._with_tax = bool(partner) and not partner._cn285_is_professional()
        self._amount = "price_total" if self._with_tax else "price_subtotal"

    def _priced_lines(self):
        return self._move._get_priced_lines()

    def columns(self) -> list[Column]:
        """As those of an invoice, but for consumers with tax."""
        if not self._with_tax:
            return super().columns()
        columns = [
            Column(self.env._("Quantity"), 24),
            Column(self.env._("Unit Price Incl. Tax"), 25),
            Column(self.env._("Discount"), 17) if self._has_discount else None,
            Column(self.env._("VAT"), 15) if self._has_tax else None,
            Column(self.env._("Amount Incl. Tax"), 28),
        ]
        return [column for column in columns if column]

    def lines(self) -> list[Line]:
        """What Odoo shows of the order, in its order."""
        result = []
        for line in self._move._get_order_lines_to_report():
            if line.collapse_composition:
                result += self._composition(line)
            elif line.display_type in ("line_section", "line_subsection"):
                result.append(self._section(line))
            elif line.display_type:
                result.append(Line(line.name or "", style="note"))
            elif line.product_type == "combo":
                result.append(self._combo(line))
            else:
                result.append(self._line(line))
        return result

    def _section(self, line):
        """A heading, with what it comes to unless a section above hides its prices."""
        style = line.display_type.removeprefix("line_")
        if style == "subsection" and line.parent_id.collapse_prices:
            return Line(line.name or "", style=style)
        amount = self._money(line._get_section_totals(self._amount))
        title, *details = self._texts(line)
        return Line(title, details, self._row(amount=amount), style)

    def _composition(self, line):
        """A section in one row for each of its taxes, as Odoo sums them."""
        title, *details = self._texts(line)
        rates = {tax.tax_label: self.rate(tax) for tax in self._products.tax_ids}
        return [
            Line(
                title,
                details,
                self._row(
                    quantity="1",
                    price=self._unit_price(group[self._amount]),
                    taxes=", ".join(rates.get(label, label) for label in group["tax_labels"]),
                    amount=self._money(group[self._amount]),
                ),
            )
            for group in line._get_grouped_section_summary(self._has_tax)
        ]

    def _combo(self, line):
        title, *details = self._texts(line)
        amount = "" if self._hides(line) else self._money(line._get_combo_totals(self._amount))
        quantity = self.quantity(line.product_uom_qty, line.product_uom_id)
        return Line(title, details, self._row(quantity=quantity, amount=amount), "subsection")

    def _line(self, line):
        title, *details = [*self._texts(line), *line._cn285_printed_details()]
        quantity = self.quantity(line.product_uom_qty, line.product_uom_id)
        taxes = ", ".join(map(self.rate, line.tax_ids))
        if self._hides(line):
            return Line(title, details, self._row(quantity=quantity, taxes=taxes))
        # What was paid down already is no part of the sum.
        amount = "" if line.is_downpayment else self._money(line[self._amount])
        figures = self._row(
            quantity, self._price(line), self._percent(line.discount), taxes, amount
        )
        return Line(title, details, figures)

    def _price(self, line):
        """As an invoice's. What was worked out, a price with tax or a share of a combo's, has the
        currency's decimals, unless it is below the least coin; what was typed keeps its own.
        """
        if not self._with_tax and not line.combo_item_id:
            return super()._price(line)
        name = "raw_total_included_currency" if self._with_tax else "raw_total_excluded_currency"
        price, currency = self._of_one(line)[name], self._move.currency_id
        typed = float_round(line.price_unit, precision_digits=currency.decimal_places)
        is_typed_finer = not line.combo_item_id and typed != line.price_unit
        if is_typed_finer or abs(price) < currency.rounding:
            return self._unit_price(price)
        return formatLang(self.env, price, digits=currency.decimal_places)

    def _hides(self, line):
        """Whether a section above tells its sum only."""
        section = line.parent_id
        return section.collapse_prices or section.parent_id.collapse_prices

    def _texts(self, line):
        texts = [part for part in (line.name or "").splitlines() if part.strip()]
        return texts or [line.product_id.display_name or ""]

    def _row(self, quantity="", price="", discount="", taxes="", amount=""):
        """The figures of the columns that there are."""
        return [
            quantity,
            price,
            *([discount] if self._has_discount else []),
            *([taxes] if self._has_tax else []),
            amount,
        ]
