from datetime import date

from freezegun import freeze_time
from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_contract_change import ChangeCase

DAY = "2026-01-01"


@tagged("post_install", "-at_install")
@freeze_time("2026-01-01 10:00:00")
class TestFirstDay(ChangeCase):
    """Ends on the first day, where the day of an end is not billed: nothing was served."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.cn285_end_day = "free"

    def _credited(self, contract):
        refunds = contract.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
        return self._cents(sum(refunds.mapped("amount_total")))

    def test_all_is_credited_and_the_contract_is_cancelled(self):
        contract = self._create_contract(
            [{}, {"billing_type": "one_shot", "price_unit": 50.0}, {"date_start": "2026-03-01"}]
        )
        self._bill(date(2026, 1, 1))
        self.assertMoney(contract.invoice_ids.amount_total, "180.00")
        change = self._change(contract, "terminate", DAY)
        self.assertEqual((change.state, contract.state), ("applied", "cancelled"))
        self.assertEqual(set(contract.item_ids.mapped("state")), {"cancelled"})
        run = self._bill(date(2026, 1, 1))
        self.assertEqual(run.state, "done")
        self.assertEqual(self._credited(contract), "180.00")
        with freeze_time("2026-06-01 10:00:00"):
            self.assertEqual(self._bill(date(2026, 6, 1)).row_count, 0)
        with self.assertRaisesRegex(UserError, "cannot become a draft again"):
            contract.action_draft()

    def test_nothing_was_invoiced(self):
        contract = self._create_contract()
        self._change(contract, "terminate", DAY)
        self.assertEqual(contract.state, "cancelled")
        self.assertEqual(self._bill(date(2026, 1, 1)).row_count, 0)

    def test_planned_before_it_starts_it_blocks_nothing(self):
        contract = self._create_contract(date_start=date(2026, 2, 1))
        price = self._change(
            contract, "price", "2026-03-01", item=contract.item_ids, price_unit=120.0
        )
        self._change(contract, "terminate", "2026-02-01")
        self.assertFalse(self._rows(contract))
        with freeze_time("2026-03-02 10:00:00"):
            run = self._bill(date(2026, 3, 2))
        self.assertEqual((run.state, run.row_count), ("done", 0))
        self.assertEqual(contract.state, "cancelled")
        self.assertNotEqual(price.state, "applied")

    def test_its_preview_tells_the_same(self):
        contract = self._create_contract([{}, {"price_unit": 68.33}])
        self._bill(date(2026, 1, 1))
        change = self._change(contract, "terminate", DAY, schedule=False)
        credits = change.preview()["credits"]
        self.assertMoney(sum(row["amount"] for row in credits), "-168.33")

    def test_the_day_is_billed_by_the_other_rule(self):
        self.company.cn285_end_day = "billed"
        contract = self._create_contract([{"price_unit": 31.0}])
        self._bill(date(2026, 1, 1))
        self._change(contract, "terminate", DAY)
        with freeze_time("2026-01-02 10:00:00"):
            self._bill(date(2026, 1, 2))
        self.assertEqual(contract.date_end, date(2026, 1, 1))
        # 30 of 31 days, with 20 % tax.
        self.assertEqual(self._credited(contract), "36.00")

    def test_two_days(self):
        """The second day is the first that is not served: one day is billed."""
        contract = self._create_contract([{"price_unit": 31.0}])
        self._bill(date(2026, 1, 1))
        with freeze_time("2026-01-02 10:00:00"):
            self._change(contract, "terminate", "2026-01-02")
            self._bill(date(2026, 1, 2))
        self.assertEqual(contract.date_end, date(2026, 1, 1))
        self.assertEqual(self._credited(contract), "36.00")
