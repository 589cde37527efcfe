from odoo import fields, models
from odoo.tools.misc import file_path

_FONT = "web/static/fonts/google/Roboto/Roboto-%s.ttf"


class ResCompany(models.Model):
    _inherit = "res.company"

    cn285_invoice_pdf = fields.Selection(
        [
            ("missing", "Where wkhtmltopdf Is Missing"),
            ("always", "Always"),
        ],
        string="Invoices Drawn by Cn285",
        default="missing",
        required=True,
        help="Invoices and credit notes to customers as PDF of ours, with the mentions of the law, "
        "periods and explanations: where the program is missing by which Odoo makes its own, "
        "or always.",
    )
    cn285_invoice_qr = fields.Boolean(
        string="QR Code for Transfers",
        default=True,
        help="On invoices in euro that are to be paid by transfer: the customer's bank reads "
        "account, amount and reference out of it.",
    )
    cn285_penalty_terms = fields.Char(
        string="Late Payment Penalties",
        translate=True,
        help="The rate as it stands on invoices to professionals. Empty: three times the legal "
        "interest rate.",
    )

    def _cn285_draws_invoices(self, whatever=True):
        """Whether invoices of this company are drawn by us.

        :param whatever: whether its setting may want so although Odoo could make its own
        """
        self.ensure_one()
        if whatever and self.cn285_invoice_pdf == "always":
            return True
        return not self._cn285_has_odoo_pdf()

    def _cn285_has_odoo_pdf(self):
        """Whether the program is here by which Odoo makes its PDF."""
        return self.env["ir.actions.report"].get_wkhtmltopdf_state() in ("ok", "upgrade")

    def _cn285_document_fonts(self):
        """Odoo's own Roboto, which has the signs of all European languages."""
        try:
            return {weight.lower(): file_path(_FONT % weight) for weight in ("Regular", "Bold")}
        except FileNotFoundError:
            return None
