"""A journey through time proves its notices, and writes to nobody."""

from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_renewal.tests.term_common import TermCase
from odoo.tests import tagged


@tagged("post_install", "-at_install")
@freeze_time("2025-11-20 09:00:00")
class TestNoticesInTimeTravel(TermCase):
    def _mails(self):
        return self.env["mail.mail"].search([("id", ">", self.last_mail)])

    def _travel(self, to):
        self.last_mail = self.env["mail.mail"].search([], order="id desc", limit=1).id or 0
        travel = self.env["cn285.time.travel"].create({"date_to": to})
        travel.action_travel()
        return travel

    def test_notices_of_a_journey_are_proven_and_stay(self):
        self.company._cn285_mark_test_database()
        contract = self._yearly()
        travel = self._travel(date(2025, 12, 20))
        notice = contract.notice_ids
        self.assertEqual((notice.state, notice.sending_ids.delivery), ("on_time", "held"))
        mail = self._mails().filtered(lambda mail: mail.res_id == notice.id)
        self.assertEqual((mail.state, mail.cn285_held), ("cancel", True))
        self.assertIn("time travel", mail.failure_reason)
        self.assertFalse(self._mails().filtered(lambda mail: mail.state != "cancel"))
        lines = {(line.date, line.kind): line.count for line in travel.line_ids}
        self.assertEqual(lines[date(2025, 12, 15), "mail"], 1)
        # Nobody takes a notice for one that failed, and nothing is sent again.
        later = self._travel(date(2025, 12, 31))
        self.assertEqual((notice.state, len(notice.sending_ids)), ("on_time", 1))
        self.assertNotIn("mail", later.line_ids.mapped("kind"))
