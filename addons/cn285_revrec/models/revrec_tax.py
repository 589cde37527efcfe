from decimal import Decimal

from odoo import api, models
from odoo.addons.cn285_contract.models.common import as_decimal


class RevrecTax(models.AbstractModel):
    """Taxes of services that were rendered and not invoiced."""

    _name = "cn285.revrec.tax"
    _description = "Taxes on Unbilled Services"

    @api.model
    def _taxes(self, company, rows):
        """Taxes of amounts that exclude them.

        :param rows: dicts with ``billing_schedule_id``, ``move_line_id``, ``currency_id``,
            ``amount`` and ``amount_currency`` (texts, company's currency and own)
        :returns: list of ``(tax in the company's currency, tax in its own)``, in order
        """
        by_row = self._taxes_by_row([row["billing_schedule_id"] for row in rows])
        lines = self.env["account.move.line"].browse(
            [row["move_line_id"] for row in rows if row["move_line_id"]]
        )
        by_line = {line.id: line.tax_ids for line in lines}
        known, result = {}, []
        for row in rows:
            taxes = by_line.get(row["move_line_id"])
            if taxes is None:
                taxes = by_row.get(row["billing_schedule_id"], self.env["account.tax"])
            key = (taxes._ids, row["currency_id"], row["amount_currency"])
            if key not in known:
                known[key] = self._tax(company, taxes, *key[1:])
            tax_currency = known[key]
            result.append((self._converted(company, row, tax_currency), tax_currency))
        return result

    @api.model
    def _taxes_by_row(self, row_ids):
        rows = self.env["cn285.billing.schedule"].browse([row_id for row_id in row_ids if row_id])
        by_item = rows.item_id._get_taxes()
        return {row.id: by_item[row.item_id] for row in rows}

    @api.model
    def _tax(self, company, taxes, currency_id, amount):
        """The tax on an amount without it, by Odoo's engine, rounded to the currency."""
        if not taxes:
            return Decimal(0)
        engine = self.env["account.tax"]
        currency = self.env["res.currency"].browse(currency_id)
        base_line = engine._prepare_base_line_for_taxes_computation(
            {},
            tax_ids=taxes,
            price_unit=float(amount),
            quantity=1.0,
            currency_id=currency,
            rate=1.0,
            special_mode="total_excluded",
        )
        engine._add_tax_details_in_base_line(base_line, company)
        details = base_line["tax_details"]
        tax = details["raw_total_included_currency"] - details["raw_total_excluded_currency"]
        return as_decimal(currency.round(tax))

    @api.model
    def _converted(self, company, row, tax_currency):
        """The tax at the rate of the row's own amounts."""
        amount, foreign = Decimal(row["amount"]), Decimal(row["amount_currency"])
        if row["currency_id"] == company.currency_id.id or not foreign:
            return tax_currency
        return as_decimal(company.currency_id.round(float(tax_currency * amount / foreign)))
