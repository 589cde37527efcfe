import csv
import io
from datetime import date

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged

from ..trigger.usage_trigger_case import TriggerCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-02 10:00:00")
class TestUsageTriggerStatement(TriggerCase):
    """Statements of triggered invoices: each event once, and the sums of the invoices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.is_company = True  # who reads prices without tax
        fields = ("occurred_at", "quantity", "amount")
        cls.layout = cls.env["cn285.statement.layout"].create(
            {
                "name": "Detail",
                "want_csv": True,
                "column_ids": [(0, 0, {"field": name}) for name in fields],
            }
        )

    def _statement(self, move):
        """Quantities and amounts of an invoice's statement."""
        move._make_usage_statements()
        [file] = move.cn285_statement_ids.filtered(
            lambda statement: statement.name.endswith(".csv")
        )
        text = file.raw.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text), delimiter=";" if ";" in text else ","))
        quantity, amount = rows[0].index("Quantity"), rows[0].index("Amount")
        return [(row[quantity], row[amount]) for row in rows[1:] if row and row[0]]

    def test_threshold_and_rest_tell_each_event_once(self):
        contract = self._trigger_contract(
            {"usage_billing": "threshold", "usage_threshold": 200},
            statement_layout_id=self.layout.id,
        )
        with freeze_time("2026-01-20 12:00:00"):
            self._use(contract, 600_000, "2026-01-15")
            self._use(contract, 1_000_000, "2026-01-05")
            move = self._look()
        self.assertEqual(self._statement(move), [("1000000", "200.00")])
        with freeze_time("2026-02-01 06:00:00"), trap_jobs():
            run = self.env["cn285.billing.run"].create({"date": date(2026, 2, 1)})
            run.action_run()
        self.assertEqual(self._statement(run.invoice_ids), [("600000", "120.00")])

    def test_steps_leave_the_events_to_the_period(self):
        contract = self._trigger_contract(
            {
                "usage_billing": "threshold",
                "usage_threshold": 200,
                "usage_threshold_repeat": "each",
            },
            statement_layout_id=self.layout.id,
        )
        move = self._use_on(contract, 1_500_000, "2026-01-05")
        self.assertEqual(self._statement(move), [])
        with freeze_time("2026-02-01 06:00:00"), trap_jobs():
            run = self.env["cn285.billing.run"].create({"date": date(2026, 2, 1)})
            run.action_run()
        self.assertInvoices(run.invoice_ids, "100.00")
        self.assertEqual(self._statement(run.invoice_ids), [("1500000", "300.00")])

    def test_deliveries_of_one_day_tell_their_own_events(self):
        contract = self._trigger_contract(
            {"usage_billing": "delivery"}, {"price_unit": 3.0}, statement_layout_id=self.layout.id
        )
        self.assertEqual(self._statement(self._use_on(contract, 4, "2026-01-05")), [("4", "12.00")])
        with freeze_time("2026-01-05 13:00:00"):
            first = self._use(contract, 5, "2026-01-05")
            self._use(contract, 6, "2026-01-05")
            move = self._look()
        self.assertEqual(self._statement(move), [("5", "15.00"), ("6", "18.00")])
        back = {"kind": "reversal", "origin": first}
        move = self._use_on(contract, 0, "2026-01-06", **back)
        self.assertInvoices(move, "-15.00")
        self.assertEqual(self._statement(move), [("5", "15.00")])
