"""Who sells and who buys, as the document names them."""

import base64

from odoo.tools import html2plaintext, is_html_empty

from ..engine.mentions import FRENCH, siren, siren_of_vat, siret
from ..report.document import Party


class InvoiceParties:
    """The parties of an invoice.

    :param move: the invoice, by sudo, in the language of its recipient
    """

    def __init__(self, move):
        self._move, self.env = move, move.env
        self._company = move.company_id
        # Who sells to us is the seller, also where we make out its invoice.
        self._buys = self._is_purchase()

    def _is_purchase(self):
        return self._move.is_purchase_document(include_receipts=True)

    def seller(self) -> Party:
        """Who sells: name, address, and numbers that identify it."""
        return self._partner() if self._buys else self._own()

    def buyer(self) -> Party:
        """Whom the invoice is addressed to, with the numbers of the customer behind the address."""
        return self._own() if self._buys else self._partner()

    def _own(self):
        company = self._company
        partner = company.partner_id
        lines = [*address(partner), partner.phone or "", partner.email or ""]
        facts = [*self._registered(partner), (self.env._("VAT Number:"), self._own_vat())]
        return Party(company.name, _given(lines), _given_facts(facts))

    def _own_vat(self):
        """Where the company is registered in the other's country, its number there."""
        return self._move.fiscal_position_id.foreign_vat or self._company.vat or ""

    def _partner(self):
        partner = self._move.partner_id
        customer = partner.commercial_partner_id
        lines = address(partner)
        if partner.name and partner != customer and not partner.is_company:
            lines = [partner.name, *lines]
        name = customer.name if partner != customer and not partner.is_company else partner.name
        facts = self._registered(customer)
        vat = partner.vat or customer.vat or ""
        facts.append((self.env._("VAT Number:"), vat))
        return Party(name or customer.name or "", lines, _given_facts(facts))

    def others(self) -> list[Party]:
        """The customer's own address where the invoice goes elsewhere, and that of delivery."""
        move = self._move
        partner, customer = move.partner_id, move.partner_id.commercial_partner_id
        found = []
        if customer != partner and address(customer) and address(customer) != address(partner):
            found.append(Party(customer.name, address(customer), label=self._other_label()))
        delivery = move.partner_shipping_id if not self._buys else partner.browse()
        if delivery and delivery != partner and address(delivery):
            name = delivery.name or delivery.commercial_partner_id.name or ""
            found.append(Party(name, address(delivery), label=self.env._("Delivered To")))
        return found

    def _other_label(self):
        return self.env._("Supplier") if self._buys else self.env._("Customer")

    def footer(self) -> list[str]:
        """The seller's legal identity; of the company also how to reach it, and its own words."""
        if self._buys:
            seller = self._partner()
            facts = (f"{label} {value}" for label, value in seller.facts)
            return _given([" · ".join(_given([seller.name, *facts]))])
        company = self._company
        parts = company._cn285_legal_identity()
        # The trade register's number is the SIREN.
        registered = self._registered(company.partner_id)
        told = registered[1:] if company.cn285_trade_register else registered
        parts += [f"{label} {value}" for label, value in told]
        if self._own_vat():
            parts.append(self.env._("VAT Number: %s", self._own_vat()))
        lines = [
            " · ".join(_given(parts)),
            " · ".join(_given([company.phone, company.email, company.website])),
        ]
        if company.report_footer and not is_html_empty(company.report_footer):
            plain = html2plaintext(company.report_footer, include_references=False)
            lines.append(" · ".join(_given(part.strip() for part in plain.splitlines())))
        return _given(lines)

    def logo(self) -> bytes | None:
        """The logo of the company that sells as a file, where it has one of its own."""
        if self._buys:
            return None
        logo = self._company.logo
        if not logo or self._company.uses_default_logo:
            return None
        return base64.b64decode(logo)

    def _registered(self, partner):
        """Numbers of the register: SIREN and SIRET in France, whatever it is called elsewhere."""
        number = (partner.company_registry or "").strip()
        if partner.country_id.code in FRENCH:
            identity = siren(number) or siren_of_vat(partner.vat or "")
            facts = [("SIREN", identity), ("SIRET", siret(number))]
            if not identity:
                facts.append((self.env._("Company ID:"), number))
            return _given_facts(facts)
        return _given_facts([(self.env._("Company ID:"), number)])


def address(partner):
    """The postal address, a line each; none of nobody, as on a draft without a customer."""
    if not partner:
        return []
    text = partner._display_address(without_company=True)
    return _given(line.strip() for line in text.splitlines())


def _given(texts):
    return [text for text in texts if text]


def _given_facts(facts):
    return [(label, value) for label, value in facts if value]
