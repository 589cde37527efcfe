from datetime import date
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import RevrecCase


@tagged("post_install", "-at_install")
class TestRules(RevrecCase):
    """Which rule counts, which accounts, and what is refused."""

    def test_item_before_product_before_category_before_company(self):
        usual, of_category, of_product, of_item = (
            self._create_rule(name) for name in ("Usual", "Category", "Product", "Item")
        )
        product = self.setup_fee
        self.company.cn285_revrec_rule_id = usual
        self.assertEqual(product._cn285_revrec_rule(self.company), usual)
        parent = self.env["product.category"].create({"name": "Services"})
        product.categ_id = self.env["product.category"].create(
            {"name": "Set-up", "parent_id": parent.id}
        )
        parent.cn285_revrec_rule_id = of_category
        self.assertEqual(product._cn285_revrec_rule(self.company), of_category)
        product.cn285_revrec_rule_id = of_product
        contract = self._create_contract([{"product_id": product.id}])
        self.assertEqual(contract.item_ids._cn285_rule(), of_product)
        contract.item_ids.cn285_revrec_rule_id = of_item
        self.assertEqual(contract.item_ids._cn285_rule(), of_item)

    def test_rules_of_the_demonstration_have_names_in_each_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.company.cn285_revrec_rule_id = False
        self.company.cn285_revrec_usage_rule_id = False
        self.env["cn285.revrec.demo"]._set_up(self.company)
        rules = self.company.cn285_revrec_rule_id + self.company.cn285_revrec_usage_rule_id
        self.assertEqual(rules.mapped("name"), ["Straight line by day", "As consumed"])
        french = rules.with_context(lang="fr_FR").mapped("name")
        self.assertEqual(french, ["Linéaire par jour", "Selon la consommation"])

    def test_usage_has_a_usual_rule_of_its_own(self):
        self.company.cn285_revrec_rule_id = self.daily
        self.company.cn285_revrec_usage_rule_id = self.usage_rule
        product = self.setup_fee
        self.assertEqual(product._cn285_revrec_rule(self.company, "usage"), self.usage_rule)
        self.assertEqual(product._cn285_revrec_rule(self.company), self.daily)

    def test_a_usual_rule_by_what_is_billed_is_one_method(self):
        """Such as set-up fees over 24 months: nothing else has to be extended."""
        self.company.cn285_revrec_rule_id = self.daily
        over_24_months = self._create_rule("Set-up fees")
        usual_rule = type(self.company)._cn285_usual_rule

        def by_what_is_billed(company, billing_type=None):
            return over_24_months if billing_type == "one_shot" else usual_rule(company)

        contract = self._create_contract(
            [
                {"product_id": self.setup_fee.id, "billing_type": "one_shot"},
                {"product_id": self.subscription.id},
            ]
        )
        fee, subscription = contract.item_ids
        with patch.object(type(self.company), "_cn285_usual_rule", by_what_is_billed):
            self.assertEqual(fee._cn285_rule("one_shot"), over_24_months)
            self.assertEqual(subscription._cn285_rule("fixed"), self.daily)

    def test_accounts_of_rule_category_company(self):
        other = self.accounts["487"].copy({"code": "487900", "name": "Other deferred"})
        category = self.env["product.category"].create({"name": "Services"})
        self.subscription.categ_id = category
        self.assertEqual(self.daily._account("deferred", category), self.accounts["487"])
        category.cn285_deferred_account_id = other
        self.assertEqual(self.daily._account("deferred", category), other)
        contract = self._create_contract(
            [{"price_unit": 1200.0, "recurring_unit": "year"}], date_end="2026-12-31"
        )
        self._bill("2026-01-01")
        self.assertEqual(contract.invoice_ids.invoice_line_ids.account_id, other)
        self._run("2026-01")
        self.assertEqual(self._balance("487900", "2026-01-31"), "-1098.08")
        self.assertTiesOut("2026-01-31")

    def test_a_rule_without_account_sets_the_contract_aside(self):
        self.company.cn285_deferred_account_id = False
        contract = self._create_contract([{"price_unit": 1200.0, "recurring_unit": "year"}])
        run = self._bill("2026-01-01")
        self.assertFalse(contract.invoice_ids)
        reason = run.issue_ids.reason
        for what in ("API access", "By day", "deferred revenue account"):
            self.assertIn(what, reason)

    def test_without_a_rule_revenue_stays_as_it_is_invoiced(self):
        self.subscription.cn285_revrec_rule_id = False
        contract = self._create_contract([{"price_unit": 1200.0, "recurring_unit": "year"}])
        self._bill("2026-01-01")
        self.assertEqual(contract.invoice_ids.invoice_line_ids.account_id, self.accounts["706"])
        run = self._run("2026-01")
        self.assertFalse(run.move_ids)
        self.assertFalse(self.env["cn285.revrec.schedule"].search([]))

    def test_refused_rules(self):
        for values in (
            {"method": "at_date", "date_rule": "fixed"},
            {"service_source": "own", "service_length": 0},
            {"service_source": "own", "start_rule": "date"},
            {"deferred_account_id": self.accounts["706"].id},
            {"revenue_account_id": self.accounts["487"].id},
        ):
            with self.subTest(values), self.assertRaisesRegex(ValidationError, "Refused one"):
                self._create_rule("Refused one", **values)

    def test_refused_service_periods(self):
        contract = self._create_contract([{"date_start": "2026-01-10"}])
        item = contract.item_ids
        with self.assertRaisesRegex(ValidationError, "before it starts"):
            item.write({"cn285_service_start": "2026-02-02", "cn285_service_end": "2026-02-01"})
        with self.assertRaisesRegex(ValidationError, "before the item does"):
            item.cn285_service_start = "2026-01-09"

    def test_an_own_service_period(self):
        """A training sold in January and given in June is revenue of June."""
        at_date = self._create_rule("Given", method="at_date", service_source="own")
        self.setup_fee.cn285_revrec_rule_id = at_date
        self._create_contract(
            [
                {
                    "product_id": self.setup_fee.id,
                    "price_unit": 250.0,
                    "billing_type": "one_shot",
                    "cn285_service_start": "2026-06-10",
                    "cn285_service_end": "2026-06-12",
                }
            ],
            date_start=date(2026, 1, 5),
        )
        self._bill("2026-01-05")
        self._run_months("2026-01", "2026-06")
        self.assertEqual(self._balance("706", "2026-05-31"), "0.00")
        self.assertEqual(self._balance("487", "2026-05-31"), "-250.00")
        self.assertEqual(self._balance("706", "2026-06-30"), "-250.00")
        self.assertTiesOut("2026-06-30")

    def test_a_rule_of_another_company_is_no_usual_one(self):
        other = self.env["res.company"].create({"name": "Other"})
        rule = self._create_rule("Foreign", company_id=other.id)
        with self.assertRaisesRegex(ValidationError, "Foreign"):
            self.company.cn285_revrec_rule_id = rule

    def test_summed_lines_keep_their_periods(self):
        """Two items on one line of the invoice: each has its schedule, and they add up."""
        contract = self._create_contract(
            [
                {"price_unit": 100.0, "recurring_unit": "year"},
                {"price_unit": 200.0, "recurring_unit": "year"},
            ],
            line_grouping="product",
            date_end="2026-12-31",
        )
        self._bill("2026-01-01")
        [line] = contract.invoice_ids.invoice_line_ids
        self._run("2026-01")
        schedules = self.env["cn285.revrec.schedule"].search([("move_line_id", "=", line.id)])
        self.assertEqual(sorted(schedules.mapped("amount")), [100.0, 200.0])
        self.assertEqual(len(schedules.billing_schedule_id), 2)
        self.assertTiesOut("2026-01-31")
