from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_api.tests.common import ApiCase
from odoo.addons.cn285_payment.tests.debt.common import DebtCase
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestApiDebtors(ApiCase, DebtCase):
    """Debtors over the API: a contract of 100.00 a month, 120.00 with VAT, that is not paid."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["cn285.webhook.endpoint"].create(
            {"name": "Shop", "url": "https://shop.example/hook"}
        )
        cls._make_policy((5, "mail"), (40, "mail"))
        cls.contract, cls.invoice = cls._billed(date(2026, 1, 1))
        cls._dun(date(2026, 1, 10))
        cls.case = cls.cases.search([("partner_id", "=", cls.customer.id)])

    def _told(self):
        events = self.env["cn285.webhook.event"].search([("type", "=like", "debtor.%")])
        events._complete()
        self.env.cr.precommit.clear()
        return events.sorted("id").mapped("type")

    @freeze_time("2026-01-10 12:00:00")
    def test_what_is_owed_and_done(self):
        [found] = self.get(f"/debtors?customer={self.customer.id}&state=open")["data"]
        self.assertEqual((found["overdue"], found["days_late"]), ("120.00", 9))
        self.assertEqual(found["last_step"]["name"], "5 · mail 5")
        alone = self.get(f"/debtors/{self.case.id}")
        self.assertEqual([one["id"] for one in alone["invoices"]], self.invoice.ids)
        kinds = [one["kind"] for one in self.get(f"/debtors/{self.case.id}/events")["data"]]
        self.assertEqual(kinds, ["opened", "step"])
        self.assertEqual(self._told(), ["debtor.opened", "debtor.step_taken"])

    @freeze_time("2026-01-10 12:00:00")
    def test_a_promise_holds_everything_until_it_is_taken_back(self):
        path = f"/debtors/{self.case.id}"
        self.assertProblem(
            self.call("POST", f"{path}/promises", {"date": "2027-01-01"}), 422, "refused"
        )
        self.assertProblem(self.call("POST", f"{path}/withdraw-promise"), 409, "wrong_state")
        promised = self.post(
            f"{path}/promises", {"date": "2026-01-20", "note": "By phone"}, status=200
        )
        self.assertEqual(
            (promised["state"], promised["promised_until"]), ("promised", "2026-01-20")
        )
        open_again = self.post(f"{path}/withdraw-promise", None, status=200)
        self.assertEqual((open_again["state"], open_again["promised_until"]), ("open", None))
        self.assertEqual(self._told()[-2:], ["debtor.promised", "debtor.promise_broken"])

    @freeze_time("2026-01-10 12:00:00")
    def test_a_dispute_is_marked_and_taken_off(self):
        path = f"/debtors/{self.case.id}"
        body = {"invoices": [str(self.invoice.id)], "note": "Wrong quantity"}
        disputed = self.post(f"{path}/disputes", body, status=200)
        self.assertEqual((disputed["state"], disputed["held"]), ("disputed", "120.00"))
        self.assertTrue(self.invoice.cn285_dunning_blocked)
        self.assertTrue(self.get(f"/invoices/{self.invoice.id}/collection")["in_dispute"])
        released = self.post(f"{path}/release", {}, status=200)
        self.assertEqual((released["state"], released["overdue"]), ("open", "120.00"))
        self.assertEqual(self._told()[-2:], ["debtor.disputed", "debtor.released"])

    @freeze_time("2026-01-10 12:00:00")
    def test_invoices_of_others_are_not_marked(self):
        _contract, other = self._billed(date(2026, 1, 1), self._customer("Other"))
        body = {"invoices": [str(other.id)]}
        answer = self.call("POST", f"/debtors/{self.case.id}/disputes", body)
        self.assertProblem(answer, 422, "refused")
        self.assertFalse(other.cn285_dunning_blocked)
