"""The parties of a quotation, what it comes to, and what the law wants said of its taxes."""

from odoo.addons.cn285_print.engine.mentions import Mention
from odoo.addons.cn285_print.models.invoice_mentions import InvoiceMentions
from odoo.addons.cn285_print.models.invoice_parties import InvoiceParties, address
from odoo.addons.cn285_print.models.invoice_sums import InvoiceSums
from odoo.addons.cn285_print.report.document import Party

from .quote_lines import QuoteLines

# When VAT falls due is a matter of the invoice.
OF_INVOICES = (Mention.ON_DEBITS, Mention.ON_RECEIPTS)


class QuoteParties(InvoiceParties):
    """Who offers, and to whom; the order stands where the invoice would."""

    def _is_purchase(self):
        return False

    def others(self) -> list[Party]:
        """Where the invoice and the delivery go, if elsewhere."""
        order = self._move
        invoiced, delivered = order.partner_invoice_id, order.partner_shipping_id
        labels = {}
        if invoiced == delivered:
            labels[invoiced] = self.env._("Invoicing and Delivery Address")
        else:
            labels[invoiced] = self.env._("Invoicing Address")
            labels[delivered] = self.env._("Delivery Address")
        return [
            Party(self._name(partner), address(partner), label=label)
            for partner, label in labels.items()
            if partner and partner != order.partner_id
        ]

    def _name(self, partner):
        return partner.name or partner.commercial_partner_id.name or ""


class QuoteSums(InvoiceSums):
    """What a quotation comes to."""

    def __init__(self, order):
        self._move, self.env = order, order.env

    def _rate(self, tax):
        return QuoteLines(self._move).rate(tax)

    def _base_lines(self):
        # As the order's own totals are computed.
        order, taxes = self._move, self.env["account.tax"]
        lines = [
            line._prepare_base_line_for_taxes_computation() for line in order._get_priced_lines()
        ]
        lines += order._add_base_lines_for_early_payment_discount()
        taxes._add_tax_details_in_base_lines(lines, order.company_id)
        taxes._round_base_lines_tax_details(lines, order.company_id)
        return lines

    def totals(self):
        """Without tax, tax, with tax."""
        return self._amounts()


class QuoteMentions(InvoiceMentions):
    """Why no tax will be due."""

    def __init__(self, order):
        super().__init__(order)
        self._found = tuple(mention for mention in self._found if mention not in OF_INVOICES)

    def _lines(self):
        return self._move.order_line

    def _buys(self):
        return False

    def _is_credit(self):
        return False

    def _payment_term(self):
        return self._move.payment_term_id
