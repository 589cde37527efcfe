from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_contract.tests.changes.test_contract_change_money import MoneyCase
from odoo.exceptions import ValidationError
from odoo.tests import tagged

TODAY = "2026-01-20"


@tagged("post_install", "-at_install")
@freeze_time("2026-01-20 10:00:00")
class TestWithdrawal(MoneyCase):
    """Who withdraws in time owes nothing."""

    def test_withdrawal_in_time(self):
        with self._travel("2026-01-05"):
            contract = self._create_contract(
                [{"price_unit": 31.0}, {"billing_type": "one_shot", "price_unit": 50.0}],
                date_start=date(2026, 1, 5),
            )
            self._bill("2026-01-05")
        with self._travel("2026-01-19"):
            self._change(contract, "regret", "2026-01-19")
            self._bill("2026-01-19")
        self.assertEqual(contract.state, "regretted")
        self.assertEqual(set(contract.item_ids.mapped("state")), {"regretted"})
        self.assertEqual(self._billed(contract), "0.00")
        self.assertEqual(self._invoices(contract)[-1][1], "out_refund")

    def test_withdrawal_too_late(self):
        contract = self._create_contract([{}], date_start=date(2026, 1, 2))
        contract.date_concluded = date(2026, 1, 2)
        with self.assertRaisesRegex(ValidationError, "withdrawal period ended"):
            self._change(contract, "regret", TODAY)
