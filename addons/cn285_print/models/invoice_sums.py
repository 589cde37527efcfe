"""What an invoice comes to: tax by rate, totals, and what was paid."""

from odoo.tools import format_date, formatLang

from ..report.document import Table, Total
from .invoice_lines import InvoiceLines


class InvoiceSums:
    """The sums of an invoice.

    :param move: the invoice, by sudo, in the language of its recipient
    :param with_payments: whether to tell what was paid
    """

    def __init__(self, move, with_payments):
        self._move, self.env = move, move.env
        self._with_payments = with_payments
        self._is_credit = move.move_type in ("out_refund", "in_refund")

    def by_rate(self) -> Table | None:
        """Base and tax for each rate, of Odoo's own computation; None without taxes."""
        rows = {}
        for tax, values in self._taxes():
            label = self._rate(tax)
            base, amount = rows.get(label, (0.0, 0.0))
            rows[label] = (
                base + values["base_amount_currency"],
                amount + values["tax_amount_currency"],
            )
        if not rows:
            return None
        return Table(
            (self.env._("VAT Rate"), self.env._("Base"), self.env._("VAT")),
            [(label, self._money(base), self._money(tax)) for label, (base, tax) in rows.items()],
        )

    def _rate(self, tax):
        return InvoiceLines(self._move).rate(tax)

    def _taxes(self):
        taxes, base_lines = self.env["account.tax"], self._base_lines()
        found = taxes._aggregate_base_lines_aggregated_values(
            taxes._aggregate_base_lines_tax_details(
                base_lines, lambda _line, data: data and data["tax"]
            )
        )
        return [(tax, values) for tax, values in found.items() if tax]

    def _base_lines(self):
        """The lines as Odoo counts their taxes, rounded."""
        base_lines, _tax_lines = self._move._get_rounded_base_and_tax_lines()
        return base_lines

    def totals(self) -> list[Total]:
        """Without tax, tax, with tax; in the company's currency too; paid, and what remains."""
        move = self._move
        totals = self._amounts()
        if move.currency_id != move.company_currency_id and move.amount_tax:
            totals.append(self._tax_at_home())
        if self._with_payments:
            totals += self._payments()
        return totals

    def _amounts(self):
        move = self._move
        return [
            Total(self.env._("Total Excl. Tax"), self._money(move.amount_untaxed)),
            Total(self.env._("VAT"), self._money(move.amount_tax)),
            Total(self.env._("Total Incl. Tax"), self._money(move.amount_total), strong=True),
        ]

    def _tax_at_home(self):
        """The tax in the company's currency (directive 2006/112/EC, article 230)."""
        move = self._move
        rate = formatLang(self.env, move.invoice_currency_rate, digits=6)
        currency = move.company_currency_id
        label = self.env._(
            "VAT in %(currency)s (1 %(currency)s = %(rate)s %(other)s)",
            currency=currency.name,
            rate=rate,
            other=move.currency_id.name,
        )
        return Total(label, currency.format(abs(move.amount_tax_signed)))

    def _payments(self):
        move = self._move
        if move.state != "posted" or move.payment_state == "invoicing_legacy":
            return []
        if move.currency_id.compare_amounts(move.amount_residual, move.amount_total) == 0:
            return []  # nothing was: Odoo need not be asked invoice by invoice
        widget = move.invoice_payments_widget or {}
        paid = []
        for payment in widget.get("content") or []:
            if payment["is_exchange"]:
                continue
            paid.append(Total(self._payment_label(payment), self._money(-payment["amount"])))
        if paid:
            label = (
                self.env._("Still to Be Refunded") if self._is_credit else self.env._("Amount Due")
            )
            paid.append(Total(label, self._money(move.amount_residual), strong=True))
        return paid

    def _payment_label(self, payment):
        """How a part was settled: paid, set off, or taken back."""
        day = format_date(self.env, payment["date"])
        other = self.env["account.move"].browse(payment.get("move_id"))
        told = self._move._cn285_settlement_words(other)
        if told:
            return told
        if self._is_credit:
            if other.is_invoice(include_receipts=True):
                return self.env._("Set off against %s", other.name)
            return self.env._("Refunded on %s", day)
        if payment["is_refund"]:
            return self.env._("Reversed on %s", day)
        if self._move.invoice_date and payment["date"] < self._move.invoice_date:
            return self.env._("Paid in advance on %s", day)
        return self.env._("Paid on %s", day)

    def _money(self, amount):
        # Zero has no sign.
        return self._move.currency_id.format(amount or 0.0)
