from datetime import date

from freezegun import freeze_time
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .usage_cascade_case import CascadeCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-02 10:00:00")
class TestUsageCascade(CascadeCase):
    """What one item is rated with triggers others: packages, royalties, several levels deep."""

    # === ONE LEVEL === #

    def test_package_for_each_started_thousand(self):
        source = self._usage_contract({"price_unit": 0.1}).item_ids
        target = self._target(source, self.PACKAGE)
        self._use(source.contract_id, 2001, "2026-01-01")
        move = self._bill_on("2026-02-01").invoice_ids
        self.assertInvoices(move, "215.10")
        self.assertEqual(self._amounts(target), [("usage", "15.00")])
        row = target.schedule_ids.filtered("move_id")
        self.assertIn("2001 units of API access", row.explanation)
        self.assertIn("3 packages", row.move_line_id.name)
        self.assertEqual(row.quantity, 3)

    def test_royalty_is_a_credit_note_for_a_third_party(self):
        source = self._usage_contract({"price_unit": 0.1}).item_ids
        target = self._target(source, self.ROYALTY, self._of_author())
        self._use(source.contract_id, 2001, "2026-01-01")
        moves = self._bill_on("2026-02-01").invoice_ids
        paid = moves.filtered(lambda move: move.partner_id == self.author)
        self.assertEqual(paid.move_type, "out_refund")
        self.assertInvoices(paid, "-20.01")
        self.assertEqual(self._lines(paid), [(200.1, 0.1, "20.01")])
        self.assertInvoices(moves - paid, "200.10")
        self.assertEqual(self._amounts(target), [("usage", "-20.01")])

    def test_royalty_may_be_a_charge(self):
        source = self._usage_contract({"price_unit": 0.1}).item_ids
        target = self._target(source, {**self.ROYALTY, "is_payout": False}, self._of_author())
        self._use(source.contract_id, 2001, "2026-01-01")
        self._bill_on("2026-02-01")
        self.assertEqual(self._amounts(target), [("usage", "20.01")])

    def test_one_of_several_calculators(self):
        source = self._usage_contract({"price_unit": 0.1}).item_ids
        source.calculator_ids = [(0, 0, {"metric_id": self.sms.id, "price_unit": 1})]
        of_sms = source.calculator_ids.filtered(lambda calculator: calculator.metric_id == self.sms)
        target = self._target(source, {**self.ROYALTY, "source_calculator_id": of_sms.id})
        self._use(source.contract_id, 100, "2026-01-01")
        self._use(source.contract_id, 50, "2026-01-01", metric="sms")
        self._bill_on("2026-02-01")
        self.assertEqual(self._amounts(target), [("usage", "-5.00")])
        with self.assertRaisesRegex(UserError, "triggers"):
            of_sms.unlink()

    def test_source_goes_on_to_bill_usage(self):
        source = self._usage_contract({"price_unit": 0.1}).item_ids
        self._target(source, self.PACKAGE)
        with self.assertRaisesRegex(ValidationError, "must go on to bill usage"):
            source.sudo().billing_type = "none"  # sudo: users end it, and add another

    # === LEVELS, PERIODS, LATER === #

    def test_several_levels_whatever_the_order_of_the_items(self):
        mails = self._usage_contract({"price_unit": 0.1}, {"sequence": 90}).item_ids
        archive = self._target(mails, {**self.PACKAGE, "package_size": 100}, sequence=50)
        shelves = self._target(archive, {**self.PACKAGE, "package_size": 2, "price_unit": 10})
        share = self._target(shelves, {**self.ROYALTY, "percent": 50}, sequence=1)
        self._use(mails.contract_id, 450, "2026-01-01")
        self._bill_on("2026-02-01")
        self.assertEqual(self._amounts(mails), [("usage", "45.00")])
        self.assertEqual(self._amounts(archive), [("usage", "25.00")])
        self.assertEqual(self._amounts(shelves), [("usage", "30.00")])
        self.assertEqual(self._amounts(share), [("usage", "-15.00")])

    def test_late_usage_flows_through_all_levels(self):
        mails = self._usage_contract({"price_unit": 0.1}).item_ids
        archive = self._target(mails, {**self.PACKAGE, "package_size": 100})
        share = self._target(archive, self.ROYALTY, self._of_author())
        self._use(mails.contract_id, 150, "2026-01-01")
        self._bill_on("2026-02-01")
        with freeze_time("2026-02-02 10:00:00"):
            self._use(mails.contract_id, 100, "2026-01-10")
        self._bill_on("2026-02-02")
        self.assertEqual(self._amounts(mails)[1:], [("usage_difference", "10.00")])
        self.assertEqual(self._amounts(archive)[1:], [("usage_difference", "5.00")])
        self.assertEqual(self._amounts(share), [("usage", "-1.00"), ("usage_difference", "-0.50")])
        self.assertFalse(self._bill_on("2026-02-03").row_count, "once")

    def test_periods_of_the_source_that_end_within_the_targets(self):
        source = self._usage_contract({"price_unit": 1}).item_ids
        target = self._target(
            source, {**self.ROYALTY, "is_payout": False}, recurring_unit="quarter"
        )
        with freeze_time("2026-04-01 06:00:00"):
            for day in ("2026-01-10", "2026-02-10", "2026-03-10"):
                self._use(source.contract_id, 100, day)
        self._bill_on("2026-04-01")
        self.assertEqual(self._amounts(target), [("usage", "30.00")])

    def test_threshold_of_a_source_counts_with_its_period(self):
        source = self._trigger_contract(
            {"usage_billing": "threshold", "usage_threshold": 200}
        ).item_ids
        target = self._target(source, {**self.ROYALTY, "is_payout": False})
        self._use_on(source.contract_id, 1_500_000, "2026-01-05")
        self._use_on(source.contract_id, 500_000, "2026-01-06")
        self._bill_on("2026-02-01")
        self.assertEqual(self._amounts(target), [("usage", "40.00")])

    def test_cascade_that_is_added_later_does_not_reach_back(self):
        source = self._usage_contract({"price_unit": 1}).item_ids
        target = self._target(source, self.PACKAGE)
        self._use(source.contract_id, 100, "2026-01-01")
        self._bill_on("2026-02-01")
        target.calculator_ids = [(0, 0, {**self.ROYALTY, "source_item_id": source.id})]
        self.assertFalse(self._bill_on("2026-02-02").row_count)

    # === WHAT IS REFUSED === #

    def test_loops_are_refused_with_their_path(self):
        first = self._usage_contract({"price_unit": 1}).item_ids
        first.name = "First"
        second = self._target(first, self.PACKAGE, name="Second")
        third = self._target(second, self.PACKAGE, name="Third")
        with self.assertRaisesRegex(
            ValidationError, "First → .*Second → .*Third → |Second → .*Third → .*First|Third → "
        ) as refusal:
            first.calculator_ids = [(0, 0, {**self.PACKAGE, "source_item_id": third.id})]
        for name in ("First", "Second", "Third"):
            self.assertIn(name, str(refusal.exception))
        with self.assertRaisesRegex(ValidationError, "First → .*First"):
            first.calculator_ids = [(0, 0, {**self.PACKAGE, "source_item_id": first.id})]

    def test_sources_that_cannot_be_are_refused(self):
        source = self._usage_contract({"price_unit": 1}).item_ids
        fee = self._create_contract([{}]).item_ids
        delivery = self._trigger_contract({"usage_billing": "delivery"}).item_ids
        for item, calculator, terms in (
            (fee, self.PACKAGE, {}),
            (source, {**self.PACKAGE, "metric_id": self.calls.id}, {}),
            (source, {"charge_model": "matrix", "property_name": "zone"}, {}),
            (source, self.PACKAGE, {"usage_billing": "delivery"}),
            (source, {**self.ROYALTY, "source_calculator_id": delivery.calculator_ids.id}, {}),
        ):
            with self.subTest(calculator), self.assertRaises(ValidationError):
                self._target(item, calculator, **terms)
        with self.assertRaisesRegex(ValidationError, "payout"):
            source.calculator_ids.is_payout = True

    def test_source_of_another_currency(self):
        dollars = self.env.ref("base.USD")
        dollars.active = True
        source = self._usage_contract({"price_unit": 1}, currency_id=dollars.id).item_ids
        with self.assertRaisesRegex(ValidationError, "USD"):
            self._target(source, self.ROYALTY, self._of_author())

    def test_a_source_stays_while_it_triggers_others(self):
        source = self._usage_contract({"price_unit": 1}, confirm=False).item_ids
        self._target(source, self.PACKAGE, self._of_author())
        with self.assertRaisesRegex(UserError, "triggers"):
            source.unlink()
        with self.assertRaisesRegex(UserError, "triggers"):
            source.contract_id.unlink()

    # === TEMPLATES AND COPIES === #

    def test_template_copies_cascades_among_its_items(self):
        template = self.env["cn285.contract.template"].create(
            {
                "name": "Mails",
                "item_ids": [
                    (0, 0, self._template_item("Mails", {"metric_id": self.calls.id})),
                    (0, 0, self._template_item("Archive")),
                ],
            }
        )
        mails, archive = template.item_ids
        archive.calculator_ids = [(0, 0, {**self.PACKAGE, "source_template_item_id": mails.id})]
        for source in (template, template.copy()):
            contract = self.env["cn285.contract"].create(
                {
                    "partner_id": self.customer.id,
                    "template_id": source.id,
                    "date_start": date(2026, 1, 1),
                }
            )
            twin = contract.copy({"date_start": date(2026, 1, 1)})
            for one in (contract, twin):
                first, second = one.item_ids
                self.assertEqual(second.calculator_ids.source_item_id, first)
                self.assertFalse(second.calculator_ids.source_template_item_id)
        contract.action_confirm()
        self._use(contract, 1500, "2026-01-01")
        self._bill_on("2026-02-01")
        self.assertEqual(self._amounts(contract.item_ids[1]), [("usage", "10.00")])
        with self.assertRaisesRegex(ValidationError, "Mails → Archive|Archive → Mails"):
            mails.calculator_ids = [(0, 0, {**self.PACKAGE, "source_template_item_id": archive.id})]

    def _template_item(self, name, calculator=None):
        return {
            "product_id": self.subscription.id,
            "name": name,
            "billing_type": "usage",
            "timing": "arrears",
            "calculator_ids": [(0, 0, {"price_unit": 0.1, **calculator})] if calculator else [],
        }
