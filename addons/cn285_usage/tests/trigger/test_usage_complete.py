from datetime import date

from freezegun import freeze_time
from odoo.tests import tagged

from .usage_trigger_case import TriggerCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-02 10:00:00")
class TestUsageComplete(TriggerCase):
    """Periods that are billed as soon as all their metrics are there, and not before."""

    COMPLETE = {"usage_billing": "complete", "usage_max_wait": 3}

    def _two_metrics(self, **item):
        contract = self._trigger_contract({**self.COMPLETE, **item}, {"price_unit": 2.0})
        contract.item_ids.write(
            {"calculator_ids": [(0, 0, {"metric_id": self.sms.id, "price_unit": 0.5})]}
        )
        return contract

    def test_billed_when_the_last_metric_has_arrived(self):
        contract = self._two_metrics()
        self.assertInvoices(self._use_on(contract, 10, "2026-01-05"))
        move = self._use_on(contract, 4, "2026-01-12", metric="sms")
        self.assertInvoices(move, "22.00")
        self.assertEqual(str(move.invoice_date), "2026-01-12")
        # The period goes on: what comes later is a difference, and nothing is billed twice.
        with freeze_time("2026-01-20 12:00:00"):
            self._use(contract, 1, "2026-01-20")
        self.assertInvoices(self._bill_on("2026-02-01").invoice_ids, "2.00")
        self.assertBilled(contract, "24.00")

    def test_what_only_others_trigger_waits_for_the_period_to_end(self):
        source = self._usage_contract({"price_unit": 0.1}).item_ids
        target = self.env["cn285.contract.item"].create(
            {
                "contract_id": source.contract_id.id,
                "date_start": date(2026, 1, 1),
                "product_id": self.subscription.id,
                "billing_type": "usage",
                "timing": "arrears",
                **self.COMPLETE,
                "calculator_ids": [(0, 0, {"source_item_id": source.id, "price_unit": 2})],
            }
        )
        self.assertInvoices(self._use_on(source.contract_id, 10, "2026-01-05"))
        self.assertInvoices(self._bill_on("2026-01-20").invoice_ids)
        self.assertInvoices(self._bill_on("2026-02-01").invoice_ids, "21.00")
        self.assertEqual(len(target.schedule_ids.filtered("move_id")), 1)

    def test_not_billed_before_however_late(self):
        contract = self._two_metrics()
        with freeze_time("2026-01-05 12:00:00"):
            self._use(contract, 10, "2026-01-05")
        run = self._bill_on("2026-02-01")
        self.assertFalse(run.invoice_ids)
        self.assertFalse(run.issue_ids, "it is waited for")
        run = self._bill_on("2026-02-04")
        self.assertFalse(run.invoice_ids)
        self.assertEqual((run.issue_ids.kind, run.issue_ids.contract_id), ("usage", contract))
        self.assertIn("nothing has arrived of Text messages", run.issue_ids.reason)
        with freeze_time("2026-02-05 12:00:00"):
            self._use(contract, 4, "2026-01-31", metric="sms")
            self.assertInvoices(self._look(), "22.00")
        self.assertFalse(self._bill_on("2026-02-06").issue_ids)

    def test_what_waits_does_not_stop_its_contract(self):
        contract = self._two_metrics()
        self.env["cn285.contract.item"].create(
            {"contract_id": contract.id, "product_id": self.subscription.id, "price_unit": 31.0}
        )
        run = self._bill_on("2026-02-05")
        self.assertInvoices(run.invoice_ids, "31.00", "31.00")
        self.assertEqual(run.issue_ids.kind, "usage")

    def test_not_before_the_end_where_the_item_says_so(self):
        contract = self._two_metrics(usage_at_end=True)
        self._use_on(contract, 10, "2026-01-05")
        self.assertInvoices(self._use_on(contract, 4, "2026-01-12", metric="sms"))
        self.assertInvoices(self._bill_on("2026-02-01").invoice_ids, "22.00")

    def test_expected_metrics_of_the_item(self):
        contract = self._trigger_contract(
            {**self.COMPLETE, "usage_metric_ids": [(6, 0, self.sms.ids)]}, {"price_unit": 2.0}
        )
        self.assertInvoices(self._use_on(contract, 10, "2026-01-05"))
        self.assertInvoices(self._use_on(contract, 1, "2026-01-06", metric="sms"), "20.00")

    def test_events_that_do_not_count_complete_nothing(self):
        self.sms.filter_json = {"country": ["FR"]}
        contract = self._two_metrics()
        self._use_on(contract, 10, "2026-01-05")
        abroad = {"metric": "sms", "properties": {"country": "DE"}}
        self.assertInvoices(self._use_on(contract, 4, "2026-01-06", **abroad))
        home = {"metric": "sms", "properties": {"country": "FR"}}
        self.assertInvoices(self._use_on(contract, 4, "2026-01-07", **home), "22.00")
