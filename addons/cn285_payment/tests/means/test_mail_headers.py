"""Names with line breaks are written into no header of a mail, and keep none from being sent."""

from datetime import date
from unittest.mock import patch

from odoo.addons.cn285_contract.models.clock import imagined_day
from odoo.tests import tagged

from ..collection.common import CollectionCase
from ..debt.common import DebtCase

EVIL = "Eve\r\nBcc: spy@evil.example\r\n\r\nBody"


@tagged("post_install", "-at_install")
class TestMailHeaders(DebtCase):
    def _sent(self, mails):
        """The messages that these mails become, as they leave."""
        sent = []

        def send(_server, message, *_args, **_kwargs):
            sent.append(message)
            return message["Message-Id"]

        server = type(self.env["ir.mail_server"])
        with (
            patch.object(server, "send_email", send),
            patch.object(server, "_disable_send", lambda *_args: False),
            patch.object(server, "_connect__", lambda *_args, **_kwargs: None),
        ):
            mails.send()
        return sent

    def test_names_of_payers_contracts_and_companies(self):
        self.provider = CollectionCase._provider.__func__(self)
        payer = self._customer("Eve")
        payer.name = EVIL
        card = CollectionCase._token.__func__(self, payer, payment_details=EVIL)
        contract, _move = self._billed(date(2026, 1, 1), payer, collection_mode="manual")
        contract.name = EVIL
        self.company.partner_id.name = EVIL
        before = self.env["mail.mail"].search([])
        contract.action_send_means_link()
        card._cn285_mail("cn285_payment.mail_template_means_expiring")
        card._cn285_mail("cn285_payment.mail_template_means_refused")
        with imagined_day(date(2026, 1, 20)):
            self.cases._run_company(self.company)
        mails = self.env["mail.mail"].search([]) - before
        mails = mails.filtered(lambda mail: payer in mail.recipient_ids)
        self.assertGreaterEqual(len(mails), 4)
        count = len(mails)
        messages = self._sent(mails)
        self.assertEqual(len(messages), count, mails.exists().mapped("failure_reason"))
        for message in messages:
            text = message.as_bytes()
            head = text.split(b"\r\n\r\n")[0].split(b"\n\n")[0]
            self.assertIsNone(message["Bcc"])
            self.assertNotIn(b"\nBcc:", head)
            self.assertIn("eve@example.com", str(message["To"]))
            for name in ("Subject", "From", "To", "Reply-To"):
                self.assertNotIn("\n", str(message[name] or ""))
