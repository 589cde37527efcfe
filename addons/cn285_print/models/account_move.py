from odoo import models

from .invoice_document import InvoiceDocument


class AccountMove(models.Model):
    _inherit = "account.move"

    def _cn285_document(self, with_payments=True, proforma=False):
        """What the printed invoice or credit note says, in its recipient's language.

        Whoever asks has been found to be allowed to read the invoice.

        :returns: :class:`report.document.Document`
        """
        self.ensure_one()
        lang = self.partner_id.lang or self.env.lang or "en_US"
        # sudo: what stands on an invoice is told to whoever may read it, such as the names of its
        # contracts, which a salesperson of other customers does not see otherwise.
        move = self.sudo().with_context(lang=lang).with_company(self.company_id)
        return InvoiceDocument(move, with_payments, proforma).document()

    def _cn285_corrected(self):
        """The invoices of which this document takes something back."""
        return self.reversed_entry_id | self.cn285_origin_ids


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _cn285_explained_rows(self):
        """Rows of the schedule behind a line whose amount the document explains.

        Usage, and parts of a period. Where several rows are summed, their detail is attached.
        """
        self.ensure_one()
        rows = self.cn285_schedule_ids
        if len(rows) != 1:
            return rows.browse()
        partial = abs(rows.proration - 1) > 1e-9
        return rows if partial or rows.item_id.billing_type == "usage" else rows.browse()
