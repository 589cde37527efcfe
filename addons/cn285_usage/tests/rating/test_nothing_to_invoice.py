from unittest.mock import patch

from freezegun import freeze_time
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..trigger.usage_trigger_case import TriggerCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-02 10:00:00")
class TestNothingToInvoice(TriggerCase):
    """Usage that comes to 0.00: no invoice for it alone, and nothing of it is lost."""

    EVENTS = {"usage_billing": "delivery"}
    ONCE = {"usage_billing": "threshold", "usage_threshold": 200}

    def _states(self, contract):
        rows = contract.schedule_ids.sorted("id")
        return [(row.kind, row.state) for row in rows if row.state not in ("waiting",)]

    # === DELIVERIES === #

    def test_a_delivery_of_nothing_makes_no_invoice(self):
        contract = self._trigger_contract(self.EVENTS, {"price_unit": 0.001})
        self.assertInvoices(self._use_on(contract, 4, "2026-01-05"))
        self.assertEqual(self._states(contract), [("usage_delivery", "nothing_to_invoice")])
        row = contract.schedule_ids
        self.assertEqual((row.quantity, row.amount, row.move_id.id), (4, 0, False))
        self.assertIn("4", row.explanation)
        self.assertTrue(row.run_id)
        with freeze_time("2026-01-06 12:00:00"):
            self.assertInvoices(self._look(everything=True))
        self.assertEqual(len(contract.schedule_ids), 1)
        with self.assertRaises(UserError):
            row.quantity = 5
        with self.assertRaises(UserError):
            row.unlink()

    def test_with_contracts_it_is_a_line(self):
        contract = self._trigger_contract(self.EVENTS, {"price_unit": 0.001})
        with freeze_time("2026-01-05 12:00:00"):
            self._use(contract, 4, "2026-01-05")
            self._use(contract, 5000, "2026-01-05")
            move = self._look()
        self.assertInvoices(move, "5.00")
        self.assertEqual(sorted(line[2] for line in self._lines(move)), ["0.00", "5.00"])
        self.assertEqual(set(contract.schedule_ids.mapped("state")), {"invoiced"})

    def test_what_changes_a_delivery_without_invoice_is_billed(self):
        contract = self._trigger_contract(self.EVENTS, {"price_unit": 0.001})
        self._use_on(contract, 4, "2026-01-05", transaction_id="small")
        change = {"kind": "replacement", "origin": "small", "transaction_id": "large"}
        self.assertInvoices(self._use_on(contract, 7000, "2026-01-06", **change), "7.00")
        back = {"kind": "reversal", "origin": "large"}
        self.assertInvoices(self._use_on(contract, 0, "2026-01-07", **back), "-7.00")
        with self.assertRaises(UserError):
            contract.item_ids.usage_billing = "period"

    def test_a_delivery_without_invoice_keeps_the_item_on_delivery(self):
        contract = self._trigger_contract(self.EVENTS, {"price_unit": 0.001})
        self._use_on(contract, 4, "2026-01-05")
        with self.assertRaises(UserError):
            contract.item_ids.usage_billing = "period"

    # === THRESHOLDS AND COMPLETE PERIODS === #

    def test_no_rest_of_a_threshold_makes_no_invoice(self):
        contract = self._trigger_contract(self.ONCE)
        self.assertInvoices(self._use_on(contract, 1000000, "2026-01-05"), "200.00")
        self.assertFalse(self._bill_on("2026-02-01").invoice_ids)
        self.assertEqual(
            self._states(contract),
            [("usage", "nothing_to_invoice"), ("usage_threshold", "invoiced")],
        )
        # February is running; of January, late usage is a difference.
        self._use_on(contract, 50000, "2026-02-02")
        with freeze_time("2026-02-03 12:00:00"):
            self._use(contract, 500000, "2026-01-31")
        self.assertInvoices(self._bill_on("2026-02-04").invoice_ids, "100.00")
        self.assertInvoices(self._bill_on("2026-03-01").invoice_ids, "10.00")
        self.assertBilled(contract, "310.00")

    def test_its_period_is_not_planned_again(self):
        contract = self._trigger_contract(self.ONCE)
        self._use_on(contract, 1000000, "2026-01-05")
        self._bill_on("2026-02-01")
        rows = contract.schedule_ids
        contract.item_ids._replan()
        self.assertEqual(contract.schedule_ids, rows)

    def test_a_contract_ends_with_nothing_to_invoice(self):
        contract = self._trigger_contract(self.ONCE, date_end="2026-01-31")
        self._use_on(contract, 1000000, "2026-01-05")
        self._bill_on("2026-02-01")
        with freeze_time("2026-02-02 12:00:00"):
            self.env["cn285.contract"]._close_finished(self.company)
        self.assertEqual(contract.state, "closed")

    def test_a_complete_period_of_nothing_makes_no_invoice(self):
        contract = self._trigger_contract(
            {"usage_billing": "complete"}, {"price_unit": 1.0, "allowance_units": 10}
        )
        self.assertInvoices(self._use_on(contract, 4, "2026-01-05"))
        self.assertEqual(self._states(contract), [("usage", "nothing_to_invoice")])
        self.assertInvoices(self._use_on(contract, 8, "2026-01-06"))
        self.assertInvoices(self._bill_on("2026-01-07").invoice_ids, "2.00")

    # === DIFFERENCES AND PERIODS === #

    def test_late_usage_within_the_allowance_makes_no_invoice(self):
        contract = self._usage_contract({"price_unit": 1.0, "allowance_units": 10})
        with freeze_time("2026-01-20 12:00:00"):
            self._use(contract, 4)
        # A period of its own is an invoice, whatever it comes to.
        self.assertInvoices(self._bill_on("2026-02-01").invoice_ids, "0.00")
        with freeze_time("2026-02-02 12:00:00"):
            self._use(contract, 3)
        self.assertFalse(self._bill_on("2026-02-03").invoice_ids)
        self.assertEqual(
            self._states(contract),
            [("usage", "invoiced"), ("usage_difference", "nothing_to_invoice")],
        )
        with freeze_time("2026-02-04 12:00:00"):
            self._use(contract, 5)
        self.assertInvoices(self._bill_on("2026-02-05").invoice_ids, "2.00")
        self.assertBilled(contract, "2.00")

    # === BESIDE A CONTRACT THAT CANNOT BE BILLED === #

    @mute_logger("odoo.addons.cn285_contract.models.billing.billing_run_batch")
    def test_what_a_failing_contract_leaves_alone_is_closed(self):
        """Two contracts share an invoice; without the one that fails, it would be of 0.00."""
        nothing = self._usage_contract({"price_unit": 1.0, "allowance_units": 10})
        with freeze_time("2026-01-20 12:00:00"):
            self._use(nothing, 4)
        self._bill_on("2026-02-01")
        with freeze_time("2026-02-02 12:00:00"):
            self._use(nothing, 3)
        failing = self._create_contract([{"price_unit": 13.0}], date_start="2026-02-03")
        writer = type(self.env["cn285.invoice.writer"])
        create = writer._create_invoices

        def fail(writer, vals_list, post=True):
            lines = [command[2] for vals in vals_list for command in vals["invoice_line_ids"]]
            if any(line["price_unit"] == 13.0 for line in lines):
                raise RuntimeError("boom")
            return create(writer, vals_list, post)

        with patch.object(writer, "_create_invoices", fail):
            run = self._bill_on("2026-02-03")
        self.assertFalse(run.invoice_ids)
        self.assertEqual(run.issue_ids.contract_id, failing)
        self.assertIn("boom", run.issue_ids.reason)
        self.assertEqual(
            self._states(nothing),
            [("usage", "invoiced"), ("usage_difference", "nothing_to_invoice")],
        )
        self.assertEqual(nothing.schedule_ids.sorted("id")[-1].run_id, run)
        # The failing one is billed as soon as it can be, and what is used later is a difference.
        with freeze_time("2026-02-04 12:00:00"):
            self._use(nothing, 5)
        later = self._bill_on("2026-02-05").invoice_ids
        self.assertBilled(failing, "13.00")
        self.assertBilled(nothing, "2.00")
        self.assertEqual(run.issue_ids.state, "solved")
        self.assertEqual(sum(later.mapped("amount_untaxed")), 15.00)

    # === WHO READS THE SCHEDULE === #

    def test_a_clerk_finds_it_and_reads_why(self):
        contract = self._trigger_contract(self.EVENTS, {"price_unit": 0.001})
        self._use_on(contract, 4, "2026-01-05")
        row = contract.schedule_ids
        self.assertIn("no invoice of its own", row.explanation)
        arch = self.env["cn285.billing.schedule"].get_view(view_type="search")["arch"]
        self.assertIn('name="nothing_to_invoice"', arch)
        found = self.env["cn285.billing.schedule"].search([("state", "=", "nothing_to_invoice")])
        self.assertEqual(found, row)
        delivery = row.delivery_id
        self.assertMoney(delivery.amount, "0.00")
        contract.action_cancel()
        self.assertEqual(row.state, "nothing_to_invoice")
