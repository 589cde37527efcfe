"""Wallets and revenue: a rebate is spread as the line that it lowers, advances are none."""

from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_revrec.tests.common import RevrecCase
from odoo.tests import tagged


@tagged("post_install", "-at_install")
@freeze_time("2026-11-30 10:00:00")
class TestWalletAndRevenue(RevrecCase):
    """A year of 1,200.00 from January on, lowered by 365.00 of granted credit: 835.00 earned."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kind = cls.env["cn285.wallet.type"].create({"name": "Prepaid"})
        cls.bank = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )

    def _wallet(self, kind=None):
        return self.env["cn285.wallet"].create(
            {"type_id": (kind or self.kind).id, "partner_id": self.customer.id}
        )

    def _yearly(self):
        contract = self._create_contract(
            [{"price_unit": 1200.0, "recurring_unit": "year"}], line_grouping="row"
        )
        self._bill(date(2026, 1, 1))
        return contract, contract.schedule_ids.move_id

    def _schedules(self, move):
        self.env["cn285.revrec.source"]._sync(self.company, date(2026, 1, 31))
        return self.env["cn285.revrec.schedule"].search([("move_id", "=", move.id)], order="id")

    def test_a_rebate_is_spread_as_its_line(self):
        """Deferred at the invoice: 835.00 on 487, 70.92 of it revenue in January (31/365)."""
        self._wallet().grant(365.0)
        contract, move = self._yearly()
        self.assertMoney(move.amount_untaxed, "835.00")
        charged, rebate = self._schedules(move)
        self.assertEqual(rebate.contract_id, contract)
        self.assertEqual(rebate.item_id, contract.item_ids)
        self.assertEqual((rebate.service_start, rebate.service_end),
                         (charged.service_start, charged.service_end))  # fmt: skip
        self.assertEqual(self._months(rebate)[:2], ["2026-01 -31.00", "2026-02 -28.00"])
        self.assertEqual(self._balance("487", "2026-01-01"), "-835.00")
        self._run("2026-01")
        # 1,200 x 31/365 = 101.92, less 31.00
        self.assertEqual(self._balance("706", "2026-01-31"), "-70.92")
        self.assertEqual(self._balance("487", "2026-01-31"), "-764.08")
        self.assertTiesOut("2026-01-31")

    def test_deferred_at_the_end_of_months(self):
        self.company.cn285_deferral = "month_end"
        self._wallet().grant(365.0)
        _contract, move = self._yearly()
        [line] = move.invoice_line_ids.filtered("cn285_wallet_lot_id")
        self.assertEqual(line.account_id.code[:4], "7096")
        self._run("2026-01")
        self.assertEqual(self._balance("70", "2026-01-31"), "-70.92")
        self.assertEqual(self._balance("487", "2026-01-31"), "-764.08")

    def test_a_termination(self):
        """Ended after 2026-09-30: 743.00 - ... earned: 1,200 and 365 for 273 of 365 days."""
        wallet = self._wallet()
        wallet.grant(365.0)
        contract, move = self._yearly()
        self._run_months("2026-01", "2026-08")
        self.env["cn285.contract.change"].create(
            {"contract_id": contract.id, "type": "terminate", "date_effective": date(2026, 9, 30)}
        ).action_schedule()
        self._bill(date(2026, 11, 30))
        credit = contract.schedule_ids.move_id - move
        self.assertMoney(credit.amount_untaxed, "210.47")
        self.assertMoney(wallet.balance, "92.00")
        self._run_months("2026-09", "2026-12")
        # 1,200 - 302.47 = 897.53 earned, less 365 - 92 = 273.00
        self.assertEqual(self._balance("70", "2026-12-31"), "-624.53")
        self.assertEqual(self._balance("487", "2026-12-31"), "0.00")
        back = self.env["cn285.revrec.schedule"].search([("move_id", "=", credit.id)])
        self.assertEqual(back.contract_id, contract)

    def test_advances_are_no_revenue(self):
        """VAT at the top-up: neither the top-up nor its use is recognised, the service is."""
        kind = self.env["cn285.wallet.type"].create(
            {"name": "Calls", "books": "topup", "tax_ids": [(6, 0, self.tax.ids)]}
        )
        wallet = self._wallet(kind)
        wallet.topup(2000.0, journal_id=self.bank.id, date="2026-01-01")
        _contract, move = self._yearly()
        self.assertMoney(move.amount_total, "0.00")
        self.assertEqual(len(self._schedules(move)), 1)
        self.assertFalse(self._schedules(wallet.topup_ids.move_id))
        self._run("2026-01")
        self.assertEqual(self._balance("706", "2026-01-31"), "-101.92")
        self.assertEqual(self._balance("4191", "2026-01-31"), "-800.00")
