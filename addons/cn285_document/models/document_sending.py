"""Papers are sent to the customer, on a durable medium: by e-mail, with the file attached."""

from odoo import SUPERUSER_ID, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, split_every

# Papers that jobs send together.
SENT_TOGETHER = 50
# Kinds that are sent by themselves; others by the button.
SENT_BY_ITSELF = frozenset({"contract", "amendment"})


class Document(models.Model):
    _inherit = "cn285.document"

    sent_on = fields.Date(
        readonly=True,
        copy=False,
        help="The day on which it was sent to the customer by e-mail. What customers signed on "
        "line they got with the signature.",
    )

    def action_send(self):
        """Send final documents to their customers, with the file attached; once more if asked.

        :raises UserError: naming the first that cannot be sent
        """
        self.check_access("write")
        for document in self:
            reason = document._why_not_sent()
            if reason:
                raise UserError(reason)
            document._send()
        return True

    def _why_not_sent(self):
        """Why a document cannot be sent to its customer, in words; None if it can."""
        self.ensure_one()
        if self.state not in ("final", "superseded") or not self.attachment_id:
            return self.env._("%s is not final, or has no file.", self.display_name)
        customer = self.contract_id.partner_id
        if not customer:
            return self.env._("%s belongs to no contract.", self.display_name)
        if not self.is_for_customer or self not in self.contract_id.sudo()._customer_documents():
            return self.env._("%s is not shown to the customer.", self.display_name)
        if not email_normalize(customer.email):
            return self.env._(
                "%s has no e-mail address, or not a single one.", customer.display_name
            )
        return None

    def _delay_sending(self):
        """Order jobs that send those of these papers that are sent by themselves, each once."""
        wanted = self.filtered(lambda one: one._is_sent_by_itself())
        for ids in split_every(SENT_TOGETHER, wanted.ids):
            self.browse(ids).with_delay(
                channel="root.documents",
                description=self.env._("E-mails with %s documents", len(ids)),
            )._job_send()

    def _is_sent_by_itself(self):
        """Whether the law, or the company, wants that the customer is sent it.

        Code de la consommation, L221-13: consumers get the contract on a durable medium.
        """
        self.ensure_one()
        wish = self.company_id.cn285_sends_documents
        if self.kind not in SENT_BY_ITSELF or self.sent_on or wish == "none":
            return False
        return wish == "all" or self.contract_id._legal_kind() == "consumer"

    def _job_send(self):
        """Job: send these papers to their customers. Safe to run again; those that cannot be sent
        are left: the screen says that they were not.
        """
        # sudo: it follows from what their contracts do, whoever does it.
        for document in self.exists().sudo().filtered(lambda one: one._is_sent_by_itself()):
            if not document._why_not_sent():
                document._send()

    def _send(self):
        """Hand the mail to the queue, in the customer's language; it leaves after the commit."""
        self.ensure_one()
        company, contract = self.company_id, self.contract_id
        # As the program's own user: whoever files papers need not write mails.
        document = self.with_user(SUPERUSER_ID).with_company(company)
        files = document.attachment_id
        if self.kind == "contract":
            files |= document.contract_id.terms_document_id.attachment_id
        document.env.ref("cn285_document.mail_template_document").send_mail(
            self.id,
            email_values={
                **company._cn285_writes_as(),
                "email_to": False,
                "recipient_ids": [fields.Command.link(contract.partner_id.id)],
                "attachment_ids": [fields.Command.link(one.id) for one in files],
            },
        )
        document._write_inside({"sent_on": company._cn285_today()})
        document.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
