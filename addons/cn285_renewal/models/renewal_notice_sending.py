import psycopg2
from markupsafe import Markup
from odoo import models
from odoo.addons.cn285_contract.models.common import in_users_language
from odoo.exceptions import UserError
from odoo.tools import format_date, html2plaintext

from ..report.letter_pdf import Box, Letter
from .renewal_notice import OPEN_NOTICES


class RenewalNotice(models.Model):
    """How notices leave: as e-mails, or as letters; and how it is known whether they arrived."""

    _inherit = "cn285.renewal.notice"

    def action_send(self):
        """Send these notices now: e-mails leave, letters are made and opened to be printed.

        Also possible too early or too late: the status then says so.
        """
        self.check_access("write")
        for notice in self.filtered(lambda notice: notice.state == "cancelled"):
            raise UserError(self.env._("%s is not needed any more.", notice.display_name))
        by_mail = self.filtered(lambda notice: notice.channel == "email")
        for notice in by_mail:
            obstacle = notice._mail_obstacle()
            if obstacle:
                raise UserError(obstacle)
        by_mail._send_mails()
        letters = self - by_mail
        return letters.action_print_letters() if letters else True

    # === E-MAIL === #

    def _mail_obstacle(self):
        """Why the notice cannot go by e-mail, in words; None if it can."""
        self.ensure_one()
        if not self.partner_id.email:
            return self.env._(
                "%(customer)s has no e-mail address: send %(notice)s as a letter.",
                customer=self.partner_id.display_name,
                notice=self.display_name,
            )
        return None

    def _send_mails(self):
        """Hand the notices to the mail queue, in a few queries, and keep the proof of each.

        :raises UserError: when the text of a notice does not state its last day to refuse
        """
        if not self:
            return
        template = self.env.ref("cn285_renewal.mail_template_renewal_notice")
        mails = template.send_mail_batch(self.ids, email_values={"auto_delete": False})
        by_notice = {mail.res_id: mail for mail in mails}
        self.env["cn285.renewal.notice.sending"].create(
            [notice._prepare_mail_proof(by_notice[notice.id]) for notice in self]
        )
        self.filtered("problem").write({"problem": False})

    def _prepare_mail_proof(self, mail):
        self.ensure_one()
        if self._last_day_text() not in html2plaintext(mail.body_html or ""):
            raise UserError(
                self.env._(
                    "The text of %(notice)s does not state the last day to refuse, %(day)s: "
                    "correct the mail template “Contract: renewal notice”.",
                    notice=self.display_name,
                    day=self._last_day_text(),
                )
            )
        return {
            "notice_id": self.id,
            "date": self.company_id._cn285_today(),
            "channel": "email",
            "recipient": mail.email_to or ", ".join(mail.recipient_ids.mapped("email")),
            "subject": mail.subject,
            "body": mail.body_html,
            "message_id": mail.message_id,
            "mail_message_id": mail.mail_message_id.id,
            "delivery": "held" if mail.cn285_held else "outgoing",
        }

    def _last_day_text(self):
        """The last day to refuse as the customer reads it."""
        self.ensure_one()
        return format_date(self.env, self.last_day_to_refuse, lang_code=self.partner_id.lang)

    def _message_receive_bounce(self, email, partner):
        """A notice came back: it does not count, and is to be repeated as a letter."""
        result = super()._message_receive_bounce(email, partner)
        for notice in self:
            sent = notice.sending_ids.filtered(lambda sending: sending.channel == "email")[:1]
            if sent:
                sent._set_undelivered("bounced", self.env._("%s sent it back.", email or ""))
        return result

    # === LETTER === #

    def action_print_letters(self):
        """Make the letters of these notices, note them as sent today, and open them in one file."""
        self.check_access("write")
        letters = {notice: notice._localised()._letter() for notice in self}
        document = self._note_letters(letters).attachment_id
        if len(document) > 1:
            document = self.env["ir.attachment"].create(
                {
                    "name": self.env._("renewal-notices.pdf"),
                    "raw": self.env["res.company"]._cn285_letters(*letters.values()),
                    "mimetype": "application/pdf",
                }
            )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{document.id}?download=true",
            "target": "download",
        }

    def _localised(self):
        self.ensure_one()
        return self.with_context(lang=self.partner_id.lang or self.env.lang)

    def _note_letters(self, letters):
        """Keep the letters, ``{notice: Letter}``, as proof; returns the sendings."""
        attachments = self.env["ir.attachment"].create(
            [
                {
                    "name": f"{notice.contract_id.name}-{notice.renewal_date}.pdf".replace(
                        "/", "-"
                    ),
                    "raw": notice.company_id._cn285_letters(letter),
                    "mimetype": "application/pdf",
                    "res_model": notice._name,
                    "res_id": notice.id,
                }
                for notice, letter in letters.items()
            ]
        )
        sendings = self.env["cn285.renewal.notice.sending"].create(
            [
                {
                    "notice_id": notice.id,
                    "date": notice.company_id._cn285_today(),
                    "channel": "letter",
                    "recipient": ", ".join(letter.recipient),
                    "subject": letter.subject,
                    "body": _as_html(letter),
                    "attachment_id": attachment.id,
                }
                for (notice, letter), attachment in zip(letters.items(), attachments, strict=True)
            ]
        )
        self.write({"channel": "letter", "problem": False})
        return sendings

    def _letter(self):
        """What the letter says, in the language of the context."""
        self.ensure_one()
        contract, company = self.contract_id, self.company_id
        days = {
            "contract": contract.name,
            "term_end": format_date(self.env, self.term_end),
            "renewal": format_date(self.env, self.renewal_date),
            "refuse": format_date(self.env, self.last_day_to_refuse),
            "company": company.name,
        }
        body = [
            self.env._("Dear customer,"),
            self.env._(
                "Your contract %(contract)s reaches the end of its term on %(term_end)s. Unless "
                "you refuse, it renews by itself on %(renewal)s.",
                **days,
            ),
            Box(
                self.env._("You may refuse the renewal of your contract until %(refuse)s.", **days)
            ),
            self.env._(
                "To refuse, write to us, answer our e-mail, or use your customer space. The "
                "contract then ends on %(term_end)s, without any fee.",
                **days,
            ),
        ]
        if self.basis == "law":
            body.append(
                self.env._(
                    "This information is given to you by article L215-1 of the French consumer "
                    "code. Were it not given in time, you could terminate the contract at any "
                    "time from the renewal on, free of charge."
                )
            )
        return Letter(
            **company._cn285_letter_parties(self.partner_id),
            subject=self.env._("Renewal of your contract %(contract)s", **days),
            body=body,
            closing=self.env._("Yours faithfully,\n%(company)s", **days),
        )

    # === IN BATCHES === #

    def _send_each(self):
        """Mail notices; those that fail keep the reason, the others leave."""
        self = in_users_language(self)
        ready = self.browse()
        for notice in self:
            obstacle = notice._mail_obstacle()
            if obstacle:
                notice.write({"problem": obstacle, "channel": "letter"})
            else:
                ready |= notice
        if ready._try_send() is None:
            return
        for notice in ready:
            reason = notice._try_send()
            if reason:
                notice.problem = reason

    def _try_send(self):
        """Mail in a savepoint: what fails leaves nothing behind. Returns the reason, or None."""
        try:
            with self.env.cr.savepoint():
                self._send_mails()
        except UserError as error:
            return str(error.args[0]) if error.args else str(error)
        except psycopg2.OperationalError:
            raise
        except Exception as error:  # a customer's odd data must stop his notice only
            return self.env._("Unexpected error: %s", error)
        return None


