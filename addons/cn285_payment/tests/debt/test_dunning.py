"""From an overdue invoice to deactivation, and back at the payment."""

from datetime import date

from odoo.tests import tagged

from .common import DebtCase

GRACE_ONLY = ((1, "deactivate"),)


@tagged("post_install", "-at_install")
class TestDunning(DebtCase):
    def test_the_usual_story(self):
        contract, move = self._billed(date(2026, 2, 10))
        self._days(date(2026, 2, 10), date(2026, 3, 3))
        case = self._case()
        self.assertEqual(
            self._history(case),
            [
                ("2026-02-11", "opened"),
                ("2026-02-13", "Reminder"),
                ("2026-02-17", "Last reminder"),
                ("2026-02-20", "Call the customer"),
                ("2026-02-26", "Suspension of services"),
                ("2026-02-26", "deactivated"),
            ],
        )
        self.assertEqual(contract.state, "suspended")
        self.assertEqual(contract.item_ids.state, "suspended")
        self.assertEqual(case.next_step_id.name, "Formal notice")
        self.assertEqual(case.next_date, date(2026, 3, 12))
        self.assertMoney(case.overdue_amount, "120.00")
        self.assertMoney(case.age_30, "120.00")
        self._pay(move, date(2026, 3, 3))
        self.assertEqual(contract.state, "active")
        pause = contract.item_ids.pause_ids
        self.assertEqual((pause.date_start, pause.date_end), (date(2026, 2, 26), date(2026, 3, 2)))
        self.assertEqual((case.state, case.date_closed), ("closed", date(2026, 3, 3)))
        self.assertFalse(self._case())
        # Billed as before: nothing is credited.
        self.assertFalse(contract.schedule_ids.filtered(lambda row: row.kind == "credit"))

    def test_steps_of_the_usual_policy_can_be_translated(self):
        """A file of translations reaches records that have a name of their own alone."""
        steps = self.policy.step_ids
        self.assertEqual(steps.mapped("days"), [3, 7, 10, 16, 30, 31])
        self.assertTrue(all(steps.get_external_id().values()))
        self.env["res.lang"]._activate_lang("fr_FR")
        steps[0].with_context(lang="fr_FR").name = "Rappel"
        shown = [steps[0].with_context(lang=lang).display_name for lang in ("en_US", "fr_FR")]
        self.assertEqual(shown, ["3 · Reminder", "3 · Rappel"])

    def test_customers_are_not_called_debtors_above_their_mails(self):
        self._billed(date(2026, 2, 10))
        self._days(date(2026, 2, 11), date(2026, 2, 13))
        mail = self.env["mail.mail"].search(
            [("model", "=", "cn285.dunning.case"), ("res_id", "=", self._case().id)]
        )
        self.assertIn("Your account", " ".join(mail.body_html.replace("<span>", "").split()))
        self.assertNotIn("Debtor", mail.body_html)

    def test_mails_tell_the_day_of_the_suspension(self):
        self._billed(date(2026, 2, 10))
        self._days(date(2026, 2, 11), date(2026, 2, 17))
        mails = self.env["mail.mail"].search(
            [("model", "=", "cn285.dunning.case"), ("res_id", "=", self._case().id)], order="id"
        )
        self.assertEqual(len(mails), 2)
        self.assertEqual(mails.recipient_ids, self.customer)
        self.assertIn("120.00", mails[0].body_html)
        self.assertNotIn("suspended", mails[0].body_html)
        self.assertIn("suspended from", mails[1].body_html)
        self.assertIn("02/26/2026", mails[1].body_html)
