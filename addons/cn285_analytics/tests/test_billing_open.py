from freezegun import freeze_time
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import AnalyticsCase


@tagged("post_install", "-at_install")
@freeze_time("2026-06-30 10:00:00")
class TestBillingOpen(AnalyticsCase):
    """What waits for somebody in billing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(cls.env, "open_mgr", "cn285_contract.group_billing_manager")

    def _open(self, contract):
        self.env.flush_all()
        rows = self.env["cn285.billing.open"].with_user(self.manager)
        return rows.search([("contract_id", "=", contract.id)])

    def test_overdue_until_it_is_paid(self):
        contract = self._monthly(100.0)
        self._bill("2026-01-01")
        invoice = contract.invoice_ids
        self.assertEqual(len(invoice), 1)
        [row] = self._open(contract)
        self.assertEqual((row.kind, row.amount), ("overdue", invoice.amount_residual))
        self.assertEqual(row.date, invoice.invoice_date_due)
        self.assertEqual(row.action_view_source()["res_id"], invoice.id)
        with freeze_time(f"{invoice.invoice_date_due} 10:00:00"):
            self.assertFalse(self._open(contract))
        invoice._reverse_moves(cancel=True)
        self.assertFalse(self._open(contract))

    def test_set_aside_until_it_is_solved(self):
        contract = self._monthly(100.0)
        run = self.env["cn285.billing.run"].create({"date": "2026-02-15"})
        issue = self.env["cn285.billing.run.issue"].create(
            {"run_id": run.id, "contract_id": contract.id, "reason": "No address"}
        )
        [row] = self._open(contract)
        # January and February are not billed.
        self.assertEqual((row.kind, row.reason, row.amount), ("set_aside", "No address", 200.0))
        self.assertEqual(row.action_view_source()["res_id"], contract.id)
        groups = (
            self.env["cn285.billing.open"]
            .with_user(self.manager)
            ._read_group([("contract_id", "=", contract.id)], ["kind"], ["__count", "amount:sum"])
        )
        self.assertEqual(groups, [("set_aside", 1, 200.0)])
        issue.state = "solved"
        self.assertFalse(self._open(contract))

    def test_usage_whose_period_is_over(self):
        contract = self._create_contract([{"billing_type": "usage", "price_unit": 0.0}])
        rows = self._open(contract)
        self.assertEqual(set(rows.mapped("kind")), {"to_rate"})
        waiting = contract.schedule_ids.filtered(lambda row: row.state == "waiting")
        over = waiting.filtered(lambda row: row.period_end.isoformat() < "2026-06-30")
        self.assertEqual(rows.mapped("date"), over.sorted("period_end").mapped("period_end"))
        self.assertLess(len(over), len(waiting))

    def test_sellers_do_not_see_it(self):
        seller = new_test_user(self.env, "open_own", "cn285_contract.group_contract_user_own")
        with self.assertRaises(AccessError):
            self.env["cn285.billing.open"].with_user(seller).search([])
