"""Contracts with usage end: what the addons of usage and of renewals do together."""

from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_usage.tests.rating.test_usage_rating import UsageCase
from odoo.exceptions import UserError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestUsageAndRenewal(UsageCase):
    def _left(self, move):
        return tuple(self._cents(line["remaining"]) for line in move.cn285_creditable())

    @freeze_time("2026-02-20 10:00:00")
    def test_a_termination_quotes_what_open_usage_costs_so_far(self):
        contract = self._usage_contract({"price_unit": 0.02}, {"discount": 15})
        self._use(contract, 5000)
        self._use(contract, 1000, "2026-02-03")
        quote = contract.termination_quote("2026-02-20")
        self.assertEqual(
            [(row["period_start"], self._cents(row["amount"])) for row in quote["open_usage"]],
            [("2026-01-01", "85.00"), ("2026-02-01", "17.00")],
        )

    def test_withdrawal_of_a_row_of_several_lines_leaves_nothing_to_credit(self):
        with freeze_time("2026-02-10 10:00:00"):
            contract = self._usage_contract(
                {"charge_model": "graduated", "tier_ids": self.TIERS},
                {"recurring_unit": "day"},
                date_start=date(2026, 2, 1),
                has_withdrawal=True,
            )
            self._use(contract, 21, "2026-02-03")
            move = self._bill(date(2026, 2, 4)).invoice_ids.filtered("amount_untaxed")
            change = self.env["cn285.contract.change"].create(
                {
                    "contract_id": contract.id,
                    "type": "withdraw",
                    "date_effective": date(2026, 2, 10),
                }
            )
            change.action_schedule()
            self.assertEqual(change.state, "applied")
            self.assertIn(("0.00", "0.00", "0.00"), [self._left(one) for one in move])
            self._bill(date(2026, 2, 10))
            rows = contract.schedule_ids.filtered(lambda row: row.state == "invoiced")
            self.assertMoney(sum(rows.mapped("amount")), "0.00")
            with self.assertRaisesRegex(UserError, "Nothing is left"):
                move.filtered(lambda invoice: len(invoice.invoice_line_ids) > 2).cn285_credit()
