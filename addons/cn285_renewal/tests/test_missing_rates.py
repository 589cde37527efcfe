"""Rates of the current months that nobody entered: told on screens, and asked for once."""

from datetime import date

from freezegun import freeze_time
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .term_common import TermCase


@tagged("post_install", "-at_install")
class TestMissingRates(TermCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, "rates", "cn285_contract.group_billing_manager", lang="en_US"
        )
        cls.clerk = new_test_user(cls.env, "no_rates", "cn285_contract.group_contract_user")
        cls.law = cls.env["cn285.law"]._of(cls.env["res.partner"], cls.company)
        cls.company.cn285_responsible_id = cls.manager

    def _ask(self, day):
        with freeze_time(f"{day} 06:00:00"):
            self.env["cn285.law"]._cron_ask_for_rates()

    def _missing(self, day):
        with freeze_time(f"{day} 06:00:00"):
            self.law.invalidate_recordset()
            return self.law.with_user(self.clerk).rates_missing or ""

    def _enter(self, creditor, user=None, day="2027-08-20"):
        with freeze_time(f"{day} 09:00:00"):
            return (
                self.env["cn285.legal.rate"]
                .with_user(user or self.manager)
                .create(
                    {
                        "law_id": self.law.id,
                        "date": date(2027, 7, 1),
                        "creditor": creditor,
                        "percent": 3.0,
                    }
                )
            )

    def test_known(self):
        """The first half of 2026 is known for everybody."""
        self.assertEqual(self._missing("2026-06-30"), "")
        self._ask("2026-06-30")
        self.assertFalse(self.law.activity_ids)

    def test_told_and_asked_for_once(self):
        """Somebody is asked once for a half-year, and no more when the last rate is entered."""
        words = self._missing("2027-08-20")
        self.assertIn("07/01/2027", words)
        self.assertIn("Everybody Else", words)
        for day in ("2027-08-20", "2027-08-21", "2027-12-31"):
            self._ask(day)
            self.assertEqual(len(self.law.activity_ids), 1)
        self.assertEqual(self.law.activity_ids.user_id, self.manager)
        self.assertIn("07/01/2027", self.law.activity_ids.summary)
        creditors = self.law._missing_rates(date(2027, 8, 20))
        self.assertIn("person", creditors)
        for creditor in creditors:
            self.assertEqual(len(self.law.activity_ids), 1)
            self._enter(creditor)
        self.assertFalse(self.law.activity_ids)
        self.assertEqual(self._missing("2027-08-20"), "")
        self._ask("2028-01-01")
        self.assertEqual(len(self.law.activity_ids), 1)

    def test_a_user_who_is_deleted_hands_over_what_he_was_asked(self):
        self._ask("2027-08-20")
        self.manager.unlink()
        self.assertNotEqual(self.law.activity_ids.user_id, self.manager)

    def test_who_may_enter_them(self):
        self.assertTrue(self._enter("other"))
        with self.assertRaises(AccessError):
            self._enter("person", self.clerk)
