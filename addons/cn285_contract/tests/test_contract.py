from datetime import date

from freezegun import freeze_time

from odoo.tests import tagged

from .common import ContractCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestContract(ContractCase):
    def test_confirm_plans_bill_posts(self):
        contract = self._create_contract([{}, {"product_id": self.setup_fee.id, "billing_type": "one_shot", "price_unit": 250.0}])
        self.assertEqual(contract.state, "active")
        self.assertMoney(contract.mrr, "100.00")
        rows = self._rows(contract)
        self.assertEqual(rows[0], ("2026-01-01", "2026-01-31", "2026-01-01", "100.00"))
        run = self._bill(date(2026, 3, 1))
        self.assertEqual(run.state, "done")
        self.assertEqual(run.invoice_count, 3)
        self.assertMoney(run.amount_untaxed, "550.00")
        self.assertMoney(run.amount_total, "660.00")
        self.assertEqual(set(run.invoice_ids.mapped("state")), {"posted"})
        again = self._bill(date(2026, 3, 1))
        self.assertEqual(again.invoice_count, 0)

    def test_preview(self):
        contract = self._create_contract([{}, {"product_id": self.setup_fee.id, "billing_type": "one_shot", "price_unit": 250.0}], confirm=False)
        preview = contract.preview_invoices(3)
        self.assertEqual([p["date"] for p in preview], ["2026-01-01", "2026-02-01", "2026-03-01"])
        self.assertMoney(preview[0]["amount_total"], "420.00")
