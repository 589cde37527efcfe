"""From a quotation or order to the document that is printed: the texts and figures, in order."""

import base64
from dataclasses import replace

from odoo.addons.cn285_print.engine.mentions import FRENCH
from odoo.addons.cn285_print.models.invoice_document import InvoiceDocument
from odoo.addons.cn285_print.report.document import Document, Notes, Signature

from .quote_lines import QuoteLines
from .quote_parts import QuoteMentions, QuoteParties, QuoteSums

OFFERED = ("draft", "sent")


class QuoteDocument(InvoiceDocument):
    """What a quotation, order or pro-forma invoice says.

    :param order: by sudo, in the language of its customer
    :param proforma: whether it is called a pro-forma invoice
    """

    def __init__(self, order, proforma):
        self._move, self.env = order, order.env
        self._proforma, self._is_credit = proforma, False

    def document(self) -> Document:
        """The document, all its texts in the language of the order's environment."""
        return replace(super().document(), signature=self._signature())

    def _parts(self):
        order = self._move
        return QuoteParties(order), QuoteLines(order), QuoteSums(order)

    def _is_offered(self):
        return self._move.state in OFFERED and not self._proforma

    def _title(self):
        order = self._move
        if self._proforma:
            title = self.env._("Pro-forma Invoice")
        elif order.state == "cancel":
            title = self.env._("Cancelled Quotation")
        elif order.state in OFFERED:
            title = self.env._("Quotation")
        else:
            title = self.env._("Order")
        return f"{title} {order.name or ''}".strip()

    def _facts(self, _lines):
        order = self._move
        facts = [
            (self._date_label(), self._day(order.date_order)),
            (self.env._("Expiration"), self._expiration()),
            (self.env._("Delivery Date"), self._day(order.commitment_date)),
            (self.env._("Salesperson"), order.user_id.name or ""),
            (self.env._("Your Reference"), order.client_order_ref or ""),
            (self.env._("Customer Number"), order.partner_id.ref or ""),
        ]
        return [(label, value) for label, value in facts if value]

    def _date_label(self):
        if self._proforma:
            return self.env._("Date of Issue")
        if self._move.state in (*OFFERED, "cancel"):
            return self.env._("Quotation Date")
        return self.env._("Order Date")

    def _expiration(self):
        """Until when the offer stands; an order has been accepted."""
        return self._day(self._move.validity_date) if self._move.state in OFFERED else ""

    # --- below the totals ----------------------------------------------------------------

    def _notes(self):
        order = self._move
        notes = [
            Notes(QuoteMentions(order).about_tax()),
            Notes([*self._validity(), *self._terms()]),
            Notes([*self._plain(order.fiscal_position_id.note), *self._plain(order.note)]),
        ]
        return [note for note in notes if note.paragraphs]

    def _payment_term(self):
        return self._move.payment_term_id

    def _terms(self):
        """The terms of payment in the seller's own words, else by their name."""
        terms = self._payment_term()
        if not terms:
            return []
        return self._terms_note() or [self.env._("Payment terms: %s", terms.name)]

    def _validity(self):
        """A consumer of a French seller is told in a sentence how long the offer stands.

        So wants the order of 24 January 2017 on the prices of repairs in the home; the date of the
        offer, which it wants too, stands above.
        """
        order = self._move
        home = order.company_id.account_fiscal_country_id.code or order.company_id.country_id.code
        if home not in FRENCH or order.partner_id._cn285_is_professional():
            return []
        day = self._expiration()
        return [self.env._("This offer is valid until %s.", day)] if day else []

    def _signature(self):
        """How it was signed, or where to sign while it is an offer."""
        order = self._move
        if order.signature:
            lines = [order.signed_by or "", self._day(order.signed_on)]
            image = base64.b64decode(order.signature)
            return Signature(self.env._("Signature"), [line for line in lines if line], image)
        if not self._is_offered():
            return None
        return Signature(self.env._("Agreed: date, name and signature of the customer"))
