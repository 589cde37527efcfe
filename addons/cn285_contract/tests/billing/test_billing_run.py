from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.job import Job
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.common import insert_steps
from ..common import ContractCase


@tagged("post_install", "-at_install")
@freeze_time("2026-06-15 10:00:00")
class TestBillingRun(ContractCase):
    """What a run bills, what it sets aside, and that it does so once."""

    # === DUE === #

    def test_steps_before_it_in_order(self):
        run = self.env["cn285.billing.run"].new({"company_id": self.company.id})
        own = ["_apply_changes", "_plan_due_rows", "_rate_waiting_rows", "_set_aside_unrated"]
        names = [step.__name__ for step in run._steps_before()]
        self.assertEqual([name for name in names if name in own], own)

    def test_steps_of_another_addon(self):
        steps = ["a", "b", "c"]
        self.assertEqual(insert_steps(steps, ["x", "y"], before="b"), ["a", "x", "y", "b", "c"])
        self.assertEqual(insert_steps(steps, ["x"], after="c"), ["a", "b", "c", "x"])
        self.assertEqual(insert_steps(steps, ["x"]), ["x", "a", "b", "c"])
        with self.assertRaises(ValueError):
            insert_steps(steps, ["x"], before="d")

    def test_catch_up_of_months_past_in_one_run(self):
        contract = self._create_contract()
        run = self._bill(date(2026, 6, 15))
        self.assertEqual(run.state, "done")
        invoices = run.invoice_ids.sorted("invoice_date")
        self.assertEqual(
            [day.isoformat() for day in invoices.mapped("invoice_date")],
            ["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01", "2026-06-01"],
        )
        self.assertEqual(invoices.mapped("name"), sorted(invoices.mapped("name")))
        self.assertEqual(set(invoices.mapped("state")), {"posted"})
        self.assertEqual((run.row_count, run.invoice_count, run.contract_count), (6, 6, 1))
        self.assertMoney(run.amount_untaxed, "600.00")
        self.assertMoney(run.amount_tax, "120.00")
        self.assertMoney(run.amount_total, "720.00")
        self.assertEqual(contract.invoice_ids, run.invoice_ids)
        self.assertEqual(contract.next_billing_date, date(2026, 7, 1))

    def test_second_run_bills_nothing(self):
        self._create_contract()
        self._bill(date(2026, 6, 15))
        again = self._bill(date(2026, 6, 15))
        self.assertEqual((again.state, again.invoice_count, again.row_count), ("done", 0, 0))

    def test_run_is_over_once(self):
        self._create_contract()
        run = self._bill(date(2026, 6, 15))
        with self.assertRaisesRegex(UserError, "is over"):
            run.action_run()

    def test_run_ahead_of_the_horizon_plans_first(self):
        contract = self._create_contract([{"recurring_unit": "year"}])
        run = self._bill(date(2031, 6, 1), post=False)
        self.assertEqual(run.invoice_count, 6)
        self.assertEqual(len(contract.schedule_ids), 6)

    def test_filters(self):
        other = self.env["res.partner"].create({"name": "Garage Petit"})
        tag = self.env["cn285.contract.tag"].create({"name": "Wholesale"})
        template = self.env["cn285.contract.template"].create({"name": "Basic"})
        plain = self._create_contract()
        others = self._create_contract(partner_id=other.id)
        tagged_contract = self._create_contract(tag_ids=[(6, 0, tag.ids)])
        from_template = self._create_contract(template_id=template.id)
        for filters, expected in (
            ({"partner_ids": [(6, 0, other.ids)]}, others),
            ({"tag_ids": [(6, 0, tag.ids)]}, tagged_contract),
            ({"template_ids": [(6, 0, template.ids)]}, from_template),
            ({"contract_ids": [(6, 0, plain.ids)]}, plain),
        ):
            run = self._bill(date(2026, 1, 15), **filters)
            self.assertEqual(run.schedule_ids.contract_id, expected)

    def test_drafts_where_the_run_says_so(self):
        contract = self._create_contract()
        run = self._bill(date(2026, 1, 15), post=False)
        self.assertEqual(run.invoice_ids.state, "draft")
        row = contract.schedule_ids.filtered(lambda row: row.state == "invoiced")
        self.assertEqual(row.move_id, run.invoice_ids)
        # A draft that is deleted gives its row back; it is billed again.
        run.invoice_ids.unlink()
        self.assertEqual(row.state, "planned")
        self.assertFalse(row.move_line_id)
        self.assertEqual(self._bill(date(2026, 1, 15)).row_count, 1)

    def test_cancelled_invoice_is_billed_anew_as_a_revision(self):
        contract = self._create_contract()
        run = self._bill(date(2026, 1, 15))
        run.invoice_ids.button_draft()
        run.invoice_ids.button_cancel()
        january = contract.schedule_ids.filtered(
            lambda row: row.period_start == date(2026, 1, 1)
        ).sorted("revision")
        self.assertEqual(january.mapped("state"), ["cancelled", "planned"])
        self.assertEqual(january.mapped("revision"), [0, 1])
        again = self._bill(date(2026, 1, 15))
        self.assertEqual(again.schedule_ids, january[1])
        self.assertMoney(again.amount_untaxed, "100.00")

    def test_forced_invoice_date(self):
        self._create_contract()
        run = self._bill(date(2026, 3, 1), invoice_date=date(2026, 6, 15))
        self.assertEqual(run.invoice_ids.invoice_date, date(2026, 6, 15))
        self.assertEqual(len(run.invoice_ids.invoice_line_ids), 3)
        self.assertMoney(run.amount_untaxed, "300.00")

    # === GROUPING === #

    def test_one_invoice_for_all_that_goes_together(self):
        first = self._create_contract([{}, {"price_unit": 30.0}])
        second = self._create_contract([{"price_unit": 7.0}])
        run = self._bill(date(2026, 1, 15))
        self.assertEqual(run.invoice_count, 1)
        self.assertEqual(run.invoice_ids.cn285_contract_ids, first | second)
        self.assertMoney(run.invoice_ids.amount_untaxed, "137.00")
        self.assertEqual(run.invoice_ids.invoice_origin, f"{first.name}, {second.name}")

    def test_what_parts_invoices(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": usd.id,
                "name": "2026-01-01",
                "rate": 1.1,
                "company_id": self.company.id,
            }
        )
        address = self.env["res.partner"].create(
            {"name": "Accounts", "parent_id": self.customer.id, "type": "invoice"}
        )
        term = self.env.ref("account.account_payment_term_30days")
        journal = self.env["account.journal"].create(
            {"name": "Subscriptions", "type": "sale", "code": "SUB"}
        )
        position = self.env["account.fiscal.position"].create({"name": "Special"})
        self._create_contract()
        for values in (
            {"invoice_separately": True},
            {"currency_id": usd.id},
            {"partner_invoice_id": self.customer.id},
            {"payment_term_id": term.id},
            {"journal_id": journal.id},
            {"fiscal_position_id": position.id},
        ):
            self._create_contract(**values)
        self.assertTrue(address)
        run = self._bill(date(2026, 1, 15))
        self.assertEqual(run.invoice_count, 7, run.issue_ids.mapped("reason"))

    # === ONE BAD CONTRACT === #

    def _assert_only(self, bad, reason, good):
        """The bad contract is set aside with its reason, the good one on the same day is billed."""
        run = self._bill(date(2026, 1, 15))
        self.assertEqual(run.state, "partial")
        self.assertEqual(run.schedule_ids.contract_id, good)
        self.assertEqual(run.issue_ids.contract_id, bad)
        self.assertRegex(run.issue_ids.reason, reason)
        return run

    def test_no_price(self):
        product = self._create_product("Nameless", 0.0)
        good = self._create_contract()
        bad = self._create_contract([{"product_id": product.id, "price_unit": False}])
        run = self._assert_only(bad, "no price for product Nameless", good)
        # The repair re-runs just that contract.
        product.list_price = 12.0
        run.action_retry_errors()
        self.assertEqual(run.state, "done")
        self.assertEqual(run.issue_ids.state, "solved")
        self.assertEqual(bad.invoice_ids.amount_untaxed, 12.0)
        self.assertEqual(run.row_count, 2)

    def test_archived_tax(self):
        tax = self.tax.copy({"name": "Old 20 %", "active": True})
        product = self._create_product("Old", 5.0, taxes_id=[(6, 0, tax.ids)])
        good = self._create_contract()
        bad = self._create_contract([{"product_id": product.id}])
        tax.active = False
        self._assert_only(bad, "tax Old 20 % of product Old is archived", good)

    def test_no_income_account(self):
        self.company.income_account_id = False
        self.subscription.property_account_income_id = self.env["account.account"].search(
            [("account_type", "=", "income"), ("company_ids", "in", self.company.ids)], limit=1
        )
        self.env["account.journal"].search([("type", "=", "sale")]).default_account_id = False
        self.subscription.categ_id.property_account_income_categ_id = False
        bare = self._create_product("Bare", 5.0)
        good = self._create_contract()
        bad = self._create_contract([{"product_id": bare.id}])
        self._assert_only(bad, "product Bare has no income account", good)

    def test_closed_period(self):
        self.company.sale_lock_date = date(2026, 1, 31)
        bad = self._create_contract()
        good = self._create_contract(
            [{}], partner_id=self.company.partner_id.copy().id, date_start=date(2026, 2, 3)
        )
        run = self._bill(date(2026, 2, 3), contract_ids=[(6, 0, (bad | good).ids)])
        self.assertEqual(run.schedule_ids.contract_id, good)
        self.assertRegex(
            run.issue_ids.reason, "01/01/2026, in a period that is closed until 01/31/2026"
        )

    def test_archived_payer(self):
        partner = self.env["res.partner"].create({"name": "Gone"})
        good = self._create_contract()
        bad = self._create_contract(partner_id=partner.id)
        # As in databases where that was possible still: it is refused now.
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_partner SET active = false WHERE id = %s", partner.ids)
        self.env.invalidate_all()
        self._assert_only(bad, "payer Gone is archived", good)

    @mute_logger("odoo.addons.cn285_contract.models.billing.billing_run_batch")
    def test_unforeseen_failure_stops_its_contract_only(self):
        """Also in a shared invoice: the two contracts are billed together, one of them breaks."""
        good = self._create_contract()
        bad = self._create_contract([{"price_unit": 13.0}])
        writer = type(self.env["cn285.invoice.writer"])
        create = writer._create_invoices

        def fail(self, vals_list, post=True):
            lines = [command[2] for vals in vals_list for command in vals["invoice_line_ids"]]
            if any(line["price_unit"] == 13.0 for line in lines):
                raise RuntimeError("boom")
            return create(self, vals_list, post)

        with patch.object(writer, "_create_invoices", fail):
            run = self._assert_only(bad, "Unexpected error: boom", good)
        self.assertMoney(run.amount_untaxed, "100.00")
        self.assertEqual(run.invoice_count, 1)

    def test_issue_is_solved_by_a_later_run(self):
        product = self._create_product("Later", 0.0)
        contract = self._create_contract([{"product_id": product.id, "price_unit": False}])
        first = self._bill(date(2026, 1, 15))
        product.list_price = 9.0
        second = self._bill(date(2026, 1, 15))
        self.assertEqual(second.schedule_ids.contract_id, contract)
        self.assertEqual(first.issue_ids.state, "solved")

    def test_usage_that_cannot_be_rated_sets_its_contract_aside(self):
        """The hook of usage modules: a reason for a contract keeps all of it from being billed."""
        good = self._create_contract()
        bad = self._create_contract([{}, {"billing_type": "usage"}])
        schedules = type(self.env["cn285.billing.schedule"])

        def refuse(rows):
            return dict.fromkeys(rows.contract_id, "No tariff.")

        def rate(rows):
            rows.write({"state": "planned", "net": 7.0, "amount": 7.0})
            return {}

        with patch.object(schedules, "_rate_waiting", refuse):
            run = self._assert_only(bad, "No tariff", good)
        self.assertEqual((run.issue_ids.kind, run.issue_count), ("rating", 1))
        with patch.object(schedules, "_rate_waiting", rate):
            run.action_retry_errors()
        self.assertEqual((run.state, run.issue_count), ("done", 0))
        self.assertMoney(bad.invoice_ids.amount_untaxed, "107.00")

    # === PRICES AT THE TIME OF BILLING === #

    def test_pricelist_changed_since_planning(self):
        contract = self._create_contract([{"price_unit": False}])
        self.subscription.list_price = 130.0
        run = self._bill(date(2026, 1, 15))
        self.assertMoney(run.amount_untaxed, "130.00")
        self.assertMoney(contract.schedule_ids.sorted("period_start")[0].amount, "130.00")

    # === JOBS === #

    def test_from_the_web_it_runs_in_jobs(self):
        self.company.cn285_batch_size = 1
        self._create_contract()
        self._create_contract(partner_id=self.company.partner_id.copy().id)
        run = self.env["cn285.billing.run"].create({"date": date(2026, 1, 15)})
        with trap_jobs() as trap:
            run.action_run_in_jobs()
            self.assertEqual(run.state, "running")
            self.assertEqual((run.batch_count, run.batch_done, run.progress), (2, 0, 0.0))
            jobs = trap.enqueued_jobs
            self.assertEqual(len(jobs), 3)
            first, second = sorted(
                (job for job in jobs if job.method_name == "_job_run"), key=lambda job: job.priority
            )
            [closing] = [job for job in jobs if job.method_name == "_job_finish"]
            self.assertEqual((first.recordset, second.recordset), tuple(run.batch_ids))
            self.assertEqual(closing.depends_on, {first, second})
            first.perform()
            self.assertEqual(run.progress, 50.0)
            for job in (second, closing):
                job.perform()
        self.assertEqual((run.state, run.invoice_count), ("done", 2))
        self.assertEqual(run.progress, 100.0)

    def test_job_that_runs_again_bills_nothing_twice(self):
        self._create_contract()
        run = self.env["cn285.billing.run"].create({"date": date(2026, 1, 15)})
        with trap_jobs() as trap:
            run.action_run_in_jobs()
            [job] = [job for job in trap.enqueued_jobs if job.method_name == "_job_run"]
            job.perform()
            # sudo: as if its end had not been committed.
            run.batch_ids.sudo().state = "pending"
            job.perform()
        self.assertEqual(run.invoice_count, 1)

    def _run_in_stored_jobs(self, count):
        """A run of so many batches, the jobs of these in the queue, and the one that closes it."""
        self.company.cn285_batch_size = 1
        for _number in range(count):
            self._create_contract(partner_id=self.company.partner_id.copy().id)
        run = self.env["cn285.billing.run"].create({"date": date(2026, 1, 15)})
        last = self.env["queue.job"].search([], order="id desc", limit=1).id or 0
        run.action_run_in_jobs()
        jobs = self.env["queue.job"].search([("id", ">", last)], order="priority, id")
        batch_jobs = jobs.filtered(lambda job: job.method_name == "_job_run")
        return run, batch_jobs, jobs - batch_jobs

    def test_the_last_batch_releases_the_job_that_closes(self):
        run, batch_jobs, closing = self._run_in_stored_jobs(2)
        self.assertEqual((len(batch_jobs), closing.method_name), (2, "_job_finish"))
        states = []
        for record in batch_jobs:
            states.append(closing.state)
            job = Job.load(self.env, record.uuid)
            job.perform()
            job.set_done()
            job.store()
            self.env.flush_all()
            job.enqueue_waiting()
        self.assertEqual([*states, closing.state], ["wait_dependencies"] * 2 + ["pending"])
        Job.load(self.env, closing.uuid).perform()
        self.assertEqual((run.state, run.invoice_count), ("done", 2))

    def test_a_batch_whose_job_fails_or_is_cancelled_does_not_keep_the_run_open(self):
        run, batch_jobs, _closing = self._run_in_stored_jobs(3)
        jobs = [Job.load(self.env, record.uuid) for record in batch_jobs]
        jobs[0].set_failed(exc_name="MemoryError", exc_message="gone")
        jobs[0].store()
        self.assertEqual(run.batch_ids.mapped("state"), ["failed", "pending", "pending"])
        [late] = self.env["queue.job"].search(
            [("identity_key", "=", f"cn285.billing.run.finish-{run.id}")]
        )
        with self.assertRaisesRegex(RetryableJobError, "still at work"):
            Job.load(self.env, late.uuid).perform()
        batch_jobs[1].button_cancelled()
        jobs[2].perform()
        Job.load(self.env, late.uuid).perform()
        self.assertEqual(run.batch_ids.mapped("state"), ["failed", "failed", "done"])
        self.assertEqual((run.state, run.invoice_count), ("partial", 1))
        run.action_run()
        self.assertEqual((run.state, run.invoice_count), ("done", 3))

    def test_a_run_that_lost_its_last_job_is_closed_by_the_daily_cron(self):
        run, batch_jobs, closing = self._run_in_stored_jobs(1)
        Job.load(self.env, batch_jobs.uuid).perform()
        closing.sudo().unlink()  # sudo: nobody deletes a job; it got lost
        self.assertEqual(run.state, "running")
        with trap_jobs():
            self.env["cn285.billing.run"]._cron_daily_run()
        self.assertEqual(run.state, "done")

    def test_daily_run_by_cron(self):
        self._create_contract()
        with trap_jobs() as trap:
            self.env["cn285.billing.run"]._cron_daily_run()
            trap.perform_enqueued_jobs()
        run = self.env["cn285.billing.run"].search([("company_id", "=", self.company.id)], limit=1)
        self.assertEqual(run.date, date(2026, 6, 15))
        self.assertEqual(run.invoice_count, 6)
        with trap_jobs() as trap:
            self.env["cn285.billing.run"]._cron_daily_run()
        trap.assert_jobs_count(0)

    # === COST === #

    def test_hundred_contracts_do_not_cost_a_hundred_times_the_queries(self):
        counts = []
        for number in (2, 40):
            partners = self.env["res.partner"].create(
                [{"name": f"Customer {index}"} for index in range(number)]
            )
            for partner in partners:
                self._create_contract(partner_id=partner.id)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            run = self._bill(date(2026, 1, 15))
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(run.invoice_count, number)
        self.assertLess(counts[1], 3 * counts[0])
