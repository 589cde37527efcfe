from freezegun import freeze_time
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .usage_trigger_case import TriggerCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-02 10:00:00")
class TestUsageDelivery(TriggerCase):
    """Events, or sets of them, that are billed one by one and at once."""

    EVENTS = {"usage_billing": "delivery"}
    ORDERS = {**EVENTS, "usage_set_property": "order"}

    def _order(self, contract, quantity, day, order, **properties):
        return self._use_on(contract, quantity, day, properties={"order": order, **properties})

    # === SINGLE EVENTS === #

    def test_each_event_is_invoiced_at_once(self):
        contract = self._trigger_contract(self.EVENTS, {"price_unit": 3.0})
        self.assertFalse(contract.schedule_ids, "there are no periods")
        self.assertInvoices(self._use_on(contract, 4, "2026-01-05"), "12.00")
        with freeze_time("2026-01-06 12:00:00"):
            self._use(contract, 1, "2026-01-06")
            self._use(contract, 2, "2026-01-06")
            moves = self._look()
        # One invoice, as in any run, with a line for each delivery.
        self.assertInvoices(moves, "9.00")
        self.assertEqual(sorted(line[2] for line in self._lines(moves)), ["3.00", "6.00"])
        rows = contract.schedule_ids
        self.assertEqual(set(rows.mapped("kind")), {"usage_delivery"})
        self.assertEqual(len(rows.delivery_id), 3)
        self.assertInvoices(self._bill_on("2026-02-01").invoice_ids)

    def test_each_delivery_is_rated_by_itself(self):
        contract = self._trigger_contract(
            self.EVENTS, {"charge_model": "graduated", "tier_ids": self.TIERS}
        )
        with freeze_time("2026-01-06 12:00:00"):
            self._use(contract, 10, "2026-01-05")
            self._use(contract, 11, "2026-01-05")
            self.assertInvoices(self._look(), "212.00")
        amounts = sorted(self._cents(row.amount) for row in contract.schedule_ids)
        self.assertEqual(amounts, ["102.00", "110.00"])

    def test_sent_again_it_is_billed_once(self):
        contract = self._trigger_contract(self.EVENTS, {"price_unit": 3.0})
        event = {"transaction_id": "again"}
        self.assertInvoices(self._use_on(contract, 4, "2026-01-05", **event), "12.00")
        self.assertInvoices(self._use_on(contract, 4, "2026-01-05", **event))
        with freeze_time("2026-01-06 12:00:00"):
            self.assertInvoices(self._look(everything=True))
        self.assertBilled(contract, "12.00")

    def test_reversal_and_replacement_of_a_billed_event(self):
        contract = self._trigger_contract(self.EVENTS, {"price_unit": 3.0})
        with freeze_time("2026-01-05 12:00:00"):
            first = self._use(contract, 4, "2026-01-05")
            second = self._use(contract, 10, "2026-01-05")
            self.assertInvoices(self._look(), "42.00")
        change = {"kind": "replacement", "origin": second, "transaction_id": "change"}
        self.assertInvoices(self._use_on(contract, 12, "2026-01-06", **change), "6.00")
        back = {"kind": "reversal", "origin": first}
        self.assertInvoices(self._use_on(contract, 0, "2026-01-07", **back), "-12.00")
        # The replacement is taken back: what it had replaced counts again.
        back = {"kind": "reversal", "origin": "change"}
        self.assertInvoices(self._use_on(contract, 0, "2026-01-08", **back), "-6.00")
        self.assertBilled(contract, "30.00")
        self.assertEqual(len(contract.schedule_ids.delivery_id), 2)

    def test_nothing_is_owed_of_a_delivery_that_was_taken_back(self):
        """A delivery without events is none: unlike a period, it owes no flat fee."""
        contract = self._trigger_contract(
            self.EVENTS, {"charge_model": "graduated", "tier_ids": self.TIERS}
        )
        event = self._use_on(contract, 4, "2026-01-05", transaction_id="four")
        self.assertInvoices(event, "42.00")
        back = {"kind": "reversal", "origin": "four", "transaction_id": "back"}
        self.assertInvoices(self._use_on(contract, 0, "2026-01-06", **back), "-42.00")
        self.assertBilled(contract, "0.00")
        with freeze_time("2026-01-07 12:00:00"):
            self.assertInvoices(self._look(everything=True))

    def test_taken_back_before_it_was_billed(self):
        contract = self._trigger_contract(self.EVENTS, {"price_unit": 3.0})
        with freeze_time("2026-01-05 12:00:00"):
            transaction = self._use(contract, 4, "2026-01-05")
            self._use(contract, 0, "2026-01-05", kind="reversal", origin=transaction)
            self.assertInvoices(self._look())
        self.assertFalse(contract.schedule_ids)

    def test_cancelled_invoice_is_owed_again(self):
        contract = self._trigger_contract(self.EVENTS, {"price_unit": 3.0})
        move = self._use_on(contract, 4, "2026-01-05")
        move.button_draft()
        move.button_cancel()
        with freeze_time("2026-01-06 12:00:00"):
            self.assertInvoices(self._look(), "12.00")
        self.assertBilled(contract, "12.00")

    def test_events_of_the_contract_and_before_billing(self):
        contract = self._trigger_contract({**self.EVENTS, "trial_days": 10}, {"price_unit": 3.0})
        with freeze_time("2026-01-12 12:00:00"):
            self._use(contract, 4, "2026-01-10")
            self._use(contract, 5, "2026-01-11", item_id=None, contract_id=contract.id)
            self.assertInvoices(self._look(), "15.00")

    # === SETS === #

    def test_set_by_the_number_of_its_events(self):
        contract = self._trigger_contract({**self.ORDERS, "usage_set_count": 2}, {"price_unit": 3})
        self.assertInvoices(self._order(contract, 1, "2026-01-05", "A"))
        self.assertInvoices(self._order(contract, 5, "2026-01-05", "B"))
        [move] = self._order(contract, 2, "2026-01-06", "A")
        self.assertInvoices(move, "9.00")
        [row] = move.cn285_schedule_ids
        self.assertEqual((str(row.period_start), str(row.period_end)), ("2026-01-05", "2026-01-06"))
        # What comes later to a billed set is a difference.
        self.assertInvoices(self._order(contract, 1, "2026-01-07", "A"), "3.00")
        self.assertBilled(contract, "12.00")

    def test_set_by_an_event_that_ends_it(self):
        contract = self._trigger_contract(
            {**self.ORDERS, "usage_set_completion": "marker", "usage_marker_property": "last"},
            {"price_unit": 3},
        )
        self.assertInvoices(self._order(contract, 1, "2026-01-05", "A", last=False))
        self.assertInvoices(self._order(contract, 2, "2026-01-05", "A", last=True), "9.00")

    def test_set_by_the_value_of_its_marker(self):
        contract = self._trigger_contract(
            {
                **self.ORDERS,
                "usage_set_completion": "marker",
                "usage_marker_property": "status",
                "usage_marker_value": "shipped",
            },
            {"price_unit": 3},
        )
        self.assertInvoices(self._order(contract, 1, "2026-01-05", "A", status="packed"))
        self.assertInvoices(self._order(contract, 2, "2026-01-05", "A", status="shipped"), "9.00")

    def test_set_by_its_metrics(self):
        contract = self._trigger_contract(
            {**self.ORDERS, "usage_set_completion": "metrics"}, {"price_unit": 3}
        )
        contract.item_ids.write(
            {"calculator_ids": [(0, 0, {"metric_id": self.sms.id, "price_unit": 0.5})]}
        )
        self.assertInvoices(self._order(contract, 1, "2026-01-05", "A"))
        with freeze_time("2026-01-06 12:00:00"):
            self._use(contract, 4, "2026-01-06", metric="sms", properties={"order": "A"})
            moves = self._look()
        self.assertInvoices(moves, "5.00")

    def test_incomplete_set_is_reported_and_billed_when_terms_let_it(self):
        contract = self._trigger_contract(
            {**self.ORDERS, "usage_set_count": 2, "usage_max_wait": 3}, {"price_unit": 3}
        )
        self._order(contract, 1, "2026-01-05", "A")
        with freeze_time("2026-01-05 15:00:00"):
            self._use(contract, 1, "2026-01-05")
            self._look()
        self.assertFalse(self._bill_on("2026-01-08").issue_ids)
        run = self._bill_on("2026-01-09")
        self.assertEqual(run.issue_ids.kind, "usage")
        self.assertIn("A has 1 of 2 events", run.issue_ids.reason)
        self.assertIn("1 events without the property “order”", run.issue_ids.reason)
        self.assertEqual((run.state, run.issue_count), ("partial", 1))
        contract.item_ids.usage_set_count = 1
        run = self._bill_on("2026-01-10")
        self.assertInvoices(run.invoice_ids, "3.00")

    # === ONE BAD ONE, MANY, AND TERMS === #

    def test_bad_contract_is_set_aside_and_repaired(self):
        matrix = {
            "charge_model": "matrix",
            "property_name": "zone",
            "value_ids": [(0, 0, {"value": "FR", "price_unit": 2})],
        }
        bad = self._trigger_contract(self.EVENTS, matrix)
        good = self._trigger_contract(self.EVENTS, matrix)
        with freeze_time("2026-01-05 12:00:00"):
            self._use(bad, 1, "2026-01-05", properties={"zone": "XX"})
            self._use(good, 1, "2026-01-05", properties={"zone": "FR"})
            runs = self.env["cn285.billing.run"].sudo()  # sudo: the cron looks
            run = runs._bill_triggered(self.company)
            self.assertEqual(run.issue_ids.contract_id, bad)
            self.assertIn("XX", run.issue_ids.reason)
            self.assertInvoices(run.invoice_ids, "2.00")
            self.assertFalse(runs._bill_triggered(self.company, everything=True), "it is no news")
            bad.item_ids.calculator_ids.value_ids.create(
                {
                    "calculator_id": bad.item_ids.calculator_ids.id,
                    "value": "XX",
                    "price_unit": 7,
                }
            )
            self.assertInvoices(runs._bill_triggered(self.company).invoice_ids, "7.00")

    def test_queries_do_not_grow_with_the_deliveries(self):
        contracts = [
            self._trigger_contract(self.EVENTS, {"price_unit": 3.0}) for _number in range(12)
        ]

        def queries(count):
            for contract in contracts[:count]:
                self._use(contract, 1, "2026-01-05")
            before = self.cr.sql_log_count
            self.env["cn285.billing.schedule"]._plan_triggered(self.company)
            self.env.flush_all()
            return self.cr.sql_log_count - before

        with freeze_time("2026-01-06 12:00:00"):
            queries(1)
            self.env.invalidate_all()
            one = queries(1)
            self.env.invalidate_all()
            self.assertLessEqual(queries(12), one + 4)

    def test_what_needs_a_period_is_refused(self):
        for calculator in ({"allowance_units": 5}, {"minimum_amount": 5}, {"maximum_amount": 5}):
            with self.subTest(calculator), self.assertRaisesRegex(ValidationError, "on delivery"):
                self._trigger_contract(self.EVENTS, calculator)
        for terms in (
            {"usage_set_count": 0},
            {"usage_set_completion": "marker"},
            {"usage_max_wait": -1},
        ):
            with self.subTest(terms), self.assertRaisesRegex(ValidationError, "Item"):
                self._trigger_contract({**self.ORDERS, **terms})

    def test_billed_deliveries_do_not_become_periods(self):
        contract = self._trigger_contract(self.EVENTS, {"price_unit": 3.0})
        self._use_on(contract, 4, "2026-01-05")
        for terms in ({"usage_billing": "period"}, {"usage_set_property": "order"}):
            with self.subTest(terms), self.assertRaises(UserError) as refusal:
                contract.item_ids.write(terms)
            self.assertIn("billed already", str(refusal.exception))
