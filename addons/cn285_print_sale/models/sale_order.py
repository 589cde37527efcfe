from odoo import models

from .quote_document import QuoteDocument


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _cn285_document(self, proforma=False):
        """What the printed quotation or order says, in the customer's language.

        Whoever asks has been found to be allowed to read the order.

        :param proforma: whether it is called a pro-forma invoice
        :returns: :class:`report.document.Document` of cn285_print
        """
        self.ensure_one()
        lang = self.partner_id.lang or self.env.lang or "en_US"
        # sudo: what stands on a quotation is told to whoever may read it, such as the names of
        # products and the identity of the company, which a customer in the portal does not read.
        order = self.sudo().with_company(self.company_id)
        # Days are the salesperson's, so that all see the same ones.
        zone = order.user_id.tz or order.company_id.partner_id.tz or self.env.context.get("tz")
        return QuoteDocument(order.with_context(lang=lang, tz=zone), proforma).document()


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _cn285_printed_details(self):
        """Hook: what else stands small below a line, in the language of the document.

        :returns: list of texts
        """
        self.ensure_one()
        return []
