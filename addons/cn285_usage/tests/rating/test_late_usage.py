from datetime import date
from decimal import Decimal

from freezegun import freeze_time
from odoo.tests import tagged

from ...models.rating.late_usage import BillingSchedule as LateUsage
from .test_usage_rating import UsageCase


@tagged("post_install", "-at_install")
@freeze_time("2026-02-01 10:00:00")
class TestUsageLate(UsageCase):
    """Usage that came after its invoice: on the next one, and on what is shown of it before."""

    def _on(self, day):
        return freeze_time(f"{day} 10:00:00")

    def _bill_on(self, day):
        with self._on(day):
            return self._bill(date.fromisoformat(day))

    def _estimates(self, contract):
        estimates, failed = contract._usage_estimates()
        self.assertFalse(failed)
        return [
            (one.row.period_start.month, str(one.quantity.normalize()), str(one.amount))
            for one in estimates
        ]

    def _previews(self, contract, count=1):
        return [self._cents(bill["amount_untaxed"]) for bill in contract.preview_invoices(count)]

    def test_late_usage_takes_what_was_carried_on_before_that_is_used(self):
        """Late usage of January and all of February are looked at by the same run."""
        contract = self._usage_contract(
            {"price_unit": 1.0, "allowance_units": 100, "rollover": "once"}
        )
        self._use(contract, 40)
        self._bill_on("2026-02-01")
        with self._on("2026-02-20"):
            self._use(contract, 60, "2026-01-20")
            self._use(contract, 160, "2026-02-10")
            self.assertEqual(
                self._estimates(contract), [(1, "6E+1", "0.00"), (2, "1.6E+2", "60.00")]
            )
        # All of January's 100 are used: nothing is carried on.
        self.assertMoney(self._bill_on("2026-03-01").amount_untaxed, "60.00")
        self.assertEqual(self._bill_on("2026-03-01").row_count, 0)

    def test_estimate_has_late_usage_of_invoiced_periods(self):
        self.customer.is_company = True  # consumers read amounts with tax
        contract = self._usage_contract({"price_unit": 2.0})
        self._use(contract, 10)
        self._bill_on("2026-02-01")
        with self._on("2026-02-10"):
            self._use(contract, 3, "2026-01-31")
            self._use(contract, 1, "2026-02-05")
            self.assertEqual(self._estimates(contract), [(1, "3", "6.00"), (2, "1", "2.00")])
            estimates, _failed = contract._usage_estimates()
            self.assertEqual([one.is_late for one in estimates], [True, False])
            self.assertEqual(estimates[0].projected, Decimal("6.00"))
            usage = contract._portal_usage()
            self.assertEqual([one["amount"] for one in usage["periods"]], [6.0, 2.0])
            action = contract.action_view_usage_estimate()
            lines = self.env["cn285.usage.estimate.line"].search(action["domain"])
            self.assertEqual(lines.sorted("period_start").mapped("is_late"), [True, False])
            rows = contract.schedule_ids
            self.assertFalse(rows.filtered("usage_stale"), "nothing is written")
        self.assertMoney(self._bill_on("2026-02-11").amount_untaxed, "6.00")
        with self._on("2026-02-11"):
            self.assertEqual(self._estimates(contract), [(2, "1", "2.00")])

    def test_estimate_has_differences_that_wait_for_their_invoice(self):
        contract = self._usage_contract({"price_unit": 2.0})
        self._use(contract, 10)
        self._bill_on("2026-02-01")
        with self._on("2026-02-10"):
            self._use(contract, 3, "2026-01-31")
            self.env["cn285.billing.schedule"]._plan_differences(self.company, date(2025, 1, 1))
            self.assertEqual(self._estimates(contract), [(1, "3", "6.00"), (2, "0", "0.00")])

    def test_estimate_has_late_reversals(self):
        contract = self._usage_contract({"price_unit": 2.0})
        event = self._use(contract, 10)
        self._use(contract, 4)
        self._bill_on("2026-02-01")
        with self._on("2026-02-10"):
            self._use(contract, 0, "2026-02-10", kind="reversal", origin=event)
            self.assertEqual(self._estimates(contract)[0], (1, "-1E+1", "-20.00"))
            # Others' late usage is theirs.
            self.assertEqual(
                self._estimates(self._usage_contract({"price_unit": 1})),
                [(1, "0", "0.00"), (2, "0", "0.00")],
            )

    def test_what_is_taken_back_names_the_invoice_that_billed_it_and_settles_it(self):
        contract = self._usage_contract({"price_unit": 2.0})
        event = self._use(contract, 10)
        self._use(contract, 4)
        invoice = self._bill_on("2026-02-01").invoice_ids
        self.assertMoney(invoice.amount_residual, "33.60")
        with self._on("2026-02-10"):
            self._use(contract, 0, "2026-02-10", kind="reversal", origin=event)
        note = self._bill_on("2026-02-11").invoice_ids
        self.assertEqual((note.move_type, note.reversed_entry_id), ("out_refund", invoice))
        self.assertMoney(note.amount_residual, "0.00")
        self.assertMoney(invoice.amount_residual, "9.60")

    def test_what_is_taken_back_of_two_invoices_names_both(self):
        contract = self._usage_contract({"price_unit": 2.0})
        self._use(contract, 10)
        first = self._bill_on("2026-02-01").invoice_ids
        with self._on("2026-02-05"):
            more = self._use(contract, 3, "2026-01-20")
        second = self._bill_on("2026-02-05").invoice_ids
        with self._on("2026-02-10"):
            self._use(contract, 0, "2026-02-10", kind="reversal", origin=more)
        note = self._bill_on("2026-02-11").invoice_ids
        self.assertEqual(note.cn285_origin_ids, second)
        self.assertMoney(first.amount_residual, "24.00")
        self.assertMoney(second.amount_residual, "0.00")

    def test_preview_has_late_usage_of_invoiced_periods(self):
        contract = self._usage_contract({"price_unit": 2.0})
        self._use(contract, 10)
        self._bill_on("2026-02-01")
        with self._on("2026-02-10"):
            self._use(contract, 3, "2026-01-31")
            self.assertEqual(self._previews(contract), ["6.00"])
            self.assertFalse(contract.schedule_ids.filtered(lambda row: row.kind != "usage"))
        self.assertMoney(self._bill_on("2026-02-10").amount_untaxed, "6.00")
        with self._on("2026-02-10"):
            self.assertEqual(self._previews(contract), [])

    def test_late_usage_can_go_to_a_list_instead(self):
        """What an addon would do that has usage of old periods looked at before it is billed."""
        contract = self._usage_contract({"price_unit": 2.0})
        self._use(contract, 10)
        self._bill_on("2026-02-01")
        with self._on("2026-02-11"):
            self._use(contract, 10, "2026-02-10")
        self._bill_on("2026-03-01")
        rows, listed = contract.schedule_ids.sorted("period_start"), []

        def young(changed):
            return changed.filtered(lambda row: row.period_end >= date(2026, 2, 1))

        self.patch(LateUsage, "_late_usage_to_bill", young)
        self.patch(LateUsage, "_late_usage_left", lambda left: listed.extend(left))
        with self._on("2026-03-10"):
            self._use(contract, 3, "2026-01-31")
            self._use(contract, 4, "2026-02-20")
            self.assertEqual(self._estimates(contract)[0], (2, "4", "8.00"))
            self.assertEqual(self._previews(contract)[0], "8.00")
            self.assertEqual(listed, [], "nothing is written")
        self.assertMoney(self._bill_on("2026-03-10").amount_untaxed, "8.00")
        self.assertEqual(listed, list(rows[0]))
        self.assertEqual(self._bill_on("2026-03-11").row_count, 0)
        # Somebody has looked at it: it is billed.
        rows[0].sudo().usage_stale = True
        self.assertMoney(self._bill_on("2026-03-12").amount_untaxed, "6.00")
        self.assertEqual(listed, list(rows[0]))

    def test_preview_has_what_late_usage_triggers(self):
        source = self._usage_contract({"price_unit": 2.0})
        target = source.item_ids.create(
            {
                "contract_id": source.id,
                "date_start": date(2026, 1, 1),
                "product_id": self.subscription.id,
                "billing_type": "usage",
                "timing": "arrears",
                "price_unit": 0,
                "calculator_ids": [
                    (
                        0,
                        0,
                        {
                            "source_item_id": source.item_ids.id,
                            "source_measure": "amount",
                            "charge_model": "percentage",
                            "percent": 10,
                        },
                    )
                ],
            }
        )
        self.assertTrue(target.calculator_ids)
        self._use(source, 10)
        self.assertMoney(self._bill_on("2026-02-01").amount_untaxed, "22.00")
        with self._on("2026-02-10"):
            self._use(source, 5, "2026-01-31")
            self.assertEqual(self._previews(source), ["11.00"])
        self.assertMoney(self._bill_on("2026-02-10").amount_untaxed, "11.00")
