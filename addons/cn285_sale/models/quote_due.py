"""What of a quotation is paid first: the first invoice with money, and all that is due at once."""

from odoo import api, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @api.model
    def _cn285_first_payment(self, contract, first):
        """The first invoice that comes to something, where the first one does not; else False."""
        currency = contract.currency_id
        if not currency.is_zero(first["amount_total"]):
            return False
        for count in (3, 13, 36):
            for invoice in contract._preview_next(count):
                if currency.compare_amounts(invoice["amount_total"], 0.0) > 0:
                    names = ("date", "amount_untaxed", "amount_total")
                    return {name: invoice[name] for name in names}
        return False

    @api.model
    def _cn285_due_at_acceptance(self, contract, plans):
        """What all invoices come to that are due today, where they are several; else False.

        As a payment at acceptance asks for it.
        """
        today, issued = contract.company_id._cn285_today(), contract._issue_days_known()
        due = [
            vals
            for rows, _until in plans.values()
            for vals in rows
            if vals["kind"] != "usage" and vals["billing_date"] <= today
        ]
        if len({issued(vals["billing_date"]) for vals in due}) < 2:
            return False
        untaxed, total = self._cn285_rows_total(contract, due, None)
        return {"date": today.isoformat(), "amount_untaxed": untaxed, "amount_total": total}

    @api.model
    def _cn285_rows_total(self, contract, vals_list, day):
        """What rows come to, without and with tax, if they are invoiced together on a day.

        :param day: None: each on the day of its own invoice
        """
        schedules = self.env["cn285.billing.schedule"]
        rows = schedules.union(*(schedules.new(vals) for vals in vals_list))
        return contract._document_total(rows, day)

    @api.model
    def _cn285_rhythm_total(self, contract, full, day):
        """What full periods come to as one document, without and with tax.

        With taxes inside its prices a document has amounts of its own: it is made for them alone.

        :param full: ``{item: values of its row}``
        """
        items = self.env["cn285.contract.item"].union(*full)
        taxes = self.env["account.tax"].union(*items._get_taxes().values())
        if any((taxes | taxes.children_tax_ids).mapped("price_include")):
            return self._cn285_rows_total(contract, full.values(), day)
        # The key of the document: there is one.
        entries = [(day, item, row["net"]) for item, row in full.items()]
        totals = items._amounts_in_documents(entries)
        return tuple(
            contract.currency_id.round(sum(amounts)) for amounts in zip(*totals, strict=True)
        )

    def _cn285_both(self, invoice):
        """What an invoice comes to, with and without tax."""
        return self.env._(
            "%(total)s incl. tax (%(amount)s excl. tax)",
            total=self._cn285_money(invoice["amount_total"]),
            amount=self._cn285_money(invoice["amount_untaxed"]),
        )
