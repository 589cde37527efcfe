from freezegun import freeze_time
from odoo.tests import new_test_user, tagged

from .common import RevrecCase


@tagged("post_install", "-at_install")
class TestGoodwill(RevrecCase):
    """A gesture to the customer lowers the revenue of the month in which it is made."""

    def setUp(self):
        super().setUp()
        with freeze_time("2026-01-01 10:00:00"):
            self.contract = self._create_contract(
                [{"price_unit": 1200.0, "recurring_unit": "year"}], date_start="2026-01-01"
            )
            self._bill("2026-01-01")

    def _goodwill(self, day, amount=50.0, **options):
        result = self.contract.credit_goodwill(amount, date=day, **options)
        return self.env["account.move"].browse(result["id"])

    def test_it_is_recognised_when_it_is_made(self):
        credit = self._goodwill("2026-02-10")
        runs = self._run_months("2026-01", "2026-03")
        self.assertFalse(runs.issue_ids.mapped("reason"))
        schedule = self.env["cn285.revrec.schedule"].search([("move_id", "=", credit.id)])
        self.assertEqual(schedule.contract_id, self.contract)
        self.assertEqual(self._months(schedule), ["2026-02 -50.00"])
        self.assertEqual(self._balance("706", "2026-01-31"), "-101.92")
        self.assertEqual(self._balance("706", "2026-02-28", "2026-02-01"), "-42.05")
        self.assertEqual(self._balance("706", "2026-03-31", "2026-03-01"), "-101.92")
        for run in runs:
            self.assertTiesOut(run.date)

    def test_for_each_rule(self):
        """Whatever spreads the product's revenue, a gesture is spread over nothing."""
        rules = [
            self._create_rule("Monthly", method="monthly"),
            self._create_rule("Life", service_source="life", service_length=36),
            self._create_rule("Own", service_source="own", start_rule="billing"),
            self.usage_rule,
            self._create_rule("Last day", method="at_date", date_rule="end"),
            self._create_rule("Once", method="at_once"),
        ]
        for rule in rules:
            with self.subTest(rule.name):
                self.subscription.cn285_revrec_rule_id = rule
                credit = self._goodwill("2026-02-10")
                run = self.env["cn285.revrec.run"].create({"date": "2026-02-28"})
                run.action_preview()
                self.assertFalse(run.issue_ids.mapped("reason"))
                schedule = self.env["cn285.revrec.schedule"].search([("move_id", "=", credit.id)])
                self.assertEqual(self._months(schedule), ["2026-02 -50.00"])
                run.unlink()

    def test_late_for_a_month_that_was_closed(self):
        self._run_months("2026-01", "2026-02")
        before = self._balance("706", "2026-02-28")
        credit = self._goodwill("2026-02-10")
        self.assertEqual(str(credit.invoice_date), "2026-02-10")
        self.assertEqual(str(credit.date), "2026-03-01")
        self.assertEqual(self._balance("706", "2026-02-28"), before)
        self._run("2026-03")
        self.assertEqual(self._balance("706", "2026-03-31", "2026-03-01"), "-51.92")
        self.assertTiesOut("2026-02-28")
        self.assertTiesOut("2026-03-31")

    def test_analytics_are_those_of_what_is_given(self):
        """101.92 of January less 50.00: 60 % Lyon 31.15, 40 % Paris 20.77, 51.92 in all."""
        plan = self.env["account.analytic.plan"].create({"name": "Sites"})
        lyon, paris = self.env["account.analytic.account"].create(
            [{"name": name, "plan_id": plan.id} for name in ("Lyon", "Paris")]
        )
        column = plan._column_name()
        with freeze_time("2026-02-01 10:00:00"):
            self.contract = self._create_contract(
                [
                    {
                        "price_unit": 1200.0,
                        "recurring_unit": "year",
                        "analytic_distribution": {str(lyon.id): 60, str(paris.id): 40},
                    },
                    {
                        "product_id": self.setup_fee.id,
                        "date_start": "2026-03-01",
                        "analytic_distribution": {str(paris.id): 100},
                    },
                ],
                date_start="2026-01-01",
            )
            self._bill("2026-02-01")
        self._goodwill("2026-01-31")
        self._run("2026-01")
        lines = self.env["account.analytic.line"].search(
            [(column, "in", (lyon | paris).ids), ("date", "<=", "2026-01-31")]
        )
        sums = {
            account: self._cents(
                sum(lines.filtered(lambda one, a=account: one[column] == a).mapped("amount"))
            )
            for account in (lyon, paris)
        }
        self.assertEqual(sums, {lyon: "31.15", paris: "20.77"})
        # What a product of another item stands for, and one that no item has.
        for product, expected in (
            (self.setup_fee, {str(paris.id): 100}),
            (self._create_product("Gesture", 1.0), {str(lyon.id): 60, str(paris.id): 40}),
        ):
            credit = self._goodwill("2026-02-10", product_id=product.id)
            self.assertEqual(credit.invoice_line_ids.analytic_distribution, expected)

    def test_by_who_credits(self):
        clerk = new_test_user(
            self.env,
            "goodwill clerk",
            "cn285_contract.group_billing_manager,account.group_account_invoice",
        )
        self._run("2026-01")
        result = self.contract.with_user(clerk).credit_goodwill(20.0, date="2026-01-15")
        credit = self.env["account.move"].browse(result["id"])
        self.assertEqual(str(credit.date), "2026-02-01")
