from unittest.mock import patch

from freezegun import freeze_time
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError, LockError
from odoo.tests import new_test_user, tagged

from ...models.trigger import usage_trigger_run
from .usage_trigger_case import TriggerCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-05 10:00:00")
class TestUsageTriggerRun(TriggerCase):
    """Who looks for what usage triggers, when, and what the runs of it bill."""

    EVENTS = {"usage_billing": "delivery"}

    def test_an_ingest_orders_one_job_after_its_commit(self):
        contract = self._trigger_contract(self.EVENTS)
        self.cr.postcommit.clear()
        with patch.object(usage_trigger_run, "order_triggers") as ordered:
            self._use(contract, 1, "2026-01-05")
            self._use(contract, 1, "2026-01-05")
            ordered.assert_not_called()
            self.cr.postcommit.run()
        ordered.assert_called_once_with(self.cr.dbname, self.company.id)

    def test_without_triggers_no_job_is_ordered(self):
        contract = self._usage_contract({"price_unit": 1.0})
        self.cr.postcommit.clear()
        with patch.object(usage_trigger_run, "order_triggers") as ordered:
            self._use(contract, 1, "2026-01-05")
            self.cr.postcommit.run()
        ordered.assert_not_called()

    def test_an_ingest_does_not_fail_with_its_job(self):
        with (
            patch.object(usage_trigger_run, "Registry", side_effect=RuntimeError("no jobs")),
            self.assertLogs(usage_trigger_run._logger, "WARNING"),
        ):
            usage_trigger_run.order_triggers(self.cr.dbname, self.company.id)

    def test_job_starts_a_run_in_jobs(self):
        contract = self._trigger_contract(self.EVENTS, {"price_unit": 3.0})
        self._use(contract, 1, "2026-01-05")
        runs = self.env["cn285.billing.run"]
        with trap_jobs() as trap:
            name = runs._job_trigger_usage(self.company.id)
            run = runs.search([("name", "=", name)])
            trap.assert_jobs_count(2)
            trap.perform_enqueued_jobs()
        self.assertInvoices(run.invoice_ids, "3.00")
        self.assertEqual(run.state, "done")
        self.assertEqual(runs._job_trigger_usage(self.company.id), "Nothing is triggered.")

    def test_job_waits_for_its_turn(self):
        self._trigger_contract(self.EVENTS)
        turns = self.env.registry["cn285.usage.turn"]
        with (
            patch.object(turns, "_take", side_effect=LockError("taken")),
            self.assertRaises(RetryableJobError),
        ):
            self.env["cn285.billing.run"]._job_trigger_usage(self.company.id)

    def test_product_needs_no_price(self):
        product = self._create_product("Metered", 0.0)
        for terms in (self.EVENTS, {"usage_billing": "threshold", "usage_threshold": 2}):
            contract = self._trigger_contract(
                {**terms, "product_id": product.id, "price_source": "pricelist"}, {"price_unit": 3}
            )
            self._use(contract, 1, "2026-01-05")
            self.assertInvoices(self._look(), "3.00")

    def test_run_of_a_trigger_bills_nothing_else(self):
        contract = self._trigger_contract(self.EVENTS, {"price_unit": 3.0})
        self.env["cn285.contract.item"].create(
            {"contract_id": contract.id, "product_id": self.subscription.id, "price_unit": 31.0}
        )
        self._use(contract, 1, "2026-01-05")
        self.assertInvoices(self._look(), "3.00")
        self._use(contract, 2, "2026-01-05")
        # Any other run bills what is triggered as well.
        moves = self._bill_on("2026-01-06").invoice_ids.sorted("invoice_date")
        self.assertInvoices(moves, "31.00", "6.00")

    def test_scheduled_action_takes_up_what_was_left(self):
        contract = self._trigger_contract(self.EVENTS, {"price_unit": 3.0})
        self._use(contract, 1, "2026-01-05")
        self.env["cn285.billing.schedule"]._plan_triggered(self.company)
        self.assertInvoices(self._look())
        with trap_jobs() as trap, self.enter_registry_test_mode():
            self.env.ref("cn285_usage.cron_usage_triggers").method_direct_trigger()
            trap.assert_jobs_count(2)
        run = self.env["cn285.billing.run"].search([("usage_trigger", "=", True)])
        run.batch_ids._job_run()
        self.assertBilled(contract, "3.00")

    def test_terms_changed_after_the_events(self):
        self._trigger_contract(self.EVENTS)
        contract = self._trigger_contract({"usage_billing": "period"})
        self._use(contract, 2_000_000, "2026-01-05")
        self.assertInvoices(self._look())
        contract.item_ids.write({"usage_billing": "threshold", "usage_threshold": 200})
        self.assertInvoices(self._look())
        self.assertInvoices(self._look(everything=True), "400.00")

    def test_drafts_where_the_company_wants_drafts(self):
        self.company.cn285_daily_post = False
        contract = self._trigger_contract(self.EVENTS, {"price_unit": 3.0})
        self._use(contract, 1, "2026-01-05")
        move = self._look()
        self.assertEqual(move.state, "draft")
        move.unlink()
        self.assertInvoices(self._look(everything=True), "3.00")

    def test_triggered_invoices_are_written_the_quick_way(self):
        contract = self._trigger_contract(self.EVENTS, {"price_unit": 3.0})
        self._use(contract, 1, "2026-01-05")
        writer = self.env.registry["cn285.invoice.writer"]
        with patch.object(writer, "_insert", autospec=True, side_effect=writer._insert) as quick:
            self.assertInvoices(self._look(), "3.00")
        quick.assert_called_once()

    def test_own_contracts_only(self):
        contract = self._trigger_contract(self.EVENTS, {"price_unit": 3.0}, user_id=self.env.uid)
        self._use(contract, 1, "2026-01-05")
        self._look()
        delivery = contract.schedule_ids.delivery_id
        groups = "cn285_contract.group_contract_user_own"
        stranger = new_test_user(self.env, "stranger", groups=groups)
        with self.assertRaises(AccessError):
            delivery.with_user(stranger).read(["amount"])
        portal = new_test_user(self.env, "portal-user", groups="base.group_portal")
        with self.assertRaises(AccessError):
            delivery.with_user(portal).read(["amount"])
        self.assertMoney(delivery.amount, "3.00")
