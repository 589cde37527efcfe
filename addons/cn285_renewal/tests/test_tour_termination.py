from datetime import timedelta

from odoo.tests import HttpCase, new_test_user, tagged

from .term_common import TermCase


@tagged("post_install", "-at_install")
class TestTerminationTour(TermCase, HttpCase):
    """A French customer leaves, in a browser: the words of the decrees, three clicks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.env["ir.module.module"]._load_module_terms(
            ["cn285_contract", "cn285_renewal"], ["fr_FR"]
        )
        new_test_user(
            cls.env,
            "tour_leaver",
            "base.group_portal",
            password="tour_leaver",
            name="Camille Durand",
            partner_id=cls.consumer.id,
            lang="fr_FR",
        )
        cls.today = cls.company._cn285_today()
        cls.contract = cls._create_contract(
            [{"name": "Ligne fixe", "price_unit": 30.0}],
            partner_id=cls.consumer.id,
            date_start=cls.today,
            term_length=12,
        )

    def _tour(self, name):
        self.start_tour(f"/my/contracts/{self.contract.id}", name, login="tour_leaver")
        self.contract.invalidate_recordset()
        return self.contract.change_ids

    def test_three_click_termination(self):
        change = self._tour("cn285_renewal_three_click_termination_tour")
        self.assertEqual((change.type, change.stage), ("terminate", "notified"))
        self.assertEqual(change.last_day, self.contract.term_end)
        self.assertEqual(change.declaration["name"], "Camille Durand-Petit")
        self.assertEqual(change.declaration["address"], "camille.nouvelle@durand.example")
        mail = self.env["mail.mail"].search(
            [("model", "=", change._name), ("res_id", "=", change.id)]
        )
        self.assertIn("Confirmation de la résiliation", mail.subject)
        self.assertIn("Votre contrat prend fin le", mail.body_html)
        self.assertIn(self.contract.term_end.strftime("%d/%m/%Y"), mail.body_html)
        self.assertIn("Confirmation de la résiliation", change.confirmation_id.name)

    def test_withdrawal(self):
        change = self._tour("cn285_renewal_withdrawal_tour")
        self.assertEqual((change.type, change.state), ("withdraw", "applied"))
        self.assertEqual(self.contract.state, "withdrawn")

    def test_refusal(self):
        change = self._tour("cn285_renewal_refusal_tour")
        self.assertEqual(
            change.last_day,
            self.contract.date_start.replace(year=self.contract.date_start.year + 1)
            - timedelta(days=1),
        )

    def test_clerk_sees_the_notice_and_terminates(self):
        new_test_user(
            self.env,
            "tour_notice_clerk",
            "base.group_user,cn285_contract.group_billing_manager",
            password="tour_notice_clerk",
        )
        self.start_tour(
            "/odoo/cn285-renewal-notices", "cn285_renewal_notice_tour", login="tour_notice_clerk"
        )
        self.start_tour(
            f"/odoo/cn285-contracts/{self.contract.id}",
            "cn285_renewal_terminate_tour",
            login="tour_notice_clerk",
        )
        self.assertEqual(self.contract.change_ids.stage, "notified")
        self.assertEqual(self.contract.planned_end, self.contract.term_end)

    def test_notice_in_french(self):
        notice = self.contract.notice_ids
        notice.action_send()
        sending = notice.sending_ids
        self.assertIn("vous pouvez la refuser jusqu'au", sending.subject)
        self.assertIn("Vous pouvez refuser la reconduction", sending.body)
        self.assertIn("L. 215-1", sending.body)
        letter = notice._localised()._letter()
        self.assertIn("Sauf refus de votre part", letter.body[1])
