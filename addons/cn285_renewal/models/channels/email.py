from odoo.exceptions import UserError
from odoo.tools import LazyTranslate, html2plaintext

from ..letters.letter_html import with_legal_parts
from .base import NoticeChannel

_lt = LazyTranslate(__name__)


class EMail(NoticeChannel):
    """E-mails by a template that users may edit, handed to the mail queue."""

    name = "email"
    label = _lt("E-mail")
    automatic = True

    def reaches(self, partner):
        return bool(partner.email)

    def obstacle(self, notice):
        if self.reaches(notice.partner_id):
            return None
        return notice.env._(
            "%(customer)s has no e-mail address: send %(notice)s as a letter.",
            customer=notice.partner_id.display_name,
            notice=notice.display_name,
        )

    def sender_obstacle(self, company):
        if company._cn285_sender():
            return None
        return company.env._(
            "%s has no e-mail address from which notices could leave: enter one in the settings of "
            "the company, or send letters.",
            company.name,
        )

    def send(self, notices):
        """Hand the notices to the mail queue, in a few queries."""
        template = notices.env.ref("cn285_renewal.mail_template_renewal_notice")
        mails = [
            mail
            for company, members in notices.grouped("company_id").items()
            for mail in template.send_mail_batch(
                members.ids, email_values={"auto_delete": False, **company._cn285_writes_as()}
            )
        ]
        by_notice = {mail.res_id: mail for mail in mails}
        for notice in notices:
            self._keep_legal_parts(notice._localised(), by_notice[notice.id])
        notices._keep_proof([self._proof(notice, by_notice[notice.id]) for notice in notices])
        notices.filtered("problem")._write_inside({"problem": False})

    def _keep_legal_parts(self, notice, mail):
        """Put the box and the law's note back into a text that states the day, but not them."""
        if notice._last_day_text() in html2plaintext(mail.body_html or ""):
            # sudo: the mail of somebody who may send notices, but not write mails.
            mail.sudo().body_html = with_legal_parts(
                mail.body_html, notice.legal_box, notice.legal_note
            )

    def _proof(self, notice, mail):
        if notice._last_day_text() not in html2plaintext(mail.body_html or ""):
            raise UserError(
                notice.env._(
                    "The text of %(notice)s does not state the last day to refuse, %(day)s: "
                    "correct the mail template “Contract: renewal notice”.",
                    notice=notice.display_name,
                    day=notice._last_day_text(),
                )
            )
        return {
            "notice_id": notice.id,
            "date": notice.company_id._cn285_today(),
            "channel": self.name,
            "recipient": mail.email_to or ", ".join(mail.recipient_ids.mapped("email")),
            "subject": mail.subject,
            "body": mail.body_html,
            "message_id": mail.message_id,
            "mail_message_id": mail.mail_message_id.id,
            "delivery": "held" if mail.cn285_held else "outgoing",
        }
