from freezegun import freeze_time
from odoo.tests import tagged

from .common import RevrecCase


@tagged("post_install", "-at_install")
class TestCreditsDue(RevrecCase):
    """Credits that are not issued at a month's end: D706 + D44587 / C4198, never off 4181."""

    def setUp(self):
        super().setUp()
        with freeze_time("2026-01-01 10:00:00"):
            self.contract = self._create_contract(
                [{"price_unit": 1200.0, "recurring_unit": "year"}],
                date_start="2026-01-01",
                date_end="2026-12-31",
            )
            self._bill("2026-01-01")
        self._run_months("2026-01", "2026-08")

    def _end_on_31_august(self):
        """Known on 20 September: September to December are given back, and not credited yet."""
        with freeze_time("2026-09-20 10:00:00"):
            self.env["cn285.contract.change"].create(
                {
                    "contract_id": self.contract.id,
                    "item_id": self.contract.item_ids.id,
                    "type": "end_item",
                    "date_effective": "2026-08-31",
                    "values": {},
                }
            ).action_schedule()

    def _accrue_september(self):
        """500.00 of another contract, rendered in September and billed in October."""
        with freeze_time("2026-09-01 10:00:00"):
            return self._create_contract(
                [{"price_unit": 500.0, "timing": "arrears"}],
                date_start="2026-09-01",
                date_end="2026-09-30",
            )

    def test_the_chart_s_account(self):
        self.assertEqual(self.company.cn285_credit_due_account_id.code[:4], "4198")

    def test_beside_what_is_unbilled(self):
        """4181 shows 600.00, 4198 shows 118.36: 98.63 of September and its tax of 19.73."""
        self._accrue_september()
        self._end_on_31_august()
        run = self._run("2026-09")
        day = "2026-09-30"
        self.assertEqual(self._balance("4181", day), "600.00")
        self.assertEqual(self._balance("4198", day), "-118.36")
        self.assertEqual(self._balance("44587", day), "-80.27")
        self.assertEqual(self._balance("706", day, "2026-09-01"), "-500.00")
        self.assertEqual(self._balance("4198", "2026-10-01"), "0.00")
        self.assertTiesOut(day)
        report = self.env["cn285.revrec.tieout"].with_context(cn285_date_to=day)
        kinds = {row.kind: self._cents(row.ledger) for row in report.search([])}
        self.assertEqual(kinds["credit_due"], "-118.36")
        self.assertEqual(kinds["unbilled"], "600.00")
        accounts = {
            position.account_id.code[:4]: self._cents(position.amount)
            for position in run.position_ids
        }
        self.assertEqual(accounts, {"4181": "500.00", "4198": "-98.63"})
        with freeze_time("2026-10-05 10:00:00"):
            self._bill("2026-10-05")
        self._run_months("2026-10", "2026-12")
        for month_end in (day, "2026-10-31", "2026-12-31"):
            self.assertTiesOut(month_end)
        self.assertEqual(self._balance("706", "2026-12-31"), "-1298.90")
        self.assertEqual(self._balance("487", "2026-12-31"), "0.00")

    def test_in_detail_and_in_the_preview(self):
        self._end_on_31_august()
        run = self.env["cn285.revrec.run"].create({"date": "2026-09-30", "detail": "detail"})
        run.action_preview()
        self.assertIn("4198", {line.account_id.code[:4] for line in run.preview_ids})
        run.action_post()
        self.assertEqual(self._balance("4198", "2026-09-30"), "-118.36")
        self.assertTiesOut("2026-09-30")

    def test_without_an_account_of_their_own(self):
        """Charts that have none: as before, off what is unbilled."""
        self.company.cn285_credit_due_account_id = False
        self._accrue_september()
        self._end_on_31_august()
        self._run("2026-09")
        self.assertEqual(self._balance("4181", "2026-09-30"), "481.64")
        self.assertTiesOut("2026-09-30")

    def test_a_rule_and_a_category_have_accounts_of_their_own(self):
        own = self.accounts["4181"].copy({"code": "419801", "account_type": "liability_current"})
        other = self.accounts["4181"].copy({"code": "419802", "account_type": "liability_current"})
        self.subscription.categ_id = self.env["product.category"].create({"name": "Online"})
        self.subscription.categ_id.cn285_credit_due_account_id = own
        self.assertEqual(self.daily._account("credit_due", self.subscription.categ_id), own)
        self.daily.credit_due_account_id = other
        self._end_on_31_august()
        self._run("2026-09")
        self.assertEqual(self._balance("419802", "2026-09-30"), "-118.36")
        self.assertTiesOut("2026-09-30")
