"""Edits of calculators that have rated: the past stays, and each day has its terms."""

from datetime import date

from freezegun import freeze_time
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..changes.test_usage_discount_change import HistoryCase

GRADUATED = [(0, 0, {"up_to": 50, "price_unit": 2}), (0, 0, {"up_to": 0, "price_unit": 1})]


@tagged("post_install", "-at_install")
@freeze_time("2026-05-01 10:00:00")
class TestCalculatorHistory(HistoryCase):
    def _billed_april(self, calculator, units="100.00"):
        """A contract of which April was billed, 60 and 40 units; and its calculator."""
        contract = self._april(calculator)
        self.assertEqual(self._bill_now(contract), units)
        return contract, contract.item_ids.calculator_ids.with_user(self.manager)

    def _late_and_next(self, contract, late, following):
        """What one late unit of April costs, and 10 units of May."""
        self._use(contract, 1, "2026-04-30")
        self.assertEqual(self._bill_on("2026-05-02", contract), late)
        with self._on("2026-05-31"):
            self._use(contract, 10, "2026-05-15")
        self.assertEqual(self._bill_on("2026-06-01", contract), following)

    # === WHAT CHANGES === #

    def test_a_price_leaves_the_past(self):
        contract = self._usage_contract({"price_unit": 2.0}, date_start="2026-04-01")
        self._use(contract, 200, "2026-04-10")
        self.assertEqual(self._bill_now(contract), "400.00")
        calculator = contract.item_ids.calculator_ids.with_user(self.manager)
        self.assertEqual(calculator.terms_from, date(2026, 5, 1))
        calculator.price_unit = 3.0
        self.assertEqual(
            calculator.version_ids.mapped(lambda one: (one.date_from, one.terms["price_unit"])),
            [(False, 2.0), (date(2026, 5, 1), 3.0)],
        )
        self._late_and_next(contract, "2.00", "30.00")

    def test_tiers_leave_the_past(self):
        contract, calculator = self._billed_april(
            {"charge_model": "graduated", "tier_ids": GRADUATED, "price_unit": 0}, "150.00"
        )
        calculator.tier_ids[0].price_unit = 5
        calculator.tier_ids[1].write({"price_unit": 3})
        self.assertEqual(len(calculator.version_ids), 2)
        self._late_and_next(contract, "1.00", "50.00")

    def test_a_tier_more_or_less_leaves_the_past(self):
        contract, calculator = self._billed_april(
            {"charge_model": "graduated", "tier_ids": GRADUATED, "price_unit": 0}, "150.00"
        )
        self.env["cn285.usage.tier"].with_user(self.manager).create(
            {"calculator_id": calculator.id, "up_to": 5, "price_unit": 7}
        )
        calculator.tier_ids.filtered(lambda tier: tier.up_to == 50).unlink()
        self._late_and_next(contract, "1.00", "40.00")

    def test_prices_by_value_leave_the_past(self):
        values = [
            (0, 0, {"value": "FR", "price_unit": 1}),
            (0, 0, {"value": "DE", "price_unit": 2}),
        ]
        contract = self._usage_contract(
            {"charge_model": "matrix", "property_name": "country", "value_ids": values},
            date_start="2026-04-01",
        )
        self._use(contract, 10, "2026-04-10", properties={"country": "FR"})
        self.assertEqual(self._bill_now(contract), "10.00")
        calculator = contract.item_ids.calculator_ids.with_user(self.manager)
        calculator.value_ids[0].price_unit = 9
        self._use(contract, 1, "2026-04-30", properties={"country": "FR"})
        self._use(contract, 1, "2026-05-01", properties={"country": "FR"})
        self.assertEqual(self._bill_on("2026-05-02", contract), "1.00")
        self.assertEqual(self._bill_on("2026-06-01", contract), "9.00")

    def test_included_units_and_bounds_leave_the_past(self):
        contract, calculator = self._billed_april(
            {"allowance_units": 30, "minimum_amount": 75}, "75.00"
        )
        calculator.write({"allowance_units": 0, "minimum_amount": 0})
        # 71 are beyond: below the minimum still.
        self._late_and_next(contract, "0.00", "10.00")

    def test_units_that_are_kept_go_on_from_before(self):
        contract, calculator = self._billed_april(
            {"allowance_units": 150, "rollover": "once"}, "0.00"
        )
        calculator.allowance_units = 5
        # 49 are left of April, and 5 of May.
        with self._on("2026-05-31"):
            self._use(contract, 1, "2026-04-30")
            self._use(contract, 60, "2026-05-15")
        self.assertEqual(self._bill_on("2026-06-01", contract), "6.00")

    def test_another_charge_model_leaves_the_past(self):
        contract, calculator = self._billed_april({})
        calculator.write({"charge_model": "package", "package_size": 10, "price_unit": 7})
        self._late_and_next(contract, "1.00", "7.00")

    def test_a_calculator_that_joins_later_does_not_reach_back(self):
        sms = self.env["cn285.usage.metric"].create(
            {"name": "Text messages", "code": "sms", "aggregation": "sum"}
        )
        contract, calculator = self._billed_april({})
        calculator.item_id.with_user(self.manager).calculator_ids = [
            (0, 0, {"metric_id": sms.id, "price_unit": 3})
        ]
        self._use(contract, 50, "2026-04-20", metric="sms")
        self._use(contract, 2, "2026-05-01", metric="sms")
        self._late_and_next(contract, "1.00", "16.00")

    def test_nothing_is_kept_of_what_has_rated_nothing(self):
        contract = self._april()
        calculator = contract.item_ids.calculator_ids.with_user(self.manager)
        self.assertFalse(calculator.terms_from)
        calculator.price_unit = 3.0
        self.assertFalse(calculator.version_ids)
        self.assertEqual(self._bill_now(contract), "300.00")

    # === FROM WHEN === #

    def test_a_day_in_the_middle_splits_the_period(self):
        contract, calculator = self._billed_april({})
        calculator.write({"price_unit": 3.0, "terms_from": "2026-05-16"})
        with self._on("2026-05-31"):
            self._use(contract, 10, "2026-05-15")
            self._use(contract, 10, "2026-05-16")
        with self._on("2026-06-01"):
            [preview] = contract.preview_invoices(1)
        self.assertEqual(self._bill_on("2026-06-01", contract), "40.00")
        self.assertMoney(preview["amount_untaxed"], "40.00")
        row = contract.schedule_ids.filtered(lambda row: row.period_start == date(2026, 5, 1))
        self.assertIn("05/16/2026", row.explanation)
        self.assertEqual(
            row.move_id.invoice_line_ids.sorted("sequence").mapped("price_unit"), [1.0, 3.0]
        )

    def test_each_way_of_counting_a_change_within_a_period(self):
        for method, billed in (("split", "150.00"), ("windows", "160.00"), ("days", "170.00")):
            with self.subTest(method):
                contract = self._usage_contract(
                    {
                        "charge_model": "graduated",
                        "tier_ids": GRADUATED,
                        "price_unit": 0,
                        "change_method": method,
                    },
                    date_start="2026-04-01",
                )
                calculator = contract.item_ids.calculator_ids.with_user(self.manager)
                higher = [
                    (1, tier.id, {"price_unit": 2 + tier.price_unit})
                    for tier in calculator.tier_ids
                ]
                with self._on("2026-04-10"):
                    calculator.write({"tier_ids": higher, "terms_from": "2026-04-16"})
                self._use(contract, 40, "2026-04-10")
                self._use(contract, 20, "2026-04-20")
                # 40 × 2, 10 × 4 and 10 × 3 where tiers go on; 40 × 2 and 20 × 4 by themselves;
                # 30 × 2, 20 × 4 and 10 × 3 where usage is spread evenly.
                self.assertEqual(self._bill_now(contract), billed)

    def test_a_day_that_was_billed_is_refused_unless_it_is_to_be_billed_anew(self):
        contract, calculator = self._billed_april({})
        refused = self.assertRaisesRegex(ValidationError, "billed up to 04/30/2026")
        with refused, self.env.cr.savepoint():
            calculator.write({"price_unit": 3.0, "terms_from": "2026-04-16"})
        calculator.write({"price_unit": 3.0, "terms_from": "2026-04-16", "terms_correct": True})
        self.assertTrue(calculator.version_ids[-1:].corrects)
        # 40 units of the second half at 2.00 more.
        self.assertEqual(self._bill_on("2026-05-02", contract), "80.00")
        self._use(contract, 1, "2026-04-15")
        self._use(contract, 1, "2026-04-16")
        self.assertEqual(self._bill_on("2026-05-03", contract), "4.00")

    def test_programs_say_the_day_of_a_tier_by_context(self):
        contract, calculator = self._billed_april(
            {"charge_model": "graduated", "tier_ids": GRADUATED, "price_unit": 0}, "150.00"
        )
        calculator.tier_ids[0].with_context(terms_from="2026-06-01").price_unit = 5
        self._late_and_next(contract, "1.00", "20.00")
        with self._on("2026-06-30"):
            self._use(contract, 10, "2026-06-15")
        self.assertEqual(self._bill_on("2026-07-01", contract), "50.00")

    def test_an_edit_between_two_holds_for_both(self):
        _contract, calculator = self._billed_april({})
        calculator.write({"price_unit": 3.0, "terms_from": "2026-07-01"})
        calculator.write({"minimum_amount": 40.0, "terms_from": "2026-06-01"})
        calculator.write({"price_unit": 4.0})
        versions = calculator.version_ids.mapped(
            lambda one: (one.date_from, one.terms["price_unit"], one.terms["minimum_amount"])
        )
        self.assertEqual(
            versions,
            [
                (False, 1.0, 0.0),
                (date(2026, 6, 1), 1.0, 40.0),
                (date(2026, 7, 1), 4.0, 40.0),
            ],
        )
        archived = calculator.version_ids.with_context(active_test=False).search(
            [("calculator_id", "=", calculator.id), ("active", "=", False)]
        )
        self.assertEqual(len(archived), 2, "what was replaced is told")

    def test_what_is_counted_changes_between_periods(self):
        contract, calculator = self._billed_april({})
        double = {"formula": "calls * 2", "metric_id": False}
        refused = self.assertRaisesRegex(ValidationError, "in the middle")
        with refused, self.env.cr.savepoint():
            calculator.write({**double, "terms_from": "2026-05-16"})
        calculator.write(double)
        self._late_and_next(contract, "1.00", "20.00")

    def test_a_hundred_take_no_more_queries(self):
        contracts = [self._billed_april({})[1] for _number in range(8)]
        counts = []
        for calculators in (contracts[:2], contracts[2:]):
            calculators = calculators[0].union(*calculators)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            calculators.write({"price_unit": 3.0})
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)

    def test_history_is_told_in_french(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        _contract, calculator = self._billed_april({})
        calculator.price_unit = 3.5
        french = calculator.version_ids.with_context(lang="fr_FR")
        self.assertIn("3,50", french[-1].summary)
        self.assertEqual(french[-1].create_uid, self.manager)

    # === WHAT IS TOLD === #

    def test_estimate_portal_and_statement_tell_which_terms(self):
        contract, calculator = self._billed_april({})
        calculator.write({"price_unit": 3.0, "terms_from": "2026-05-16"})
        with self._on("2026-05-31"):
            self._use(contract, 10, "2026-05-15")
            self._use(contract, 10, "2026-05-16")
            action = contract.with_user(self.manager).action_view_usage_estimate()
            [line] = self.env["cn285.usage.estimate.line"].search(action["domain"])
            self.assertIn("from 05/16/2026: 10 × 3 = 30.00", line.explanation)
            self.assertMoney(line.amount, "40.00")
            [period] = contract._portal_usage()["periods"]
            self.assertIn("from 05/16/2026: 10 × 3", period["lines"][0]["terms"])
        self.assertEqual(self._bill_on("2026-06-01", contract), "40.00")
        row = contract.schedule_ids.filtered(lambda row: row.period_start == date(2026, 5, 1))
        spec = self.env.ref("cn285_usage.layout_detail")._spec()
        rows = list(row.rating_ids._statement_rows(spec))
        self.assertEqual(
            sorted((str(one["unit_price"]), str(one["amount"])) for one in rows),
            [("1.0", "10.00"), ("3.0", "30.00")],
        )
        # The period after is rated by what began within the one before, and says since when.
        self.assertEqual(self._bill_on("2026-07-01", contract), "0.00")
        june = contract.schedule_ids.filtered(lambda row: row.period_start == date(2026, 6, 1))
        self.assertIn("Terms from 05/16/2026", june.explanation)

    # === WHAT ELSE IS RATED === #

    def test_highest_values_count_by_days(self):
        peak = self.env["cn285.usage.metric"].create(
            {"name": "Seats", "code": "peak", "aggregation": "max"}
        )
        contract = self._usage_contract(
            {"metric_id": peak.id, "price_unit": 5.0}, date_start="2026-04-01"
        )
        calculator = contract.item_ids.calculator_ids.with_user(self.manager)
        with self._on("2026-04-10"):
            calculator.write({"price_unit": 6.0, "terms_from": "2026-04-16"})
        self._use(contract, 7, "2026-04-10", metric="peak")
        self._use(contract, 10, "2026-04-20", metric="peak")
        # 10 seats: half of the month at 5.00, half at 6.00.
        self.assertEqual(self._bill_now(contract), "55.00")

    def test_percentages_of_events(self):
        contract = self._usage_contract(
            {"charge_model": "percentage", "percent": 1.0, "fixed_amount": 0.1},
            date_start="2026-04-01",
        )
        calculator = contract.item_ids.calculator_ids.with_user(self.manager)
        with self._on("2026-04-10"):
            calculator.write({"percent": 2.0, "terms_from": "2026-04-16"})
        self._use(contract, 1000, "2026-04-10")
        self._use(contract, 500, "2026-04-20")
        self._use(contract, 500, "2026-04-21")
        # 10.00 + 0.10, and 20.00 + 0.20.
        self.assertEqual(self._bill_now(contract), "30.30")

    def test_beneficiaries_by_themselves_and_together(self):
        anna, bert = self.env["res.partner"].create(
            [{"name": name, "ref": f"h-{name}"} for name in ("Anna", "Bert")]
        )
        for mode, billed in (("beneficiary", "60.00"), ("both", "60.00")):
            with self.subTest(mode):
                contract = self._usage_contract(
                    {"price_unit": 1.0, "allowance_units": 10},
                    {"usage_rated_by": mode},
                    date_start="2026-04-01",
                )
                calculator = contract.item_ids.calculator_ids.with_user(self.manager)
                with self._on("2026-04-10"):
                    calculator.write({"price_unit": 2.0, "terms_from": "2026-04-16"})
                self._use(contract, 20, "2026-04-10", beneficiary=anna.ref)
                self._use(contract, 20, "2026-04-20", beneficiary=anna.ref)
                self._use(contract, 15, "2026-04-20", beneficiary=bert.ref)
                # Anna 10 × 1 and 20 × 2, Bert 5 × 2.
                self.assertEqual(self._bill_now(contract), billed)
