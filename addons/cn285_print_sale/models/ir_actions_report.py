from odoo import api, models

PROFORMA = "sale.report_saleorder_pro_forma"
# Odoo's own reports of orders; other reports of the same model, such as time sheets, are no quotes.
STANDARD = (
    "sale.report_saleorder",
    "sale.report_saleorder_raw",
    "sale.report_saleorder_document",
    PROFORMA,
)


class IrActionsReport(models.Model):
    """Where Odoo would have made the PDF of a quotation, ours is drawn, as it is of invoices."""

    _inherit = "ir.actions.report"

    @api.model
    def _cn285_drawn(self, report_ref, res_ids):
        if not self._cn285_is_quote(report_ref):
            return super()._cn285_drawn(report_ref, res_ids)
        wanted = self.env["sale.order"].browse(res_ids or ())
        wanted.check_access("read")
        # sudo: a setting of the companies whose orders may be read.
        drawing = wanted.sudo().company_id.filtered(lambda company: company._cn285_draws_invoices())
        return wanted.filtered(lambda order: order.sudo().company_id in drawing)

    @api.model
    def _cn285_is_quote(self, report_ref):
        return self._get_report(report_ref).report_name in STANDARD

    def _cn285_fetch(self, drawn):
        if drawn._name != "sale.order":
            return super()._cn285_fetch(drawn)
        # sudo: who asks was found to be allowed to read the orders.
        return drawn.sudo().order_line.fetch(("name", "tax_ids", "price_subtotal"))

    def _cn285_file(self, report, record, data):
        """Quotations are drawn, whatever files hang on them."""
        return None if record._name == "sale.order" else super()._cn285_file(report, record, data)

    def _cn285_document(self, report, record, data):
        if record._name != "sale.order":
            return super()._cn285_document(report, record, data)
        proforma = report.report_name == PROFORMA or bool(self.env.context.get("proforma"))
        return record._cn285_document(proforma=proforma)
