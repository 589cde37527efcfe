from datetime import date

from freezegun import freeze_time
from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_usage_rating import UsageCase


@tagged("post_install", "-at_install")
@freeze_time("2026-02-01 10:00:00")
class TestUsageCredit(UsageCase):
    """Credit notes and usage that is taken back: together never more than was invoiced."""

    def _billed(self, calculator, quantity, **values):
        """A contract whose January was billed: itself, its event and its invoice."""
        contract = self._usage_contract(calculator, **values)
        transaction = self._use(contract, quantity)
        return contract, transaction, self._bill(date(2026, 2, 1)).invoice_ids

    def _take_back(self, contract, transaction):
        self._use(contract, 0, kind="reversal", origin=transaction)
        return self._bill(date(2026, 2, 1))

    def _left(self, move):
        return [self._cents(line["remaining"]) for line in move.cn285_creditable()]

    def _credited(self, contract):
        return [
            self._cents(row.credited_amount)
            for row in contract.schedule_ids.filtered("move_id").sorted("id")
        ]

    TIERED = {"charge_model": "graduated", "tier_ids": UsageCase.TIERS}

    # === ROWS OF SEVERAL LINES === #

    def test_whole_credit_marks_a_row_of_several_lines(self):
        contract, _event, move = self._billed(self.TIERED, 21)
        self.assertMoney(move.cn285_credit()["amount_untaxed"], "163.00")
        self.assertEqual(self._credited(contract), ["163.00"])
        self.assertEqual(self._left(move), ["0.00", "0.00", "0.00"])

    def test_row_of_several_lines_is_credited_as_a_whole(self):
        contract, _event, move = self._billed(self.TIERED, 21)
        row = contract.schedule_ids.filtered("move_id")
        self.assertEqual(
            [[one["schedule_id"] for one in line["rows"]] for line in move.cn285_creditable()],
            [row.ids] * 3,
        )
        credit = move.cn285_credit(rows={row.id: {"amount": 120}})
        self.assertMoney(credit["amount_untaxed"], "120.00")
        self.assertMoney(credit["amount_tax"], "24.00")
        self.assertEqual(self._credited(contract), ["120.00"])
        rest = move.cn285_credit(rows={row.id: {"percent": 100}})
        self.assertMoney(rest["amount_untaxed"], "43.00")
        self.assertMoney(rest["amount_tax"], "8.60")
        self.assertEqual(self._credited(contract), ["163.00"])
        with self.assertRaisesRegex(UserError, "Nothing is left"):
            move.cn285_credit()

    def test_line_of_a_tier_is_credited_of_its_row(self):
        contract, _event, move = self._billed(self.TIERED, 21)
        last = move.invoice_line_ids.sorted("sequence")[2]
        move.cn285_credit(lines={last.id: {"percent": 100}})
        self.assertEqual(self._credited(contract), ["8.00"])
        self.assertMoney(move.cn285_credit()["amount_untaxed"], "155.00")
        self.assertEqual(self._credited(contract), ["163.00"])

    # === USAGE TAKEN BACK, THEN CREDITED === #

    def test_what_usage_took_back_cannot_be_credited_again(self):
        contract, event, move = self._billed({"price_unit": 2.0}, 100)
        self._use(contract, 30)
        self._bill(date(2026, 2, 1))
        self.assertMoney(self._take_back(contract, event).amount_untaxed, "-200.00")
        self.assertEqual(self._left(move), ["0.00"])
        with self.assertRaisesRegex(UserError, "Nothing is left"):
            move.cn285_credit()
        late = contract.schedule_ids.move_id.filtered(
            lambda invoice: invoice.move_type == "out_invoice" and invoice != move
        )
        self.assertMoney(late.cn285_credit()["amount_untaxed"], "60.00")

    def test_part_that_usage_took_back_is_spread_over_the_lines(self):
        contract, event, move = self._billed(self.TIERED, 11)
        self._use(contract, 4, kind="replacement", origin=event)
        # 110 were billed, 42 are owed.
        self.assertMoney(self._bill(date(2026, 2, 1)).amount_untaxed, "-68.00")
        credit = move.cn285_credit()
        self.assertMoney(credit["amount_untaxed"], "42.00")
        self.assertMoney(credit["amount_tax"], "8.40")

    # === CREDITED, THEN USAGE TAKEN BACK === #

    def test_what_was_credited_is_not_taken_back_by_usage(self):
        contract, event, move = self._billed({"price_unit": 2.0}, 100)
        move.cn285_credit(percent=50)
        run = self._take_back(contract, event)
        self.assertMoney(run.amount_untaxed, "-100.00")
        self.assertIn("credited before: 100", run.schedule_ids.explanation)
        self.assertEqual([line[2] for line in self._lines(run.invoice_ids)], ["200.00", "-100.00"])
        self.assertEqual(self._left(move), ["0.00"])
        # The credit note stands: usage up to what it took back is not billed once more.
        self._use(contract, 50)
        self._bill(date(2026, 2, 1))
        self._use(contract, 25)
        self._bill(date(2026, 2, 1))
        rows = contract.schedule_ids.filtered(lambda row: row.state == "invoiced")
        self.assertMoney(sum(rows.mapped("amount")) - sum(rows.mapped("credited_amount")), "50.00")
        self.assertEqual(self._bill(date(2026, 2, 1)).row_count, 0)

    def test_credited_as_a_whole_nothing_is_left_to_take_back(self):
        contract, event, move = self._billed({"price_unit": 2.0}, 100)
        refund = self.env["account.move"].browse(move.cn285_credit()["id"])
        self.assertMoney(self._take_back(contract, event).amount_untaxed, "0.00")
        self.assertEqual(self._bill(date(2026, 2, 1)).row_count, 0, "once")
        # A credit note that is cancelled frees what it took back.
        refund.button_draft()
        refund.button_cancel()
        self._use(contract, 1)
        self.assertMoney(self._bill(date(2026, 2, 1)).amount_untaxed, "-198.00")

    def test_credited_delivery_that_is_taken_back(self):
        contract = self._usage_contract({"price_unit": 2.0}, {"usage_billing": "delivery"})
        runs = self.env["cn285.billing.run"].sudo()  # sudo: the cron looks
        event = self._use(contract, 100)
        move = runs._bill_triggered(self.company).invoice_ids.with_env(self.env)
        move.cn285_credit(percent=25)
        self._use(contract, 0, kind="reversal", origin=event)
        self.assertMoney(runs._bill_triggered(self.company).amount_untaxed, "-150.00")
        self.assertEqual(self._left(move), ["0.00"])