class RenewalNoticeSending(models.Model):
    _inherit = "cn285.renewal.notice.sending"

    def _check_delivery(self):
        """Learn from the mail queue what became of e-mails on their way."""
        # sudo: the state of the queue, which is the administrator's; nothing of it is shown.
        mails = (
            self.env["mail.mail"]
            .sudo()
            .search([("mail_message_id", "in", self.mail_message_id.ids)])
        )
        by_message = {mail.mail_message_id.id: mail for mail in mails}
        sent, held = self.browse(), self.browse()
        for sending in self:
            mail = by_message.get(sending.mail_message_id.id, self.env["mail.mail"])
            if mail.cn285_held:
                held |= sending
            elif mail.state in ("exception", "cancel"):
                sending._set_undelivered("failed", mail.failure_reason or mail.state)
            elif not mail or mail.state in ("sent", "received"):
                sent |= sending
        sent.write({"delivery": "sent"})
        held.write({"delivery": "held"})

    def _set_undelivered(self, delivery, note):
        """Note that a notice did not arrive; while there is time, a letter is to be sent."""
        self.ensure_one()
        self.write({"delivery": delivery, "delivery_note": note})
        notice = self.notice_id
        notice.write({"problem": note, "channel": "letter"})
        if notice.state in OPEN_NOTICES:
            notice.activity_schedule(
                "mail.mail_activity_data_todo",
                notice.date_latest,
                summary=self.env._("Send the renewal notice as a letter"),
                user_id=notice.user_id.id or self.env.uid,
            )


def _as_html(letter):
    """The letter's text as it is kept with the proof."""
    parts = [Markup("<p>%s</p>") % letter.subject]
    for part in letter.body:
        if isinstance(part, Box):
            parts.append(
                Markup("<p style='border:2px solid;padding:8px'><b>%s</b></p>") % part.text
            )
        else:
            parts.append(Markup("<p>%s</p>") % part)
    return Markup("").join(parts)
