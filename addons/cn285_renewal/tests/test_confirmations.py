from datetime import date

from freezegun import freeze_time
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .term_common import TermCase


@tagged("post_install", "-at_install")
class TestConfirmations(TermCase):
    """Confirmations go where the customer declared, and are not called sent before they leave."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(
            cls.env, "confirming_clerk", "cn285_contract.group_billing_manager"
        )
        cls.company.cn285_responsible_id = cls.clerk
        cls.owner = new_test_user(
            cls.env, "confirmed_owner", "base.group_portal", partner_id=cls.consumer.id
        )

    def _declare(self, address, withdraw=False, **values):
        with freeze_time("2025-03-20 10:00:00"):
            contract = self._yearly(**values)
            declaration = {"name": "Camille Durand", "address": address}
            if withdraw:
                return contract._portal_withdraw(declaration, self.owner)
            return contract._portal_terminate(declaration, user=self.owner)

    def _mails(self, change):
        mails = self.env["mail.mail"].search(
            [("model", "=", change._name), ("res_id", "=", change.id)]
        )
        return mails.filtered("attachment_ids")  # others tell the clerk what is to be done

    def test_to_the_e_mail_that_was_declared(self):
        for withdraw in (False, True):
            change = self._declare("new@durand.example", withdraw)
            mail = self._mails(change)
            self.assertEqual(mail.email_to, "new@durand.example")
            self.assertFalse(mail.recipient_ids, "not to the address on file")
            self.assertEqual(change.confirmation_channel, "email")
            self.assertEqual(change.confirmation_to, "new@durand.example")
            self.assertEqual(change.date_notified, date(2025, 3, 20))

    def test_to_the_customer_without_an_e_mail_on_file(self):
        self.consumer.email = False
        change = self._declare("new@durand.example")
        self.assertEqual(self._mails(change).email_to, "new@durand.example")

    def test_by_letter_to_the_address_that_was_declared(self):
        change = self._declare("5 quai de la Pêcherie, 69001 Lyon")
        self.assertFalse(self._mails(change))
        self.assertEqual(change.confirmation_channel, "letter")
        self.assertEqual(change.confirmation_to, "5 quai de la Pêcherie\n69001 Lyon")
        self.assertFalse(change.date_notified, "it lies here")
        self.assertEqual(change.stage, "requested")
        activity = change.activity_ids
        self.assertEqual(activity.user_id, self.clerk)
        self.assertIn("by post", activity.summary)
        self.assertIn("69001 Lyon", activity.note)
        _template, letter = change._confirmation()
        self.assertEqual(
            list(letter.recipient), ["Camille Durand", "5 quai de la Pêcherie", "69001 Lyon"]
        )
        found = self.env["cn285.contract.change"].search(
            [
                ("confirmation_id", "!=", False),
                ("date_notified", "=", False),
                ("confirmation_channel", "!=", "email"),
            ]
        )
        self.assertIn(change, found)
        with freeze_time("2025-03-24 10:00:00"):
            change.with_user(self.clerk).action_confirmation_posted()
        self.assertEqual((change.date_notified, change.stage), (date(2025, 3, 24), "notified"))
        self.assertFalse(change.activity_ids)

    def test_staff_confirm_to_what_is_on_file(self):
        self.consumer.email = False
        contract = self._yearly()
        with freeze_time("2025-03-20 10:00:00"):
            change = contract.with_user(self.clerk).action_terminate("2026-03-14")
            change.action_confirm_to_customer()
        self.assertEqual(change.confirmation_channel, "letter")
        self.assertIn("3 rue des Lilas", change.confirmation_to)
        self.assertFalse(change.date_notified)

    def test_nobody_is_not_told_that_it_was_sent(self):
        self.consumer.write({"email": False, "street": False, "zip": False, "city": False})
        contract = self._yearly()
        with freeze_time("2025-03-20 10:00:00"):
            change = contract.action_terminate("2026-03-14")
            change.action_confirm_to_customer()
        self.assertEqual(change.confirmation_channel, "none")
        self.assertFalse(self._mails(change))
        self.assertFalse(change.date_notified)
        self.assertIn("gave no address", change.activity_ids.summary)

    def test_what_comes_back_was_not_sent(self):
        change = self._declare("new@durand.example")
        change._message_receive_bounce("new@durand.example", self.env["res.partner"])
        self.assertFalse(change.date_notified)
        self.assertEqual(change.confirmation_channel, "letter")
        self.assertIn("by post", change.activity_ids.summary)

    def test_what_could_not_leave_was_not_sent(self):
        change = self._declare("new@durand.example")
        self._mails(change).state = "exception"
        with freeze_time("2025-03-21 10:00:00"):
            self.env["cn285.contract.change"]._cron_remind()
        self.assertFalse(change.date_notified)
        self.assertEqual(change.confirmation_channel, "letter")

    def test_a_copy_for_the_owner_that_is_lost_is_no_lost_confirmation(self):
        declaration = {"name": "Camille Durand", "address": "New@Durand.example"}
        with freeze_time("2025-03-20 10:00:00"):
            change = self._yearly()._portal_terminate(declaration)  # by somebody without account
        day = change.date_notified
        self.assertTrue(day)
        change._message_receive_bounce(self.consumer.email, self.consumer)
        copies = self._mails(change).filtered("recipient_ids")
        self.assertTrue(copies)
        copies.state = "exception"
        with freeze_time("2025-03-21 10:00:00"):
            self.env["cn285.contract.change"]._cron_remind()
        self.assertEqual((change.confirmation_channel, change.date_notified), ("email", day))
        change._message_receive_bounce("new@durand.example", self.env["res.partner"])
        self.assertEqual(change.confirmation_channel, "letter")

    def test_an_e_mail_is_not_posted(self):
        change = self._declare("new@durand.example")
        with self.assertRaisesRegex(UserError, "no confirmation to post"):
            change.action_confirmation_posted()

    # === WITH IMMEDIATE EFFECT === #

    def test_a_free_exit_is_not_a_day_that_is_over(self):
        contract = self._yearly()
        self._renew_on("2026-03-15")
        self._notices_on("2026-03-16")
        self.assertTrue(contract.free_exit_from)
        with freeze_time("2026-06-15 10:00:00"):
            quote = contract.termination_quote()
            self.assertEqual((quote["last_day"], quote["immediate"]), ("2026-06-14", True))
            change = contract._portal_terminate({"name": "C", "address": "c@durand.example"})
        self.assertEqual(change._end_text(), "06/15/2026, with immediate effect")
        _template, letter = change._confirmation()
        texts = [getattr(part, "text", str(part)) for part in letter.body]
        self.assertIn("Your contract ends on 06/15/2026, with immediate effect.", texts)
        self.assertNotIn("06/14/2026", " ".join(texts))
        self.assertIn("06/15/2026, with immediate effect", change.legal_box)
        later = self._yearly()
        with freeze_time("2025-06-01 10:00:00"):
            change = later._portal_terminate({"name": "C", "address": "c@durand.example"})
            self.assertFalse(later.termination_quote()["immediate"])
        self.assertEqual(change._end_text(), "03/14/2026")

    # === LETTERS TO SEND === #

    def test_letters_to_send_are_what_does_not_leave_by_itself(self):
        contract = self._yearly()
        self._notices_on("2025-11-20")
        notice = contract.notice_ids
        notices = self.env["cn285.renewal.notice"]
        for channel, by_hand in (("email", False), ("letter", True)):
            notice.channel = channel
            self.assertEqual(notice.by_hand, by_hand)
            for value in (True, False):
                found = notice in notices.search([("by_hand", "=", value)])
                self.assertEqual(found, by_hand == value, (channel, value))
