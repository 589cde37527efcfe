"""Invoices in instalments: what is written about, noted and charged is what is due of them."""

from datetime import date

from odoo.addons.cn285_contract.models.clock import imagined_day
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import DebtCase


@tagged("post_install", "-at_install")
class TestInstalments(DebtCase):
    """1,000.00 without tax of 1 March 2026: half is due at once, half on 30 April."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(cls.env, "parts_clerk", "cn285_contract.group_contract_user")
        term = cls.env["account.payment.term"].create(
            {
                "name": "Two parts",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (0, 60)
                ],
            }
        )
        untaxed = cls._create_product("Untaxed", 1.0, taxes_id=[Command.clear()])
        _contract, cls.move = cls._billed(
            date(2026, 3, 1),
            payment_term_id=term.id,
            items=[{"product_id": untaxed.id, "price_unit": 1000.0}],
        )

    def _lines(self, case, day):
        with imagined_day(day):
            return [
                (due.isoformat(), "".join(sign for sign in amount if sign in "0123456789."))
                for _move, due, amount in case.with_context(lang="en_US")._overdue_lines()
            ]

    def test_only_what_is_due_is_written_about(self):
        self._dun(date(2026, 3, 5))
        case = self._case()
        self.assertMoney(case.overdue_amount, "500.00")
        self.assertEqual(self._lines(case, date(2026, 3, 5)), [("2026-03-01", "500.00")])
        with imagined_day(date(2026, 3, 5)):
            case.invalidate_recordset(["debts_html"])
            text = str(case.with_context(lang="en_US").debts_html)
        self.assertIn("03/01/2026", text)
        self.assertIn("500.00", text)
        self.assertNotIn("1,000.00", text)
        # The second part is late too by then.
        self._dun(date(2026, 5, 4))
        self.assertEqual(
            self._lines(case, date(2026, 5, 4)),
            [("2026-03-01", "500.00"), ("2026-04-30", "500.00")],
        )

    def test_a_notice_is_noted_for_the_part_that_is_due(self):
        self._dun(date(2026, 3, 5))
        with imagined_day(date(2026, 3, 12)):
            self._case().with_user(self.clerk).action_notice_received("2026-03-10")
        self.assertEqual(self.move.cn285_notice_received, date(2026, 3, 10))

    def test_a_notice_is_of_what_was_due(self):
        """Consumers: interest of the first half from the notice, 83 days; none of the second."""
        self.move.cn285_notice_received = date(2026, 3, 10)
        with imagined_day(date(2026, 6, 1)):
            fees, _failed = self.env["cn285.late.fee"]._propose(self.move)
        # 500 × 2.62 % × 83/365 = 2.9789
        self.assertEqual(
            [(fee.kind, self._cents(fee.amount)) for fee in fees], [("interest", "2.98")]
        )
