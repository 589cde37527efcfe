from odoo import models
from odoo.addons.cn285_contract.models.common import as_decimal

from ..engine.epc_qr import Transfer, payload
from .invoice_document import InvoiceDocument


class AccountMove(models.Model):
    _inherit = "account.move"

    def _cn285_is_made_out_here(self):
        """Whether we make the document out: sales, and purchases by self-billing."""
        self.ensure_one()
        if self.is_sale_document(include_receipts=True):
            return True
        # sudo: how an invoice came about; contracts may be another salesperson's.
        known = self.sudo()
        return self.is_purchase_document(include_receipts=True) and bool(
            known.cn285_contract_ids or known.journal_id.is_self_billing
        )

    def _get_invoice_pdf_proforma(self):
        """What is posted is an invoice, sent or not, where it is drawn by us."""
        report = "account.account_invoices"
        reports = self.env["ir.actions.report"]
        if self.state != "posted" or not reports._cn285_drawn(report, self.ids):
            return super()._get_invoice_pdf_proforma()
        content, kind = reports._pre_render_qweb_pdf(report, self.ids)
        return {
            "filename": self._get_invoice_report_filename(),
            "filetype": "pdf",
            "content": reports._get_splitted_report(report, content, kind)[self.id],
        }

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

    def _cn285_epc_code(self):
        """What the QR code on the invoice asks the customer's bank to transfer; "" without one.

        What remains of a posted invoice in euro, to the account that it names, by its reference
        (EPC069-12). What we collect ourselves is not asked for.
        """
        self.ensure_one()
        bank, company = self.partner_bank_id, self.company_id
        if (
            not company.cn285_invoice_qr
            or not bank
            or self.state != "posted"
            or self.move_type not in ("out_invoice", "out_receipt")
            or self.currency_id.name != "EUR"
            or not self._cn285_is_paid_by_transfer()
        ):
            return ""
        return payload(
            Transfer(
                name=bank.acc_holder_name or bank.partner_id.name or company.name,
                iban=bank.acc_number or "",
                amount=as_decimal(self.currency_id.round(self.amount_residual)),
                reference=self.payment_reference or self.name or "",
                bic=bank.bank_bic or "",
            )
        )

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
        # What is bought says so in its own line: the schedule counts it below zero.
        if len(rows) != 1 or self.move_id.is_purchase_document(include_receipts=True):
            return rows.browse()
        partial = abs(rows.proration - 1) > 1e-9
        return rows if partial or rows.item_id.billing_type == "usage" else rows.browse()
