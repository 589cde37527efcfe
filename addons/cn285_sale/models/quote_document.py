"""The printed quotation says what accepting it costs, and when."""

from dataclasses import replace

from odoo import models
from odoo.addons.cn285_contract.models.common import in_language_of
from odoo.addons.cn285_document.models.letters import conditions
from odoo.addons.cn285_print.report.document import Notes


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _cn285_document(self, proforma=False):
        """The document of cn285_print_sale, with the rhythm of lines and the first invoice."""
        document = super()._cn285_document(proforma=proforma)
        if not self.cn285_kind or proforma:
            return document
        # sudo: as the document's own texts.
        said = in_language_of(self.sudo(), self.partner_id)._cn285_said()
        terms = self._cn285_terms_note()
        if terms:
            document = replace(document, notes=[*document.notes, Notes([terms])])
        if not said:
            return document
        # A no-break space stands before the colon in French.
        colon = " : " if document.language.startswith("fr") else ": "
        words = [f"{label}{colon}{value}" for label, value in said]
        notes = Notes(words, heading=self._cn285_notes_heading(), boxed=True)
        return replace(document, notes=[notes, *document.notes])

    def _cn285_terms_note(self):
        """Which terms and conditions are part of the contract that is offered (Code civil, article
        1119); empty where it runs already, or there are none.
        """
        order = in_language_of(self.sudo(), self.partner_id)  # sudo: as above
        if order._cn285_amends():
            return ""
        terms = order.cn285_contract_id.terms_document_id
        if not terms and order.state in ("draft", "sent"):
            terms = order.company_id._cn285_terms_in_force(order.partner_id.lang)
        return conditions(order.env, terms)

    def _cn285_notes_heading(self):
        order = in_language_of(self, self.partner_id)
        return order._cn285_said_heading()


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _cn285_printed_details(self):
        """Odoo's text of the line, then its rhythm, its trial and what is off for a while."""
        self.ensure_one()
        rhythm = filter(None, [self.cn285_rhythm])
        return [*super()._cn285_printed_details(), *rhythm, *self._cn285_said_terms()]
