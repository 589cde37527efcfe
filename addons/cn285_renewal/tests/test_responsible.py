from datetime import date

from freezegun import freeze_time
from odoo import SUPERUSER_ID
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .term_common import TermCase


@tagged("post_install", "-at_install")
class TestResponsible(TermCase):
    """Activities and legal mails go to, and come from, somebody: never OdooBot."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss, cls.seller = (
            new_test_user(
                cls.env,
                login,
                groups=group,
                email=f"{login}@ours.example",
                company_ids=[Command.set(cls.company.ids)],
            )
            for login, group in (
                ("boss", "cn285_contract.group_billing_manager"),
                ("seller", "cn285_contract.group_contract_user_own"),
            )
        )
        cls.company.email = "office@ours.example"

    def test_who_is_asked(self):
        contract = self._yearly(user_id=self.seller.id)
        self.assertEqual(contract._responsible(), self.seller)
        self.seller.active = False
        asked = contract._responsible()
        self.assertTrue(asked.has_group("cn285_contract.group_billing_manager"))
        self.company.cn285_responsible_id = self.boss
        self.assertEqual(contract._responsible(), self.boss)
        contract.user_id = SUPERUSER_ID
        self.assertEqual(contract._responsible(), self.boss)
        contract.user_id = False
        self.assertEqual(contract._responsible(), self.boss)
        # Of another company, nobody reads it.
        self.boss.write(
            {
                "company_ids": [Command.set(self.env["res.company"].create({"name": "X"}).ids)],
                "company_id": self.env["res.company"].search([("name", "=", "X")]).id,
            }
        )
        self.assertNotIn(contract._responsible(), self.boss | self.env.ref("base.user_root"))

    def test_a_salesperson_is_deleted(self):
        """His contracts, and what he was asked, are somebody's afterwards."""
        self.company.cn285_responsible_id = self.boss
        contract, ended = self._yearly(user_id=self.seller.id), self._yearly(user_id=self.seller.id)
        ended.active = False
        contract._ask_responsible(contract, lambda one: f"Call {one.name}")
        activity = contract.activity_ids
        self.assertEqual(activity.user_id, self.seller)
        self.seller.unlink()
        self.assertEqual((contract | ended).user_id, self.boss)
        self.assertEqual(activity.exists().user_id, self.boss)
        # Whoever is responsible for all of them goes too: another manager is asked.
        self.boss.unlink()
        left = contract.user_id or contract._responsible()
        self.assertTrue(left.has_group("cn285_contract.group_billing_manager"))
        self.assertFalse(left._is_superuser())
        self.assertTrue(activity.exists())

    def test_what_is_asked_is_asked_in_the_readers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        contract = self._yearly(user_id=self.seller.id)
        self.seller.lang = "fr_FR"
        with freeze_time("2026-02-01 09:00:00"):
            change = self.env["cn285.contract.change"].create(
                {
                    "contract_id": contract.id,
                    "type": "terminate",
                    "date_effective": "2026-12-31",
                }
            )
            change.action_schedule()
            change.date_reminder = date(2026, 2, 1)
            self.env["cn285.contract.change"]._remind(self.company)
        self.assertIn("prend fin le 31/12/2026", change.activity_ids.summary)

    def test_a_company_without_an_address_and_without_notices(self):
        """There is nothing to tell it yet, and nothing fails."""
        other = self.env["res.company"].create({"name": "Without an Address"})
        notices = self.env["cn285.renewal.notice"]
        notices.with_company(other)._run_notices(other)
        self.assertFalse(notices.search_count([("company_id", "=", other.id)]))

    def test_reminders_and_refunds(self):
        self.company.cn285_responsible_id = self.boss
        contract = self._yearly(user_id=SUPERUSER_ID)
        with freeze_time("2026-02-01 09:00:00"):
            change = self.env["cn285.contract.change"].create(
                {
                    "contract_id": contract.id,
                    "type": "terminate",
                    "date_effective": "2026-03-14",
                    "date_requested": "2026-02-01",
                }
            )
            change.action_schedule()
        with freeze_time("2026-03-08 06:00:00"):
            change._remind(self.company)
        self.assertEqual(change.activity_ids.user_id, self.boss)

    def _mails(self, records):
        messages = self.env["mail.mail"].search(
            [("model", "=", records._name), ("res_id", "in", records.ids)]
        )
        return [(mail.email_from, mail.author_id) for mail in messages]

    def test_legal_mails_are_the_companys(self):
        contract = self._yearly()
        self._notices_on("2025-12-15")
        [(sender, author)] = self._mails(contract.notice_ids)
        self.assertIn("office@ours.example", sender)
        self.assertEqual(author, self.company.partner_id)

    def test_confirmation_that_a_customer_causes_is_the_companys(self):
        portal = new_test_user(
            self.env, "camille", groups="base.group_portal", email="camille@durand.example"
        )
        contract = self._yearly(term_length=0, notice_length=0)
        with freeze_time("2025-06-01 09:00:00"):
            change = self.env["cn285.contract.change"].create(
                {
                    "contract_id": contract.id,
                    "type": "terminate",
                    "date_effective": "2025-06-30",
                    "origin": "customer",
                }
            )
            change.action_schedule()
            change.with_user(portal).sudo()._confirm_to_customer()
        for sender, author in self._mails(change):
            self.assertIn("office@ours.example", sender)
            self.assertEqual(author, self.company.partner_id)

    def test_company_without_an_address_is_told_before_a_notice_is_due(self):
        self.company.email = False
        self.company.cn285_responsible_id = self.boss
        contract = self._yearly()
        # Somebody is there with an address: notices leave from it.
        self.assertIn("boss@ours.example", self.company._cn285_sender())
        self.env["res.users"].search([]).partner_id.email = False
        self._notices_on("2025-09-01")
        self._notices_on("2025-09-02")
        notice = contract.notice_ids
        self.assertEqual(notice.state, "planned")
        [activity] = notice.activity_ids
        self.assertEqual(activity.user_id, self.boss)
        self.assertIn("has no e-mail address from which notices could leave", activity.summary)
        self.assertLess(date(2025, 9, 2), notice.date_planned)
        # On its day nothing leaves in OdooBot's name, and it is told why.
        self._notices_on(notice.date_planned)
        self.assertFalse(notice.sending_ids)
        self.assertIn("has no e-mail address", notice.problem)
        with freeze_time(f"{notice.date_planned} 08:00:00"), self.assertRaises(UserError):
            notice.action_send()
        # Once there is an address, it leaves by itself.
        self.company.email = "office@ours.example"
        self._notices_on(notice.date_planned)
        self.assertEqual(len(notice.sending_ids), 1)
