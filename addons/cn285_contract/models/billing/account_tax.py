from odoo import api, models

# On a base line: its amounts are rounded before they are added up, whatever the company's method.
SUMS_LINES = "cn285_sums_lines"


class AccountTax(models.Model):
    """Invoices of contracts: the total excluding tax is the sum of the lines.

    Where a company rounds globally, Odoo adds up unrounded lines: 3 x 10.333333 in three lines are
    31.00, and the lines say 30.99. A line of ours is rounded first. A tax on top is then that of
    the rounded lines' sum, rounded once (EN 16931, BR-CO-10 and BR-CO-17); a tax inside the price
    is rounded line by line, so that what is paid is the sum of the prices.
    """

    _inherit = "account.tax"

    @api.model
    def _add_tax_details_in_base_line(self, base_line, company, rounding_method=None):
        method = rounding_method or company.tax_calculation_rounding_method
        if not base_line.get(SUMS_LINES) or method == "round_per_line":
            super()._add_tax_details_in_base_line(base_line, company, rounding_method)
            return
        rounded = self._cn285_rounded_line(base_line)
        super()._add_tax_details_in_base_line(rounded, company, method)
        if any(tax_data["price_include"] for tax_data in rounded["tax_details"]["taxes_data"]):
            super()._add_tax_details_in_base_line(rounded, company, "round_per_line")
        base_line["tax_details"] = rounded["tax_details"]

    @api.model
    def _cn285_rounded_line(self, base_line):
        """The base line at such a price that its quantity costs an amount of whole cents."""
        quantity = base_line["quantity"]
        if not quantity:
            return {**base_line}
        price = base_line["price_unit"] * (1 - base_line["discount"] / 100.0)
        amount = base_line["currency_id"].round(quantity * price)
        return {**base_line, "price_unit": amount / quantity, "discount": 0.0}

    def _cn285_given_amounts(self, figures, currency, base, taxes, bases=None, own=None):
        """Amounts of a line with these taxes that are given, as ``extra_tax_data`` holds them.

        Odoo takes them as long as the line keeps its figures. Those in the company's currency
        follow from the rate, which is why they stand here at a rate of one.

        :param figures: holds ``price_unit``, ``quantity`` and ``discount`` of the line
        :param base: Decimal excluding tax
        :param taxes: ``{tax id: Decimal}``; a tax that is not in it is computed
        :param bases: ``{tax id: base}``; None: computed
        :param own: ``(rate, base, {tax id: Decimal})`` in the company's currency, given as well
        """
        amounts = {}
        for tax in self.flatten_taxes_hierarchy():
            given = amounts[str(tax.id)] = {}
            if tax.id in taxes and not tax.has_negative_factor:
                amount = float(taxes[tax.id])
                given.update(tax_amount_currency=amount, tax_amount=amount)
                if own:
                    given["tax_amount"] = float(own[2].get(tax.id, 0))
                if bases:
                    given["base_amount_currency"] = currency.round(bases[tax.id])
        if own and not amounts:
            # Odoo takes what is given where some tax is, and this is none of the line.
            amounts = {"0": {}}
        if not amounts:
            return False
        return {
            **{name: figures[name] for name in ("price_unit", "quantity", "discount")},
            "currency_id": currency.id,
            "rate": own[0] if own else 1.0,
            "manual_total_excluded_currency": float(base),
            **({"manual_total_excluded": float(own[1])} if own else {}),
            "manual_tax_amounts": amounts,
        }
