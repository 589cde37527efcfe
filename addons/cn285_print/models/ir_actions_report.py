import io
from collections import OrderedDict

from odoo import api, models

from ..report.document_pdf import document_pdf

# The report whose invoices do not say what was paid.
WITHOUT_PAYMENTS = "account.report_invoice"
# Odoo's own reports of invoices. Somebody's own layout is drawn by us where nothing else can.
STANDARD = (WITHOUT_PAYMENTS, "account.report_invoice_with_payments")


class IrActionsReport(models.Model):
    """Where Odoo would have made the PDF of a customer's invoice, ours is drawn.

    All that prints comes by here: *Print*, sending with its scheduled action, mail templates, the
    portal. Attachments, names and rights stay Odoo's.
    """

    _inherit = "ir.actions.report"

    @api.model
    def _cn285_drawn(self, report_ref, res_ids):
        """The invoices of a report, where all of them are drawn by us; else none."""
        moves = self.env["account.move"]
        if not res_ids or not self._is_invoice_report(report_ref):
            return moves
        wanted = moves.browse(res_ids)
        wanted.check_access("read")
        # sudo: a setting of the companies whose invoices may be read.
        companies = wanted.sudo().company_id
        documents = all(move.is_sale_document(include_receipts=True) for move in wanted)
        standard = self._get_report(report_ref).report_name in STANDARD
        drawn = documents and all(
            company._cn285_draws_invoices(whatever=standard) for company in companies
        )
        return wanted if drawn else moves

    @api.model
    def cn285_is_drawn(self, report_name, res_ids):
        """Tell the web client whether to ask for the PDF although wkhtmltopdf is missing.

        :param str report_name: the technical name of a report
        :param res_ids: of records that the user may read
        """
        return bool(self._cn285_drawn(report_name, res_ids))

    def _pre_render_qweb_pdf(self, report_ref, res_ids=None, data=None):
        if self._cn285_drawn(report_ref, res_ids):
            # In tests Odoo shows pages instead of PDF, to spare its other program; ours is here.
            self = self.with_context(force_report_rendering=True)
        return super()._pre_render_qweb_pdf(report_ref, res_ids=res_ids, data=data)

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        moves = self._cn285_drawn(report_ref, res_ids)
        if not moves:
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=res_ids)
        report = self._get_report(report_ref)
        kept = self._cn285_kept(report, moves)
        proforma = bool((data or {}).get("proforma") or self.env.context.get("proforma_invoice"))
        with_payments = report.report_name != WITHOUT_PAYMENTS
        streams = OrderedDict()
        for move in moves:
            stream, attachment = kept.get(move.id, (None, None))
            if stream is None:
                document = move._cn285_document(with_payments=with_payments, proforma=proforma)
                fonts = move.company_id._cn285_document_fonts()
                stream = io.BytesIO(document_pdf(document, fonts))
            streams[move.id] = {"stream": stream, "attachment": attachment}
        return streams

    def _cn285_kept(self, report, moves):
        """What a report keeps as attachments, as Odoo does: ``{id: (stream or None, attachment)}``.

        Reports of invoices keep nothing by themselves; users may have asked for it.
        """
        if not report.attachment or self.env.context.get("report_pdf_no_attachment"):
            return {}
        kept = {}
        for move in moves:
            attachment = report.retrieve_attachment(move)
            is_pdf = attachment and attachment.mimetype == "application/pdf"
            stream = io.BytesIO(attachment.raw) if is_pdf and report.attachment_use else None
            kept[move.id] = stream, attachment
        return kept
