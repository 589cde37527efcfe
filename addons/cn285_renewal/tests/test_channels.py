from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.tests import Form, tagged
from odoo.tools import LazyTranslate

from ..models.channels import CHANNELS, NoticeChannel, by_name
from .term_common import TermCase

_lt = LazyTranslate(__name__)


class RegisteredMail(NoticeChannel):
    """A channel of another file: it leaves by itself, and wants a postal address."""

    name = "registered"
    label = _lt("Registered Mail")
    automatic = True

    def obstacle(self, notice):
        return None if notice.partner_id.zip else "No postal address."

    def send(self, notices):
        notices._keep_proof(
            [
                {
                    "notice_id": notice.id,
                    "date": notice.company_id._cn285_today(),
                    "channel": self.name,
                    "recipient": notice.partner_id.zip,
                }
                for notice in notices
            ]
        )


@tagged("post_install", "-at_install")
class TestChannels(TermCase):
    """A channel of notices is one file and one line."""

    def setUp(self):
        super().setUp()
        table = patch.dict(CHANNELS, by_name(RegisteredMail()))
        table.start()
        self.addCleanup(table.stop)

    def test_it_is_offered(self):
        with Form(self.env["res.config.settings"]) as settings:
            settings.cn285_notice_channel = "registered"
        selection = self.env["res.company"].fields_get(["cn285_notice_channel"])
        self.assertIn(
            ("registered", "Registered Mail"), selection["cn285_notice_channel"]["selection"]
        )

    def test_notices_leave_by_it(self):
        self.company.cn285_notice_channel = "registered"
        contract, other = self._yearly(), self._yearly(partner_id=self.consumer.copy().id)
        other.partner_id.zip = False
        self._notices_on("2025-12-15")
        notice = contract.notice_ids
        self.assertEqual((notice.state, notice.sending_ids.channel), ("on_time", "registered"))
        self.assertEqual(other.notice_ids.problem, "No postal address.")
        self.assertEqual(other.notice_ids.channel, "letter", "the last resort")

    def test_notices_of_several_channels_are_sent_together(self):
        contracts = self._yearly() | self._yearly() | self._yearly()
        notices = contracts.notice_ids
        for notice, channel in zip(notices, ("registered", "letter", "email"), strict=True):
            notice.channel = channel
        with freeze_time("2025-12-20 09:00:00"):
            action = notices.action_send()
        self.assertEqual(action["type"], "ir.actions.act_url", "the letter is to be printed")
        self.assertEqual(notices.mapped("state"), ["on_time"] * 3)
        self.assertEqual(set(notices.mapped("date_sent")), {date(2025, 12, 20)})
