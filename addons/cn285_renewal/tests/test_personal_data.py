from datetime import date

from freezegun import freeze_time
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .term_common import TermCase


@tagged("post_install", "-at_install")
class TestProofRetention(TermCase):
    """Declarations and proofs go when the company does not keep them any longer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.data = cls.env["cn285.personal.data"]
        cls.contract = cls._yearly()
        with freeze_time("2025-12-20 10:00:00"):
            cls.sending = cls.env["cn285.renewal.notice.sending"]
            notice = cls.contract._current_notice()
            if notice:
                cls.sending = cls.sending.create(
                    {
                        "notice_id": notice.id,
                        "date": date(2025, 12, 20),
                        "recipient": "Camille Durand, 3 rue des Lilas",
                        "body": "<p>Camille Durand</p>",
                    }
                )
            letter = cls.env["ir.attachment"].create(
                {
                    "name": "letter.pdf",
                    "raw": b"x",
                    "res_model": cls.contract._name,
                    "res_id": cls.contract.id,
                }
            )
            cls.change = cls.env["cn285.contract.change"].create(
                {
                    "contract_id": cls.contract.id,
                    "type": "terminate",
                    "date_effective": date(2026, 3, 15),
                }
            )
            cls.change._inside().write(
                {
                    "state": "applied",
                    "declaration": {"name": "Camille Durand", "address": "camille@durand.example"},
                    "legitimate_reason": "Camille Durand is ill",
                    "confirmation_id": letter.id,
                }
            )
            cls.letter = letter

    def _end(self):
        self.contract._inside().write({"state": "closed", "date_end": date(2026, 3, 14)})

    def _purge_on(self, day):
        with freeze_time(f"{day} 10:00:00"):
            return self.data._purge_proofs(self.company)

    def test_five_years_after_the_end(self):
        self.assertEqual(self.company.cn285_proof_retention_years, 5)
        self._end()
        self.assertEqual(self._purge_on("2031-03-14"), 0)
        self.assertTrue(self.change.declaration)
        self.assertEqual(self._purge_on("2031-03-16"), 1 + len(self.sending))
        self.env.invalidate_all()
        self.assertFalse(self.change.declaration)
        self.assertEqual(self.change.legitimate_reason, "[…]")
        self.assertFalse(self.change.confirmation_id)
        self.assertFalse(self.letter.exists())
        if self.sending:
            self.assertNotIn("Durand", f"{self.sending.recipient} {self.sending.body}")
            self.assertEqual(self.sending.date, date(2025, 12, 20), "that it was sent stays")
        self.assertEqual(self._purge_on("2031-03-17"), 0)

    def test_running_contracts_keep_them(self):
        self.contract._inside().write({"state": "active", "date_end": False})
        self.assertEqual(self._purge_on("2041-03-16"), 0)

    def test_settings(self):
        self._end()
        self.company.cn285_proof_retention_years = 0
        self.assertEqual(self._purge_on("2041-03-16"), 0)
        self.company.cn285_proof_retention_years = 10
        self.assertEqual(self._purge_on("2036-03-14"), 0)
        self.assertEqual(self._purge_on("2036-03-16"), 1 + len(self.sending))
        other = self.env["res.company"].create({"name": "Filiale"})
        self.assertEqual(self.data._purge_proofs(other), 0)

    def test_anonymous(self):
        self._end()
        admin = new_test_user(self.env, "dpo", groups="base.group_system")
        self.contract.schedule_ids._inside().write({"state": "cancelled"})
        clerk = new_test_user(self.env, "clerk", groups="cn285_contract.group_billing_manager")
        with self.assertRaises(AccessError):
            self.data.with_user(clerk)._anonymise(self.consumer.with_user(clerk))
        self.data.with_user(admin)._anonymise(self.consumer.with_user(admin), keep_proofs=True)
        self.assertEqual(self.change.declaration["name"], "Camille Durand")
        self.data.with_user(admin)._anonymise(self.consumer.with_user(admin))
        self.env.invalidate_all()
        self.assertFalse(self.change.declaration)
        self.assertEqual(self.change.legitimate_reason, "[anonymised]")
        self.assertFalse(self.letter.exists())
        if self.sending:
            self.assertNotIn("Durand", f"{self.sending.recipient} {self.sending.body}")
