from freezegun import freeze_time
from odoo.addons.cn285_contract.tests.changes.test_contract_change_money import MoneyCase
from odoo.tests import tagged


@tagged("post_install", "-at_install")
@freeze_time("2026-01-20 10:00:00")
class TestChangesWithTerms(MoneyCase):
    """Changes of contracts that have terms."""

    def test_a_termination_that_is_moved_has_the_fee_of_its_new_day(self):
        contract = self._monthly(31.0)
        contract.write(
            {
                "commitment_length": 6,
                "commitment_unit": "month",
                "may_buy_out": True,
                "exit_fee": "fixed",
                "exit_fee_value": 50.0,
            }
        )
        change = self._change(contract, "terminate", "2026-07-10")
        self.assertMoney(change.fee_amount, "0.00")
        change.action_reschedule("2026-02-28")
        self.assertMoney(change.fee_amount, "50.00")
