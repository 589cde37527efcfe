from odoo import models
from odoo.tools import format_date
from odoo.tools.misc import file_path

from ...report.letter_pdf import letters_pdf

_FONT = "web/static/fonts/google/Roboto/Roboto-%s.ttf"


class ResCompany(models.Model):
    """Letters of the company as PDF: notices, confirmations, acknowledgements."""

    _inherit = "res.company"

    def _cn285_letters(self, *letters):
        """Letters as one PDF document, in bytes."""
        return letters_pdf(letters, self._cn285_letter_fonts())

    def _cn285_letter_fonts(self):
        """Odoo's own Roboto, which has the signs of all European languages."""
        try:
            return {weight.lower(): file_path(_FONT % weight) for weight in ("Regular", "Bold")}
        except FileNotFoundError:
            return None

    def _cn285_postal_lines(self):
        """The company's name and postal address, to which customers write, a line each."""
        self.ensure_one()
        return address_lines(self.sudo().partner_id)  # sudo: an address is no secret

    def _cn285_letter_parties(self, customer):
        """Sender, recipient, place, date and footer of a letter to a customer, for ``Letter``."""
        self.ensure_one()
        day = format_date(self.env, self._cn285_today(), date_format="long")
        numbers = [self.company_registry, self.vat, self.email, self.website]
        legal = [*self._cn285_legal_identity(), *numbers]
        return {
            "sender": address_lines(self.partner_id),
            "recipient": address_lines(customer),
            "place_and_date": ", ".join(filter(None, [self.city, day])),
            "footer": " · ".join(filter(None, legal)),
            "color": self.primary_color or "#1c2833",
            "language": (self.env.lang or "fr")[:2],
        }


def address_lines(partner):
    """Name and postal address, a line each."""
    address = partner._display_address(without_company=True)
    name = partner.commercial_company_name if partner.commercial_company_name else partner.name
    lines = [name, partner.name if partner.name != name else "", *address.splitlines()]
    return [line.strip() for line in lines if line and line.strip()]
