"""Wallets, limits and suspensions where usage is billed: statements, scope, suspended days."""

import csv
import io
from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_usage.tests.rating.test_usage_rating import UsageCase
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged


@tagged("post_install", "-at_install")
@freeze_time("2026-02-01 10:00:00")
class TestWalletAndUsage(UsageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        types = cls.env["cn285.wallet.type"]
        cls.of_usage = types.create({"name": "Calls", "scope": "usage"})
        cls.bank = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )

    def _wallet(self):
        return self.env["cn285.wallet"].create(
            {"type_id": self.of_usage.id, "partner_id": self.customer.id}
        )

    def _tiered(self, **values):
        contract = self._usage_contract(
            {"charge_model": "graduated", "tier_ids": self.TIERS}, **values
        )
        self._use(contract, 21)
        return contract

    def _layout(self):
        names = ("occurred_at", "quantity", "amount")
        columns = [(0, 0, {"field": name}) for name in names]
        return self.env["cn285.statement.layout"].create(
            {"name": "Detail", "want_csv": True, "column_ids": columns}
        )

    def _stated(self, move):
        """What the statement's amounts come to."""
        [file] = move.cn285_statement_ids.filtered(lambda one: one.name.endswith(".csv"))
        text = file.raw.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text), delimiter=";" if ";" in text else ","))
        position = rows[0].index("Amount")
        return sum(float(row[position]) for row in rows[1:] if row and row[position])

    def _bill_with_statement(self):
        run = self.env["cn285.billing.run"].create({"date": date(2026, 2, 1)})
        with trap_jobs() as trap:
            run.action_run()
            trap.perform_enqueued_jobs()
        return run.invoice_ids

    def test_a_rebate_of_usage_and_its_statement(self):
        """163.00 in three tiers, 63.00 granted: 100.00 + 20.00; the statement has all of it."""
        for with_tax, stated in ((False, "163.00"), (True, "195.60")):
            with self.subTest(with_tax=with_tax):
                self.patch(
                    type(self.env["cn285.contract"]),
                    "_prices_with_tax",
                    lambda contract, with_tax=with_tax: with_tax,
                )
                wallet = self._wallet()
                wallet.grant(63.0)
                self._tiered(statement_layout_id=self._layout().id)
                move = self._bill_with_statement()
                self.assertMoney(move.amount_untaxed, "100.00")
                self.assertMoney(move.amount_total, "120.00")
                self.assertMoney(wallet.balance, "0.00")
                self.assertMoney(self._stated(move), stated)

    def test_credit_of_usage_pays_usage_alone(self):
        """100.00 a month and 163.00 of usage, with 20 %: of 500.00 paid, 195.60 is drawn."""
        contract = self._tiered()
        contract.write(
            {"item_ids": [(0, 0, self._item_vals(price_unit=100.0, date_start=date(2026, 2, 1)))]}
        )
        wallet = self._wallet()
        wallet.topup(500.0, journal_id=self.bank.id, date="2026-02-01")
        move = self._bill(date(2026, 2, 1)).invoice_ids
        self.assertMoney(move.amount_total, "315.60")
        self.assertMoney(move.amount_residual, "120.00")
        self.assertMoney(wallet.balance, "304.40")

    def test_usage_counts_against_the_limit(self):
        """Golden: limit 200.00, open 150.00, usage 60.00: above; 50.00 in the wallet: below."""
        self.company.account_use_credit_limit = True
        self.customer.credit_limit = 200.0
        untaxed = self._create_product("Untaxed", 1.0, taxes_id=[(5,)])
        self._create_contract(
            [{"price_unit": 150.0, "product_id": untaxed.id}], date_start=date(2026, 2, 1)
        )
        self._bill(date(2026, 2, 1))
        contract = self._usage_contract({"price_unit": 2.0}, date_start=date(2026, 2, 1))
        self._use(contract, 30, "2026-02-01")
        exposure = self.env["cn285.exposure"]
        found = exposure._of(self.customer, self.company)[self.customer.id]
        self.assertEqual((float(found.open), float(found.usage)), (150.0, 60.0))
        self.assertIn(self.customer.id, exposure._above_limit(self.company))
        self._wallet().topup(50.0, journal_id=self.bank.id, date="2026-02-01")
        self.assertNotIn(self.customer.id, exposure._above_limit(self.company))

    def _suspended(self, billing):
        """Deactivated from 11 to 20 January; usage before, meanwhile and after."""
        contract = self._usage_contract(
            {"price_unit": 2.0, "allowance_units": 31, "charge_model": "per_unit"}
        )
        changes = self.env["cn285.contract.change"].sudo()
        for kind, day in (("deactivate", "2026-01-11"), ("activate", "2026-01-21")):
            values = {"cause": "debt", "billing": billing} if kind == "deactivate" else {}
            with freeze_time(f"{day} 10:00:00"):
                changes.create(
                    {
                        "contract_id": contract.id,
                        "type": kind,
                        "values": values,
                        "date_effective": day,
                        "origin": "system",
                    }
                ).action_schedule()
        for day in ("2026-01-05", "2026-01-15", "2026-01-25"):
            self._use(contract, 100, day)
        move = self._bill(date(2026, 2, 1)).invoice_ids
        return contract, move

    def test_usage_of_suspended_days(self):
        """What was used is billed, whatever is said of suspended days: 300 less 31 at 2.00."""
        for billing in ("billed", "kept", "credited"):
            with self.subTest(billing):
                contract, move = self._suspended(billing)
                self.assertEqual(contract.state, "active")
                self.assertMoney(move.amount_untaxed, "538.00")
