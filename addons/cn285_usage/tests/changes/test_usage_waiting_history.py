"""Terms that change while rated usage waits for its invoice, and other days: worked by hand."""

from datetime import date

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged

from .test_usage_discount_change import HistoryCase


@tagged("post_install", "-at_install")
@freeze_time("2026-05-01 10:00:00")
class TestUsageWaitingHistory(HistoryCase):
    def _calculator(self, contract):
        return contract.item_ids.calculator_ids.with_user(self.manager)

    def _billed(self, calculator=None, item=None):
        contract = self._april(calculator, item)
        self.assertEqual(self._bill_now(contract), "100.00")
        return contract, self._calculator(contract)

    def _use_on(self, contract, **quantities):
        for day, quantity in quantities.items():
            self._use(contract, quantity, f"2026-05-{day[1:]}")

    def _billed_in_jobs(self, contract, edit):
        """Bill April in jobs, with an edit of what is rated already, before the jobs.

        What depends on others is rated at the start; the rest as after a batch that could not bill.
        """
        run = (
            self.env["cn285.billing.run"]
            .with_user(self.manager)
            .create({"date": "2026-05-01", "contract_ids": [(6, 0, contract.ids)]})
        )
        with trap_jobs() as trap:
            run.action_run_in_jobs()
            rated = contract.schedule_ids.filtered(lambda row: row.period_end < date(2026, 5, 1))
            rated.sudo().filtered(lambda row: row.state == "waiting")._rate_waiting()
            self.assertEqual(set(rated.mapped("state")), {"planned"})
            edit()
            trap.perform_enqueued_jobs()
        return [self._cents(move.amount_untaxed) for move in contract.sudo().invoice_ids]

    # === RATED, NOT INVOICED === #

    def test_what_was_rated_and_awaits_its_invoice_keeps_its_terms(self):
        contract = self._april()
        calculator = self._calculator(contract)

        def edit():
            self.assertEqual(calculator.terms_from, date(2026, 5, 1))
            calculator.price_unit = 3.0

        self.assertEqual(self._billed_in_jobs(contract, edit), ["100.00"])
        self._use(contract, 1, "2026-04-30")
        self.assertEqual(self._bill_on("2026-05-02", contract), "1.00")
        with self._on("2026-05-31"):
            self._use_on(contract, d15=10)
        self.assertEqual(self._bill_on("2026-06-01", contract), "30.00")

    def test_it_keeps_them_when_it_is_rated_again(self):
        contract = self._april()
        contract.schedule_ids.sorted("period_start")[0]._rate_waiting()
        self._calculator(contract).price_unit = 3.0
        self._use(contract, 1, "2026-04-30")
        self.assertEqual(self._bill_now(contract), "101.00")

    def test_an_edit_that_is_told_a_day_rates_it_anew(self):
        contract = self._april()
        edit = {"price_unit": 3.0, "terms_from": "2026-04-16"}
        billed = self._billed_in_jobs(contract, lambda: self._calculator(contract).write(edit))
        # 60 × 1, 40 × 3.
        self.assertEqual(billed, ["180.00"], "it is not billed by figures that hold no more")
        self.assertEqual(self._bill_on("2026-05-02", contract), "0.00")

    def test_members_of_a_pool_are_rated_anew_together(self):
        pool = self.env["cn285.usage.pool"].create({"name": "Fleet", "allowance_units": 100})
        shared = {"allowance_scope": "pool", "pool_id": pool.id, "price_unit": 1.0}
        months = {"alignment": "calendar"}
        one, two = (
            self._usage_contract(shared, months, date_start="2026-04-01") for _number in range(2)
        )
        self._use(one, 90, "2026-04-08")
        self._use(two, 30, "2026-04-08")
        edits = (
            lambda: pool.with_user(self.manager).write(
                {"allowance_units": 40, "terms_from": "2026-04-01"}
            ),
            lambda: self._calculator(two).write({"price_unit": 2, "terms_from": "2026-04-01"}),
        )
        for edit in edits:
            self.assertEqual(self._billed_in_jobs(one | two, edit), [])
        # 120 used, 40 included: 60 and 20 of 80, at 1.00 and 2.00.
        self.assertEqual(self._bill_now(one | two), "100.00")

    def test_changes_that_are_dated_back_rate_it_anew(self):
        for name, values, amount in (
            ("usage_terms", {"price_unit": 3}, "180.00"),
            ("price", {"discount": 50}, "80.00"),
        ):
            with self.subTest(name):
                contract = self._april()
                change = (contract, name, "2026-04-16")
                billed = self._billed_in_jobs(
                    contract, lambda change=change, values=values: self._change(*change, **values)
                )
                self.assertEqual(billed, [amount])
                self.assertEqual(self._bill_on("2026-05-02", contract), "0.00")

    def test_estimates_and_previews_are_no_rating(self):
        contract = self._april()
        contract.with_user(self.manager).preview_invoices(1)
        contract.with_user(self.manager).action_view_usage_estimate()
        calculator = self._calculator(contract)
        self.assertFalse(calculator.terms_from)
        calculator.price_unit = 3.0
        self.assertEqual(self._bill_now(contract), "300.00")

    # === OTHER DAYS === #

    def test_two_edits_within_a_period_and_the_last_day(self):
        contract, calculator = self._billed()
        calculator.write({"price_unit": 2, "terms_from": "2026-05-10"})
        calculator.write({"price_unit": 4, "terms_from": "2026-05-31"})
        with self._on("2026-05-31"):
            self._use_on(contract, d09=10, d10=10, d30=10, d31=10)
        self.assertEqual(self._bill_on("2026-06-01", contract), "90.00")
        with self._on("2026-06-02"):
            self._use_on(contract, d30=1)
        self.assertEqual(self._bill_on("2026-06-02", contract), "2.00")

    def test_packages_go_on_over_the_day(self):
        contract = self._usage_contract(
            {"charge_model": "package", "package_size": 10, "price_unit": 7},
            date_start="2026-04-01",
        )
        with self._on("2026-04-10"):
            self._calculator(contract).write({"price_unit": 9, "terms_from": "2026-04-16"})
        self._use(contract, 15, "2026-04-10")
        self._use(contract, 10, "2026-04-20")
        # 2 packages for 15 units, a third one for 16 to 25.
        self.assertEqual(self._bill_now(contract), "23.00")

    def test_a_threshold_within_the_period(self):
        contract, calculator = self._billed(
            item={"usage_billing": "threshold", "usage_threshold": 150}
        )
        with self._on("2026-05-10"):
            self._use_on(contract, d10=160)
        self.assertEqual(self._bill_on("2026-05-11", contract), "160.00")
        with self._on("2026-05-12"):
            self.assertEqual(calculator.terms_from, date(2026, 6, 1))
            calculator.write({"price_unit": 3, "terms_from": "2026-05-12"})
        with self._on("2026-05-31"):
            self._use_on(contract, d11=5, d20=20)
        self.assertEqual(self._bill_on("2026-06-01", contract), "65.00")

    def test_a_change_dated_back_over_two_periods_and_taken_back(self):
        contract, _calculator = self._billed()
        with self._on("2026-05-31"):
            self._use_on(contract, d10=10)
        self.assertEqual(self._bill_on("2026-06-01", contract), "10.00")
        with self._on("2026-06-02"):
            self._change(contract, "usage_terms", "2026-04-16", price_unit=1.5)
        # 40 units of April and 10 of May at 0.50 more.
        self.assertEqual(self._bill_on("2026-06-02", contract), "25.00")
        with self._on("2026-06-04"):
            self._change(contract, "usage_terms", "2026-04-16", price_unit=1)
        self.assertEqual(self._bill_on("2026-06-04", contract), "-25.00")

    def test_minimum_that_changes_before_a_termination(self):
        contract, calculator = self._billed({"minimum_amount": 31})
        calculator.write({"minimum_amount": 62, "terms_from": "2026-05-16"})
        with self._on("2026-05-18"):
            vals = {"contract_id": contract.id, "type": "terminate"}
            changes = self.env["cn285.contract.change"].with_user(self.manager)
            changes.create({**vals, "date_effective": "2026-05-20"}).action_schedule()
        # 31 × 15/31 + 62 × 5/31.
        self.assertEqual(self._bill_on("2026-06-01", contract), "25.00")

    def test_prices_that_include_tax(self):
        self.subscription.taxes_id = self.tax.copy(
            {"name": "VAT included", "price_include_override": "tax_included", "amount": 20}
        )
        contract, calculator = self._billed({"price_unit": 1.2})
        calculator.write({"price_unit": 2.4, "terms_from": "2026-05-16"})
        with self._on("2026-05-31"):
            self._use_on(contract, d15=10, d16=10)
        self.assertEqual(self._bill_on("2026-06-01", contract), "30.00")
        with self._on("2026-06-02"):
            self._use_on(contract, d19=1)
            self._use(contract, 1, "2026-04-19")
        self.assertEqual(self._bill_on("2026-06-02", contract), "3.00")

    # === BILLED AT ONCE, OR TRIGGERED, AND NOT INVOICED YET === #

    def _planned_at_once(self, contract):
        """The looks of a trigger's job, without the batches that it orders."""
        rows, failed = (
            self.env["cn285.billing.schedule"].sudo()._plan_triggered(self.company, everything=True)
        )
        self.assertFalse(failed)
        return rows.filtered(lambda row: row.contract_id == contract)

    def test_deliveries_that_await_their_job_are_rated_anew(self):
        contract = self._usage_contract(
            {"price_unit": 1.0}, {"usage_billing": "delivery"}, date_start="2026-04-01"
        )
        self._use(contract, 10, "2026-04-10")
        self._use(contract, 20, "2026-04-20")
        rows = self._planned_at_once(contract).sorted("period_start")
        self.assertEqual([self._cents(row.amount) for row in rows], ["10.00", "20.00"])
        self._calculator(contract).write({"price_unit": 3.0, "terms_from": "2026-04-16"})
        self.assertEqual(rows.mapped("state"), ["planned", "cancelled"])
        # 10 × 1, 20 × 3.
        self.assertEqual(self._bill_on("2026-05-02", contract), "70.00")

    def test_a_threshold_that_awaits_its_job_is_rated_anew(self):
        item = {
            "usage_billing": "threshold",
            "usage_threshold": 50,
            "usage_threshold_repeat": "once",
            "alignment": "calendar",
        }
        with self._on("2026-04-25"):
            contract = self._april(item=item)
            row = self._planned_at_once(contract)
            # Reached on 10 April by 60 × 1.
            self.assertEqual(
                (self._cents(row.amount), row.period_end), ("60.00", date(2026, 4, 10))
            )
            self._calculator(contract).write({"price_unit": 3.0, "terms_from": "2026-04-11"})
            self.assertEqual(row.state, "planned", "what it bills is older than the terms")
            self._calculator(contract).write({"price_unit": 0.5, "terms_from": "2026-04-01"})
            self.assertEqual(row.state, "cancelled")
            # 60 × 0.50 is below 50.00, 100 × 0.50 reaches it.
            row = self._planned_at_once(contract)
            self.assertEqual(
                (self._cents(row.amount), row.period_end), ("50.00", date(2026, 4, 20))
            )
            self.assertEqual(self._bill_now(contract), "50.00")
        self.assertEqual(self._bill_on("2026-05-02", contract), "0.00")

    def test_what_another_contract_triggers_is_rated_anew(self):
        source = self._april()
        triggered = self._usage_contract(
            {
                "metric_id": False,
                "source_item_id": source.item_ids.id,
                "source_measure": "amount",
                "charge_model": "percentage",
                "percent": 10.0,
            },
            date_start="2026-04-01",
        )
        edit = {"price_unit": 3.0, "terms_from": "2026-04-16"}
        both = source | triggered
        self.assertEqual(
            self._billed_in_jobs(both, lambda: self._calculator(source).write(edit)), []
        )
        # 60 × 1 + 40 × 3, and 10 % of it.
        self.assertEqual(self._bill_on("2026-05-02", both), "198.00")
