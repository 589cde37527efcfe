from odoo import api, models

from ...engine.included_tax import PricedLine, part_included, rounded_to
from ..common import OWED_TO_PARTNER, as_decimal
from .batch_memory import BatchMemory


class InvoiceBuilder(models.AbstractModel):
    """Amounts excluding tax of lines whose price includes taxes."""

    _inherit = "cn285.invoice.builder"

    @api.model
    def _give_included_taxes(self, key, groups):
        """Say of lines whose price includes taxes what they are without, as data of Odoo's.

        Over the invoice where the company rounds globally; else over the lines of each group, so
        that a row is billed alike in one line and in several. What a line comes to by itself is
        not said.

        :param groups: list of the values of lines that bill the same rows
        """
        company = self.env["res.company"].browse(key.company_id)
        currency = self.env["res.currency"].browse(key.currency_id)
        units = [[line for line in lines if self._includes_taxes(line)] for lines in groups]
        if company.tax_calculation_rounding_method == "round_globally":
            units = [[line for lines in units for line in lines]]
        for lines in units:
            if lines:
                self._part_included_taxes(lines, company, currency)

    @api.model
    def _includes_taxes(self, line):
        """Whether the line's price includes taxes, and nothing was said of their amounts yet."""
        ids = tuple(line["tax_ids"][0][2])

        def inside():
            taxes = self.env["account.tax"].browse(ids)
            return any(taxes.flatten_taxes_hierarchy().mapped("price_include"))

        memory = BatchMemory.of(self.env)
        return memory.once(("inside", ids), inside) and "extra_tax_data" not in line

    @api.model
    def _part_included_taxes(self, lines, company, currency):
        """Part the taxes that are in these lines' prices, all together."""
        unit = as_decimal(currency.rounding)
        exact = [self._line_details(line, company, currency, "round_globally") for line in lines]
        totals, priced = {}, []
        for details in exact:
            taxes = {}
            for tax_data in details["taxes_data"]:
                if tax_data["price_include"]:
                    tax_id, amount = tax_data["tax"].id, tax_data["raw_tax_amount_currency"]
                    taxes[tax_id] = taxes.get(tax_id, as_decimal(0)) + as_decimal(amount)
                    totals[tax_id] = totals.get(tax_id, 0.0) + amount
            price = details["raw_total_excluded_currency"] + float(sum(taxes.values()))
            priced.append(PricedLine(as_decimal(currency.round(price)), taxes))
        rounded = {tax: as_decimal(currency.round(total)) for tax, total in totals.items()}
        parted = part_included(priced, rounded, unit)
        for line, part in zip(lines, parted, strict=True):
            own = self._line_details(line, company, currency, "round_per_line")
            beside = currency.round(float(part.base) - own["raw_total_excluded_currency"])
            if beside:
                bases = {
                    tax_data["tax"].id: tax_data["raw_base_amount_currency"] + beside
                    for tax_data in own["taxes_data"]
                }
                taxes = self.env["account.tax"].browse(line["tax_ids"][0][2])
                line["extra_tax_data"] = taxes._cn285_given_amounts(
                    line, currency, part.base, part.taxes, bases
                )

    @api.model
    def _is_below_zero(self, key, groups):
        """Whether a document of credits and charges would come to less than nothing, with taxes.

        :param groups: list of (rows, values of their lines)
        """
        kinds = {row.kind == "credit" for rows, _lines in groups for row in rows}
        if len(kinds) < 2:
            return False
        company = self.env["res.company"].browse(key.company_id)
        currency = self.env["res.currency"].browse(key.currency_id)
        total = 0.0
        for _rows, lines in groups:
            for line in lines:
                details = self._line_details(line, company, currency, "round_globally")
                given = line.get("extra_tax_data") or {}
                taxes = given.get("manual_tax_amounts", {})
                total += given.get(
                    "manual_total_excluded_currency", details["raw_total_excluded_currency"]
                )
                for tax_data in details["taxes_data"]:
                    known = taxes.get(str(tax_data["tax"].id), {})
                    raw = tax_data["raw_tax_amount_currency"]
                    total += known.get("tax_amount_currency", raw)
        return currency.compare_amounts(total, 0.0) < 0

    @api.model
    def _line_details(self, line, company, currency, method):
        """What Odoo's tax engine says of one line by itself, its price rounded."""
        taxes = self.env["account.tax"]
        base_line = taxes._prepare_base_line_for_taxes_computation(
            {},
            tax_ids=taxes.browse(line["tax_ids"][0][2]),
            price_unit=line["price_unit"],
            quantity=line["quantity"],
            discount=line["discount"],
            product_id=self.env["product.product"].browse(line["product_id"]),
            product_uom_id=self.env["uom.uom"].browse(line["product_uom_id"]),
            currency_id=currency,
        )
        base_line = taxes._cn285_rounded_line(base_line)
        taxes._add_tax_details_in_base_line(base_line, company, method)
        return base_line["tax_details"]


class BillingSchedule(models.Model):
    _inherit = "cn285.billing.schedule"

    @api.model
    def _follow_lines(self, lines, more):
        """Have invoiced rows say what their lines charge excluding tax.

        A row says it in its own right until it is invoiced: the tax in its price is then part of
        the invoice's, and may be a cent more or less. Taxes may have changed, too.

        :param lines: ``{row id: first line of the row}``
        :param more: ``{further line: first line of the same row}``
        """
        charged = {}
        for line in (*dict.fromkeys(lines.values()), *more):
            first = more.get(line, line)
            sign = -1 if line.move_id.move_type in OWED_TO_PARTNER else 1
            charged[first] = charged.get(first, 0.0) + sign * line.price_subtotal
        behind = {}
        for row in self.browse(lines):
            behind.setdefault(lines[row.id], []).append(row)
        for line, members in behind.items():
            currency = members[0].currency_id
            total = currency.round(charged[line])
            if not currency.compare_amounts(total, sum(row.amount for row in members)):
                continue
            rows = self.browse([row.id for row in members])
            whole, planned = as_decimal(total), [as_decimal(row.amount) for row in rows]
            if sum(planned):
                planned = [amount * whole / sum(planned) for amount in planned]
            parts = rounded_to(planned, whole, as_decimal(currency.rounding))
            for row, part in zip(rows, parts, strict=True):
                row._write_inside({"amount": float(part)})
