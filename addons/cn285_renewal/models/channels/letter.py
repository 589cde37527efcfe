from odoo.tools import LazyTranslate

from ..letters.letter_html import letter_html
from .base import NoticeChannel

_lt = LazyTranslate(__name__)


class Letter(NoticeChannel):
    """Letters to be printed: the PDF is the proof, and the day is the one on which it is made."""

    name = "letter"
    label = _lt("Letter")

    def send(self, notices):
        """Make the letters, note them as sent today, and open them in one file."""
        env = notices.env
        letters = {notice: notice._localised()._letter() for notice in notices}
        document = self._keep(notices, letters).attachment_id
        notices._write_inside({"channel": self.name, "problem": False})
        if len(document) > 1:
            document = env["ir.attachment"].create(
                {
                    "name": env._("renewal-notices.pdf"),
                    "raw": env["res.company"]._cn285_letters(*letters.values()),
                    "mimetype": "application/pdf",
                }
            )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{document.id}?download=true",
            "target": "download",
        }

    def _keep(self, notices, letters):
        """Keep the letters, ``{notice: Letter}``, as proof; returns the sendings."""
        attachments = notices.env["ir.attachment"].create(
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
        return notices._keep_proof(
            [
                {
                    "notice_id": notice.id,
                    "date": notice.company_id._cn285_today(),
                    "channel": self.name,
                    "recipient": ", ".join(letter.recipient),
                    "subject": letter.subject,
                    "body": letter_html(letter),
                    "attachment_id": attachment.id,
                }
                for (notice, letter), attachment in zip(letters.items(), attachments, strict=True)
            ]
        )
