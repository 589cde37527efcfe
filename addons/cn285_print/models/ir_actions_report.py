import io
from collections import OrderedDict

from odoo import api, models
from odoo.tools import pdf

from ..report.document_pdf import document_pdf

# The report whose invoices do not say what was paid.
WITHOUT_PAYMENTS = "account.report_invoice"
# Odoo's own reports of invoices. Somebody's own layout is drawn by us where nothing else can.
STANDARD = (WITHOUT_PAYMENTS, "account.report_invoice_with_payments")
# The file that a vendor sent; Odoo shows it without its other program, if it is asked to.
ORIGINAL = "account.report_original_vendor_bill"


class IrActionsReport(models.Model):
    """Where Odoo would have made the PDF of an invoice that we make out, ours is drawn.

    All that prints comes by here: *Print*, sending with its scheduled action, mail templates, the
    portal. Attachments, names and rights stay Odoo's.
    """

    _inherit = "ir.actions.report"

    @api.model
    def _cn285_drawn(self, report_ref, res_ids):
        """The invoices of a report that are drawn by us: all of them, some or none.

        What vendors sent, in a selection with ours or by itself, is drawn where Odoo cannot make
        its own: as the file that came in, see :meth:`_cn285_original`.
        """
        moves = self.env["account.move"]
        if not res_ids or not self._is_invoice_report(report_ref):
            return moves
        wanted = moves.browse(res_ids)
        wanted.check_access("read")
        if any(move.move_type == "entry" for move in wanted):
            return moves
        standard = self._get_report(report_ref).report_name in STANDARD
        # sudo: a setting of the companies whose invoices may be read.
        drawing = wanted.sudo().company_id.filtered(
            lambda company: company._cn285_draws_invoices(whatever=standard)
        )
        ours = wanted.filtered(lambda move: move._cn285_is_made_out_here())
        drawn = ours.filtered(lambda move: move.sudo().company_id in drawing)
        if ours == wanted or self.env["res.company"]._cn285_has_odoo_pdf():
            return drawn
        # Nobody else is there to make them.
        return wanted if ours else wanted.filtered(self._cn285_original)

    @api.model
    def cn285_is_drawn(self, report_name, res_ids):
        """Tell the web client whether to ask for the PDF although wkhtmltopdf is missing.

        :param str report_name: the technical name of a report
        :param res_ids: of records that the user may read
        """
        if report_name == ORIGINAL:
            return bool(res_ids) and not self.env["res.company"]._cn285_has_odoo_pdf()
        drawn = self._cn285_drawn(report_name, res_ids)
        return bool(drawn) and len(drawn) == len(set(res_ids))

    def _pre_render_qweb_pdf(self, report_ref, res_ids=None, data=None):
        if self._cn285_drawn(report_ref, res_ids):
            # In tests Odoo shows pages instead of PDF, to spare its other program; ours is here.
            self = self.with_context(force_report_rendering=True)
        return super()._pre_render_qweb_pdf(report_ref, res_ids=res_ids, data=data)

    def _get_rendering_context(self, report, docids, data):
        """The portal calls what was not sent yet a proforma; what is posted is an invoice."""
        values = super()._get_rendering_context(report, docids, data)
        if values.get("proforma") and self.env.context.get("proforma_invoice"):
            moves = self._cn285_drawn(report, docids)
            if moves and all(move.state == "posted" for move in moves):
                values["proforma"] = False
        return values

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        moves = self._cn285_drawn(report_ref, res_ids)
        others = [res_id for res_id in res_ids or () if res_id not in moves._ids]
        if not moves:
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=res_ids)
        report = self._get_report(report_ref)
        kept = self._cn285_kept(report, moves)
        with_payments = report.report_name != WITHOUT_PAYMENTS
        streams = (
            super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=others)
            if others
            else {}
        )
        # All lines at once, not those of one invoice after the other; sudo: as Odoo prints reports,
        # for whoever may read the invoices.
        moves.sudo().line_ids.fetch(("tax_ids", "tax_tag_ids"))
        for move in moves:
            stream, attachment = kept.get(move.id, (None, None))
            if stream is None:
                stream = self._cn285_original(move)
            if stream is None:
                proforma = self._cn285_is_proforma(move, data)
                document = move._cn285_document(with_payments=with_payments, proforma=proforma)
                fonts = move.company_id._cn285_document_fonts()
                stream = io.BytesIO(document_pdf(document, fonts))
            streams[move.id] = {"stream": stream, "attachment": attachment}
        return OrderedDict((res_id, streams[res_id]) for res_id in res_ids if res_id in streams)

    def _cn285_is_proforma(self, move, data):
        """Where a sending says so (its electronic file failed), or of what is not posted."""
        if (data or {}).get("proforma"):
            return True
        return bool(self.env.context.get("proforma_invoice")) and move.state != "posted"

    def _cn285_original(self, move):
        """The file that a vendor sent, as a stream; None where there is none that can be read."""
        if move._cn285_is_made_out_here():
            return None
        # sudo: who may read the bill may read the file that it is.
        attachment = self._prepare_local_attachments(move.sudo().message_main_attachment_id)
        stream = pdf.to_pdf_stream(attachment) if attachment else None
        if not stream:
            return None
        try:
            has_pages = len(pdf.OdooPdfFileReader(stream, strict=False).pages)
        except Exception:
            return None
        stream.seek(0)
        return stream if has_pages else None

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
