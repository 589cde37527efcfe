"""The lines of an invoice as they are printed: unit prices without tax, rates, amounts."""

from odoo.tools import float_round, formatLang

from ..engine.mentions import category
from ..report.document import Column, Line

# A unit price is shown with as many decimals as it has, from two to so many.
MOST_DECIMALS = 6


class InvoiceLines:
    """The lines of an invoice.

    :param move: the invoice, by sudo, in the language of its recipient
    """

    def __init__(self, move):
        self._move, self.env = move, move.env
        self._products = self._priced_lines()
        self._has_discount = any(line.discount for line in self._products)
        self._has_tax = any(line.tax_ids for line in self._products)

    def _priced_lines(self):
        return self._move.invoice_line_ids.filtered(lambda line: line.display_type == "product")

    def category(self):
        """What kind of operation is invoiced, of ``engine.mentions``."""
        return category(
            [is_service(line) for line in self._products if line.tax_ids or line.product_id]
        )

    def columns(self) -> list[Column]:
        """The columns beside the description; discount and tax only where there are any."""
        columns = [
            Column(self.env._("Quantity"), 24),
            Column(self.env._("Unit Price Excl. Tax"), 25),
            Column(self.env._("Discount"), 17) if self._has_discount else None,
            Column(self.env._("VAT"), 15) if self._has_tax else None,
            Column(self.env._("Amount Excl. Tax"), 28),
        ]
        return [column for column in columns if column]

    def lines(self) -> list[Line]:
        """The lines in their order; sections that hide what they consist of do so here too."""
        shown = self._move._get_move_lines_to_report()
        result = []
        for line in shown.sorted(lambda line: (line.sequence, line.id)):
            if line.display_type == "product":
                result.append(self._line(line))
            elif line.display_type in ("line_section", "line_subsection"):
                result += self._section(line)
            else:
                result.append(Line(line.name or "", style="note"))
        rounding = self._move.line_ids.filtered(lambda line: line.display_type == "rounding")
        return result + [self._rounding(line) for line in rounding]

    def _line(self, line):
        title, *details = [part for part in (line.name or "").splitlines() if part.strip()] or [
            line.product_id.display_name or ""
        ]
        figures = [
            self._quantity(line),
            self._price(line),
            self._percent(line.discount) if self._has_discount else None,
            ", ".join(map(self.rate, line.tax_ids)) if self._has_tax else None,
            self._money(line.price_subtotal),
        ]
        return Line(title, details, [text for text in figures if text is not None])

    def _section(self, line):
        style = line.display_type.removeprefix("line_")
        hides = (line, line.parent_id)
        if not any(each.collapse_composition or each.collapse_prices for each in hides):
            return [Line(line.name or "", style=style)]
        return [self._grouped(child, style) for child in line._get_child_lines()]

    def _grouped(self, child, style):
        """A line of a section that does not tell its composition, or not its prices."""
        is_head = child["display_type"] in ("line_section", "line_subsection")
        empty = [""] * (len(self.columns()) - 1)
        amount = self._money(child["price_subtotal"]) if child.get("price_subtotal") else ""
        return Line(child["name"] or "", (), [*empty, amount], style if is_head else "line")

    def _rounding(self, line):
        empty = [""] * (len(self.columns()) - 1)
        sign = self._move.direction_sign
        return Line(line.name or "", (), [*empty, self._money(sign * line.amount_currency)])

    # --- figures -------------------------------------------------------------------------

    def _quantity(self, line):
        return self.quantity(line.quantity, line.product_uom_id)

    def quantity(self, quantity, unit):
        """A number of units; that these are units is not said."""
        number = formatLang(self.env, quantity, digits=decimals(quantity, 0, 5))
        # Its id is in the cache; env.ref would ask the database whether it is still there.
        plain = unit.id == self.env["ir.model.data"]._xmlid_to_res_id("uom.product_uom_unit")
        return number if not unit or plain else f"{number} {unit.name}"

    def _price(self, line):
        """The unit price without taxes, also where the price includes them."""
        price = line.price_unit
        if any(tax.price_include for tax in line.tax_ids.flatten_taxes_hierarchy()):
            price = self._of_one(line)["raw_total_excluded_currency"]
        return self._unit_price(price)

    def _unit_price(self, price):
        """A price with all the decimals that it has."""
        places = self._move.currency_id.decimal_places
        return formatLang(self.env, price, digits=decimals(price, places, MOST_DECIMALS))

    def _of_one(self, line):
        """What one comes to, without taxes and with them, before it is rounded to cents.

        Not the line's amount by its quantity: nothing is left of that at a discount of 100 %.
        """
        taxes = line.tax_ids
        base = taxes._prepare_base_line_for_taxes_computation(
            None,
            tax_ids=taxes,
            price_unit=line.price_unit,
            quantity=1.0,
            currency_id=line.currency_id,
            product_id=line.product_id,
        )
        taxes._add_tax_details_in_base_line(base, line.company_id)
        return base["tax_details"]

    def _percent(self, number):
        if not number:
            return ""
        return f"{formatLang(self.env, number, digits=decimals(number, 0, 4))} %"

    def rate(self, tax):
        """A tax by its rate, else by its name."""
        if tax.amount_type == "percent":
            return self._percent(tax.amount) or "0 %"
        return tax.invoice_label or tax.name

    def _money(self, amount):
        return self._move.currency_id.format(amount)


def is_service(line):
    """Whether a service is sold: its product says so, else its taxes."""
    if line.product_id:
        return line.product_id.type == "service"
    return "consu" not in line.tax_ids.mapped("tax_scope")


def decimals(number, least, most):
    """How many decimals a number needs, between two bounds."""
    for digits in range(least, most):
        if float_round(number, digits) == float_round(number, most):
            return digits
    return most
