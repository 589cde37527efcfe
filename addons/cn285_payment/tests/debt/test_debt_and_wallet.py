"""Debtors who hold credit: it pays what they owe before anything follows from it."""

from datetime import date

from odoo.addons.cn285_contract.models.clock import imagined_day
from odoo.tests import tagged

from .common import DebtCase


@tagged("post_install", "-at_install")
class TestDebtAndWallet(DebtCase):
    def test_credit_that_came_back_pays_what_is_late(self):
        """96.00 paid one invoice, comes back by a credit note, and pays 60.00 of another one."""
        kind = self.env["cn285.wallet.type"].create({"name": "Prepaid"})
        wallet = self.env["cn285.wallet"].create(
            {"type_id": kind.id, "partner_id": self.customer.id}
        )
        with imagined_day(date(2026, 2, 1)):
            wallet.topup(96.0, journal_id=self.bank.id)
        _contract, paid = self._billed(date(2026, 2, 10), items=[{"price_unit": 80.0}])
        contract, owed = self._billed(date(2026, 2, 10), items=[{"price_unit": 50.0}])
        self.assertMoney(paid.amount_residual, "0.00")
        self.assertMoney(owed.amount_residual, "60.00")
        self._dun(date(2026, 2, 11))
        self.assertTrue(self._case())
        with imagined_day(date(2026, 2, 12)):
            paid.cn285_credit()
        self._days(date(2026, 2, 13), date(2026, 2, 27))
        self.assertMoney(owed.amount_residual, "0.00")
        self.assertMoney(wallet.balance, "36.00")
        self.assertEqual(contract.state, "active")
        self.assertFalse(self._case())

    def test_a_type_that_pays_nothing_open_stays_so(self):
        kind = self.env["cn285.wallet.type"].create({"name": "Prepaid", "draws_open": False})
        wallet = self.env["cn285.wallet"].create(
            {"type_id": kind.id, "partner_id": self.customer.id}
        )
        _contract, owed = self._billed(date(2026, 2, 10))
        with imagined_day(date(2026, 2, 11)):
            wallet.topup(200.0, journal_id=self.bank.id)
        self._dun(date(2026, 2, 12))
        self.assertMoney(owed.amount_residual, "120.00")
        self.assertMoney(wallet.balance, "200.00")
