from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.addons.cn285_contract.engine.issue import AS_PLANNED
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import new_test_user, tagged

from .test_usage_sharing import SharingCase

UNTIL = date(2026, 2, 1)


@tagged("post_install", "-at_install")
@freeze_time("2026-02-01 10:00:00")
class TestUsageBatches(SharingCase):
    """Usage is rated by the batch that bills it; what depends on others, before the batches."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.cn285_batch_size = 1
        cls.manager = new_test_user(
            cls.env,
            "batches",
            "base.group_user,cn285_contract.group_billing_manager,account.group_account_invoice",
        )

    def _customer(self, name):
        return self._partners(name).id

    def _start(self, until=UNTIL, **values):
        run = self.env["cn285.billing.run"].with_user(self.manager)
        run = run.create({"date": until, **values})
        with trap_jobs():
            batches = run._start()
        self.env.flush_all()
        return run, batches

    def _run(self, batches):
        with trap_jobs():
            for batch in batches:
                batch._run_in_process()

    def _finish(self, run, batches):
        self._run(batches)
        run._finish()

    def _first(self, contract):
        return contract.schedule_ids.sorted("period_start")[0]

    # === IN A BATCH === #

    def test_each_batch_rates_its_own(self):
        one, two = (
            self._usage_contract({"price_unit": 2.0}, partner_id=self._customer(name))
            for name in "AB"
        )
        self._use(one, 10)
        self._use(two, 20)
        run, batches = self._start()
        self.assertEqual(len(batches), 2)
        self.assertEqual([self._first(c).state for c in (one, two)], ["waiting", "waiting"])
        self._run(batches[0])
        states = sorted(self._first(c).state for c in (one, two))
        self.assertEqual((states, run.progress), (["invoiced", "waiting"], 50.0))
        self._finish(run, batches[1])
        self.assertEqual((run.state, run.invoice_count, run.row_count), ("done", 2, 2))
        self.assertMoney(one.invoice_ids.amount_untaxed, "20.00")
        self.assertMoney(two.invoice_ids.amount_untaxed, "40.00")

    def test_late_events_before_the_batch_runs_are_in(self):
        contract = self._usage_contract({"price_unit": 2.0})
        self._use(contract, 10)
        run, batches = self._start()
        self._use(contract, 5)
        self._finish(run, batches)
        self.assertMoney(contract.invoice_ids.amount_untaxed, "30.00")
        again = self._bill(UNTIL)
        self.assertFalse(again.invoice_ids)

    def test_one_bad_contract_is_set_aside_by_its_batch(self):
        good, bad = (
            self._usage_contract({"price_unit": 2.0}, partner_id=self._customer(name))
            for name in "AB"
        )
        self._use(good, 10)
        self._use(bad, 10)
        self._use(bad, 10, "2026-01-11")
        calculator = bad.item_ids.calculator_ids
        broken = type(calculator)._recipes

        def recipes(model, item_ids):
            if bad.item_ids.id in item_ids:
                raise ValueError("broken tariff")
            return broken(model, item_ids)

        with patch.object(type(calculator), "_recipes", recipes):
            run, batches = self._start()
            self.assertFalse(run.issue_ids)
            self._finish(run, batches)
        self.assertEqual(run.state, "partial")
        [issue] = run.issue_ids
        self.assertEqual((issue.contract_id, issue.kind, issue.state), (bad, "rating", "open"))
        self.assertIn("broken tariff", issue.reason)
        self.assertEqual(run.invoice_ids, good.invoice_ids)
        self.assertEqual(self._first(bad).state, "waiting")
        # Tried again while it is still bad: the same issue, open.
        with patch.object(type(calculator), "_recipes", recipes), trap_jobs():
            run.action_retry_errors()
        self.assertEqual((run.issue_ids, issue.state, run.state), (issue, "open", "partial"))
        with trap_jobs():
            run.action_retry_errors()
        self.assertEqual((issue.state, run.state), ("solved", "done"))
        self.assertMoney(bad.invoice_ids.amount_untaxed, "40.00")

    def test_one_bad_month_keeps_all_of_its_contract(self):
        """As it would be a hole in what the customer gets: the months before wait too."""
        self.company.cn285_invoice_dating = AS_PLANNED
        last = [(0, 0, {"up_to": 10, "price_unit": 2})]
        contract = self._usage_contract({"charge_model": "graduated", "tier_ids": last})
        with freeze_time("2026-03-01 10:00:00"):
            self._use(contract, 10)
            self._use(contract, 10, "2026-02-10")
            beyond = self._use(contract, 1, "2026-02-11")
            run, batches = self._start(date(2026, 3, 1))
            self.assertEqual(len(batches), 2)
            self._finish(run, batches)
            self.assertFalse(contract.invoice_ids)
            self.assertEqual(len(run.issue_ids), 1)
            self._use(contract, 0, "2026-02-11", kind="reversal", origin=beyond)
            with trap_jobs():
                run.action_retry_errors()
            self.assertEqual(
                [self._cents(move.amount_untaxed) for move in contract.invoice_ids],
                ["20.00", "20.00"],
            )

    def test_allowance_goes_on_from_month_to_month_over_batches(self):
        """February, in a batch of its own that comes first, has what January has left."""
        self.company.cn285_invoice_dating = AS_PLANNED
        contract = self._usage_contract(
            {"price_unit": 1.0, "allowance_units": 100, "rollover": "once"}
        )
        with freeze_time("2026-03-01 10:00:00"):
            self._use(contract, 30)
            self._use(contract, 200, "2026-02-10")
            run, batches = self._start(date(2026, 3, 1))
            self.assertEqual(len(batches), 2)
            self._finish(run, batches[::-1])
            self.assertEqual(
                (run.state, run.invoice_count), ("done", 2), run.issue_ids.mapped("reason")
            )
        self.assertEqual([self._net(contract, month) for month in (1, 2)], ["0.00", "30.00"])

    # === BEFORE THE BATCHES === #

    def test_pools_and_cascades_are_rated_before(self):
        pool = self.env["cn285.usage.pool"].create({"name": "Fleet"})
        shared = {
            "price_unit": 1.0,
            "allowance_units": 100,
            "allowance_scope": "pool",
            "pool_id": pool.id,
        }
        members = [
            self._usage_contract(shared, self.CALENDAR, partner_id=self._customer(name))
            for name in "AB"
        ]
        source = self._usage_contract({"price_unit": 1.0}, partner_id=self._customer("S"))
        royalty = self._usage_contract(
            {
                "price_unit": 0.1,
                "source_item_id": source.item_ids.id,
                "source_measure": "amount",
                "metric_id": False,
            },
            partner_id=self._customer("R"),
        )
        plain = self._usage_contract({"price_unit": 1.0}, partner_id=self._customer("P"))
        for contract, quantity in zip((*members, source, plain), (150, 70, 500, 7), strict=True):
            self._use(contract, quantity)
        groups = self.env["cn285.contract"]._rated_together(self.company)
        tied = self.env["cn285.contract"].union(*groups)
        self.assertEqual(tied & (source | royalty | plain), source | royalty)
        self.assertEqual((source | plain | members[0])._depending(), source | members[0])
        run, batches = self._start()
        states = {
            c.partner_id.name: self._first(c).state for c in (*members, source, royalty, plain)
        }
        self.assertEqual(
            states, {"A": "planned", "B": "planned", "S": "planned", "R": "planned", "P": "waiting"}
        )
        self._finish(run, batches[::-1])
        self.assertEqual(run.state, "done", run.issue_ids.mapped("reason"))
        # 220 used of 200 that are included together; 10 % of what the source was billed.
        self.assertMoney(sum(member.invoice_ids.amount_untaxed for member in members), "20.00")
        self.assertEqual(
            [self._net(contract) for contract in (source, royalty, plain)],
            ["500.00", "50.00", "7.00"],
        )

    def test_batches_take_no_more_queries_for_more_rows(self):
        counts = []
        for number in (2, 6):
            partner = self._customer(f"Q{number}")
            for _contract in range(number):
                self._use(self._usage_contract({"price_unit": 2.0}, partner_id=partner), 10)
            run, batches = self._start(partner_ids=[(4, partner)])
            self.assertEqual(len(batches), 1)
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            run.sudo()._rate_batch(batches._parsed_keys())
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
            self._finish(run, batches)
        self.assertLessEqual(counts[1], counts[0] + 2)
