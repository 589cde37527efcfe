"""Invoices that we make out for third parties reach them: by the run's mail, as others do.

Source: CGI art. 289 I-2 and annex II, art. 242 nonies (whoever sells gets a copy, to accept it).
"""

from odoo import models

REPORT = "account.account_invoices"
# Odoo's own words, chosen here although the journal is not one for self-billing.
TEMPLATES = {
    "in_invoice": "account.email_template_edi_self_billing_invoice",
    "in_refund": "account.email_template_edi_self_billing_credit_note",
}


class BillingRun(models.Model):
    _inherit = "cn285.billing.run"

    def _can_mail(self, move):
        return super()._can_mail(move) or move.move_type in TEMPLATES

    def _mail(self, move):
        """Odoo's own sending refuses purchases: the supplier's document is mailed from here."""
        if move.move_type not in TEMPLATES:
            return super()._mail(move)
        # sudo: the words of the mail, which whoever bills need not be able to change.
        template = self.env.ref(TEMPLATES[move.move_type]).sudo()
        fields = ("subject", "body_html", "email_from")
        words = template._generate_template(move.ids, fields)[move.id]
        reports = self.env["ir.actions.report"].with_company(move.company_id)
        content, kind = reports._render_qweb_pdf(REPORT, move.ids)
        if move._mailed_statement_formats():
            # sudo: the statement reads usage, which who sends invoices need not see.
            move.sudo()._make_usage_statements()
        name = move._get_invoice_report_filename(extension=kind)
        move.message_post(
            body=words["body_html"],
            subject=words["subject"],
            email_from=words.get("email_from"),
            partner_ids=move.partner_id.ids,
            attachments=[(name, content)],
            attachment_ids=move._mailed_statements().ids,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            email_layout_xmlid="mail.mail_notification_layout_with_responsible_signature",
        )
        # sudo: that it has left is not up to whoever bills.
        move.sudo().is_move_sent = True
        return None
