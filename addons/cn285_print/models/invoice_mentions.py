"""The sentences that the law wants, in the words of the document's language."""

from decimal import Decimal

from odoo.tools import html2plaintext, is_html_empty

from ..engine.mentions import FRENCH, Case, LineTax, Mention, mentions, zero_rate
from .invoice_lines import is_service


class InvoiceMentions:
    """The mentions of an invoice.

    :param move: the invoice, by sudo, in the language of its recipient
    """

    def __init__(self, move):
        self._move, self.env = move, move.env
        self._by_tax = self._line_taxes()
        self._case = self._make_case()
        self._found = mentions(self._case)

    def about_tax(self) -> list[str]:
        """Why no tax is due, when it is, and what the taxes themselves want said."""
        words = self._tax_words()
        texts = [words[mention] for mention in self._found if mention in words]
        return list(dict.fromkeys([*texts, *self._legal_notes()]))

    def about_payment(self) -> list[str]:
        """What becomes of early and late payments."""
        words = self._payment_words()
        return [words[mention] for mention in self._found if mention in words]

    def _legal_notes(self):
        """Notes of taxes whose zero rate the places of seller and buyer do not explain.

        Where nobody says why, the document says at least that there is an exemption (242 nonies A,
        I-12° of annex II of the French tax code).
        """
        notes = []
        for tax, facts in self._by_tax.items():
            if zero_rate(self._case, facts):
                continue
            note = tax.invoice_legal_notes
            if note and not is_html_empty(note):
                notes.append(html2plaintext(note, include_references=False).strip())
            elif tax.amount_type == "percent" and not facts.rate:
                notes += self._exemption()
        return notes

    def _exemption(self):
        known = self._case.seller_country in FRENCH
        return [self.env._("Transaction exempt from VAT.")] if known else []

    def _lines(self):
        return self._move.invoice_line_ids

    def _line_taxes(self):
        found = {}
        for line in self._lines():
            service = is_service(line)
            for tax in line.tax_ids.flatten_taxes_hierarchy():
                scope = tax.tax_scope
                found.setdefault(
                    tax,
                    LineTax(
                        rate=Decimal(str(tax.amount)),
                        is_service=scope == "service" if scope else service,
                        on_payment=tax.tax_exigibility == "on_payment",
                    ),
                )
        return found

    def _make_case(self):
        move = self._move
        if self._buys():
            return self._purchase_case()
        company = move.company_id
        buyer, customer = move.partner_id, move.partner_id.commercial_partner_id
        place = move.partner_shipping_id or buyer
        country = (place.country_id or buyer.country_id or customer.country_id).code or ""
        home = company.account_fiscal_country_id.code or company.country_id.code or ""
        return Case(
            seller_country=home,
            seller_has_vat_number=bool(company.vat),
            buyer_country=country,
            buyer_in_union=self._in_union(country) and country != home,
            buyer_has_vat_number=bool(buyer.vat or customer.vat),
            is_professional=bool(buyer) and buyer._cn285_is_professional(),
            is_credit=self._is_credit(),
            **self._terms_of_sale(),
        )

    def _buys(self):
        return self._move.is_purchase_document(include_receipts=True)

    def _is_credit(self):
        return self._move.move_type == "out_refund"

    def _payment_term(self):
        return self._move.invoice_payment_term_id

    def _purchase_case(self):
        """Who sells to us speaks by its own country's law, in the document that we make out."""
        move = self._move
        company = move.company_id
        seller, supplier = move.partner_id, move.partner_id.commercial_partner_id
        home = company.account_fiscal_country_id.code or company.country_id.code or ""
        # Where nobody wrote down the country, the supplier is at home here.
        country = (seller.country_id or supplier.country_id).code or home
        return Case(
            seller_country=country,
            seller_has_vat_number=bool(seller.vat or supplier.vat),
            buyer_country=home,
            buyer_in_union=self._in_union(home) and country != home,
            buyer_has_vat_number=bool(company.vat),
            is_professional=True,
            is_credit=move.move_type == "in_refund",
            by_buyer=True,
            **self._terms_of_sale(),
        )

    def _terms_of_sale(self):
        products = self._lines().filtered(lambda line: line.display_type in (False, "product"))
        return {
            "taxes": tuple(self._by_tax.values()),
            "untaxed": any(not line.tax_ids for line in products),
            "has_discount": bool(self._payment_term().early_discount),
        }

    def _in_union(self, country):
        # Its id is in the cache; env.ref would ask the database whether it is still there.
        union = self.env["ir.model.data"]._xmlid_to_res_id("base.europe")
        countries = self.env["res.country.group"].browse(union).country_ids
        return country in countries.mapped("code")

    def _tax_words(self):
        return {
            Mention.REVERSE_CHARGE: self.env._(
                "Reverse charge: VAT is owed by the customer (article 283-2 of the French tax "
                "code, articles 44 and 196 of directive 2006/112/EC)."
            ),
            Mention.SERVICE_ABROAD: self.env._(
                "Not subject to French VAT (article 259-1 of the French tax code)."
            ),
            Mention.GOODS_TO_UNION: self.env._(
                "Exempt from VAT, article 262 ter I of the French tax code (article 138 of "
                "directive 2006/112/EC)."
            ),
            Mention.GOODS_EXPORTED: self.env._(
                "Exempt from VAT, article 262 I of the French tax code."
            ),
            Mention.NO_VAT: self.env._("VAT not applicable, article 293 B of the French tax code."),
            Mention.ON_DEBITS: self.env._("Option to pay VAT on debits."),
            Mention.ON_RECEIPTS: self.env._("VAT on services is due on receipt of payment."),
        }

    def _payment_words(self):
        # Of who sells to us, the terms are the law's own.
        own = not self._case.by_buyer and self._move.company_id.cn285_penalty_terms
        rate = own or self.env._("three times the legal interest rate")
        return {
            Mention.NO_DISCOUNT: self.env._("No discount for early payment."),
            Mention.PENALTIES: self.env._(
                "Late payment penalties, due from the day after the due date without a reminder: "
                "%s (article L441-10 of the French commercial code).",
                rate,
            ),
            Mention.INDEMNITY: self.env._(
                "Fixed indemnity for recovery costs where payment is late: EUR 40 (articles "
                "L441-10 and D441-5 of the French commercial code)."
            ),
        }
