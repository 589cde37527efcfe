"""A contract change sets prices, tiers and included units of usage from a day on."""

from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_contract.models.common import STATE_DOOR
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .test_usage_discount_change import HistoryCase

GRADUATED = [(0, 0, {"up_to": 50, "price_unit": 2}), (0, 0, {"up_to": 0, "price_unit": 1})]


@tagged("post_install", "-at_install")
@freeze_time("2026-05-01 10:00:00")
class TestUsageTermsChange(HistoryCase):
    def _billed(self, calculator=None, units="100.00"):
        contract = self._april(calculator)
        self.assertEqual(self._bill_now(contract), units)
        return contract

    def test_more_units_are_planned_and_traced(self):
        contract = self._billed({"allowance_units": 20}, "80.00")
        with self._on("2026-05-10"):
            change = self._change(contract, "usage_terms", "2026-06-01", allowance_units=50)
        self.assertEqual(change.state, "scheduled")
        self.assertIn("Included Units: 50", change.description)
        with self._on("2026-06-20"):
            self._use(contract, 100, "2026-05-20")
            self._use(contract, 100, "2026-06-20")
        self.assertEqual(self._bill_on("2026-06-01", contract), "80.00")
        with self._on("2026-06-01"):
            self.env["cn285.contract.change"]._apply_due(contract)
            self._use(contract, 1, "2026-05-20")
        self.assertEqual(change.state, "applied")
        self.assertIn("20", change.before["item.usage_terms"])
        self.assertIn("50", change.after["item.usage_terms"])
        self.assertEqual(self._bill_on("2026-07-01", contract), "51.00")
        self.assertEqual(contract.item_ids.calculator_ids.version_ids[-1].change_id, change)

    def test_a_price_in_the_middle_of_a_period(self):
        contract = self._billed()
        with self._on("2026-05-16"):
            self._change(contract, "usage_terms", "2026-05-16", price_unit=3)
        self._use_in_may(contract)
        self.assertEqual(self._bill_on("2026-06-01", contract), "40.00")

    def _use_in_may(self, contract):
        with self._on("2026-05-31"):
            self._use(contract, 10, "2026-05-15")
            self._use(contract, 10, "2026-05-16")

    def test_tiers(self):
        contract = self._billed(
            {"charge_model": "graduated", "tier_ids": GRADUATED, "price_unit": 0}, "150.00"
        )
        tiers = [{"up_to": 5, "price_unit": 4}, {"up_to": None, "price_unit": 3, "flat": 2}]
        change = self._change(contract, "usage_terms", "2026-05-01", tiers=tiers)
        self.assertIn("up to 5: 4", change.description)
        self._use(contract, 1, "2026-04-30")
        self._use_in_may(contract)
        # 1 × 1 late; 5 × 4 and 15 × 3 + 2.
        self.assertEqual(self._bill_on("2026-06-01", contract), "68.00")

    def test_dated_back_it_bills_the_difference(self):
        contract = self._billed()
        change = self._change(contract, "usage_terms", "2026-04-16", price_unit=1.5)
        self.assertEqual(change.state, "applied")
        self.assertEqual(self._bill_on("2026-05-02", contract), "20.00")

    def test_what_a_later_change_has_set_stays(self):
        contract = self._billed({"allowance_units": 20}, "80.00")
        calculator = contract.item_ids.calculator_ids
        self._change(contract, "usage_terms", "2026-05-01", price_unit=2)
        with self._on("2026-06-10"):
            self._change(contract, "usage_terms", "2026-06-01", price_unit=3)
            self._change(contract, "usage_terms", "2026-05-16", price_unit=2.5, allowance_units=40)
        self.assertEqual(
            calculator.version_ids.mapped(
                lambda one: (one.date_from, one.terms["price_unit"], one.terms["allowance_units"])
            ),
            [
                (False, 1.0, 20.0),
                (date(2026, 5, 1), 2.0, 20.0),
                (date(2026, 5, 16), 2.5, 40.0),
                (date(2026, 6, 1), 3.0, 40.0),
            ],
        )
        self.assertEqual((calculator.price_unit, calculator.allowance_units), (3.0, 40.0))

    def test_preview_tells_the_next_invoice(self):
        contract = self._billed()
        with self._on("2026-06-01"):
            self._use_in_may(contract)
            change = self.env["cn285.contract.change"].create(
                {
                    "contract_id": contract.id,
                    "item_id": contract.item_ids.id,
                    "type": "usage_terms",
                    "date_effective": "2026-05-16",
                    "values": {"price_unit": 3},
                }
            )
            preview = change.with_user(self.manager).preview()
        self.assertMoney(preview["next_invoice"]["amount_untaxed"], "40.00")
        self.assertFalse(contract.item_ids.calculator_ids.version_ids, "nothing is written")

    def test_what_is_refused(self):
        contract = self._billed()
        fixed = self._create_contract(date_start="2026-04-01")
        for values, reason in (
            ({}, "give a price"),
            ({"tiers": [{"up_to": None, "price_unit": 1}]}, "takes no"),
            ({"tiers": "cheap"}, "tiers are a list"),
            ({"minimum_amount": 10, "maximum_amount": 5}, "."),
            ({"quantity": 5}, "not a value of this type"),
        ):
            with self.subTest(**values), self.assertRaisesRegex(ValidationError, reason):
                self._change(contract, "usage_terms", "2026-05-01", **values)
        with self.assertRaisesRegex(ValidationError, "no usage"):
            self._change(fixed, "usage_terms", "2026-05-01", price_unit=5)

    def test_what_needs_approval_is_not_edited_past_it(self):
        template = self.env["cn285.contract.template"].create(
            {"name": "Asked", "approval_ids": [(0, 0, {"type": "usage_terms"})]}
        )
        contract = self._april()
        contract.sudo().with_context(cn285_no_replan=STATE_DOOR).template_id = template
        calculator = contract.item_ids.calculator_ids.with_user(self.manager)
        refused = self.assertRaisesRegex(UserError, "after approval")
        with refused, self.env.cr.savepoint():
            calculator.price_unit = 3.0
        calculator.invalidate_recordset()
        calculator.name = "Calls"

    def test_a_rule_with_an_amount_holds_edits_too(self):
        """They go by the change, which the same rule looks at: 100 × 2.00 more is above 150.00."""
        contract = self._billed()
        rule = {"type": "usage_terms", "amount": 150.0}
        template = self.env["cn285.contract.template"].create(
            {"name": "From 150", "approval_ids": [(0, 0, rule)]}
        )
        contract.sudo().with_context(cn285_no_replan=STATE_DOOR).template_id = template
        calculator = contract.item_ids.calculator_ids.with_user(self.manager)
        edit = {"price_unit": 3.0, "terms_from": "2026-04-01", "terms_correct": True}
        refused = self.assertRaisesRegex(UserError, "from an amount on")
        with refused, self.env.cr.savepoint():
            calculator.write(edit)
        calculator.invalidate_recordset()
        small = self._change(contract, "usage_terms", "2026-05-01", price_unit=1.5)
        self.assertEqual(small.state, "applied")

    def _with_rule(self, contract, **rule):
        template = self.env["cn285.contract.template"].create(
            {"name": "Asked", "approval_ids": [(0, 0, rule)]}
        )
        contract.sudo().with_context(cn285_no_replan=STATE_DOOR).template_id = template

    def test_a_rule_with_an_amount_looks_at_what_was_used_last(self):
        """100 units of April at 3.00 for 1.00: 200.00 a month, though May is not used yet."""
        contract = self._billed()
        self._with_rule(contract, type="usage_terms", amount=200.0)
        for day, price, state in (
            ("2026-06-01", 2.99, "scheduled"),
            ("2026-06-02", 3.0, "to_approve"),
            ("2026-06-03", 0.0, "scheduled"),
        ):
            change = self._change(contract, "usage_terms", day, price_unit=price)
            self.assertEqual(change.state, state, price)
            self.assertEqual(change.date_effective, date.fromisoformat(day), "nothing is written")
            change.action_cancel()
        self.assertFalse(contract.item_ids.calculator_ids.version_ids)
        self.assertMoney(contract.item_ids.calculator_ids.price_unit, "1.00")

    def test_the_largest_of_the_last_three_periods_counts(self):
        contract = self._billed()
        with self._on("2026-05-31"):
            self._use(contract, 10, "2026-05-15")
        self._bill_on("2026-06-01", contract)
        self._with_rule(contract, amount=50.0)
        with self._on("2026-07-10"):
            change = self._change(contract, "usage_terms", "2026-07-10", price_unit=0.5)
            self.assertEqual(change.state, "to_approve")
            change.action_cancel()
        with self._on("2026-08-10"):
            change = self._change(contract, "usage_terms", "2026-08-10", price_unit=0.5)
            self.assertEqual(change.state, "applied", "May to July: 5.00 at most")

    def test_a_discount_of_usage_to_come_is_judged_too(self):
        contract = self._billed()
        self._with_rule(contract, type="price", amount=40.0)
        for discount, state in ((39.0, "scheduled"), (40.0, "to_approve")):
            change = self._change(contract, "price", "2026-06-01", discount=discount)
            self.assertEqual(change.state, state, discount)
            change.action_cancel()
        self.assertFalse(contract.item_ids.discount)

    def test_before_any_usage_nothing_is_known(self):
        contract = self._usage_contract({"price_unit": 1.0}, date_start="2026-05-01")
        self._with_rule(contract, amount=1.0)
        change = self._change(contract, "usage_terms", "2026-05-01", price_unit=3.0)
        self.assertEqual(change.state, "applied")

    def test_of_several_calculators_one_is_named(self):
        contract = self._april()
        item = contract.item_ids
        sms = self.env["cn285.usage.metric"].create(
            {"name": "Text messages", "code": "sms", "aggregation": "sum"}
        )
        item.calculator_ids = [(0, 0, {"metric_id": sms.id, "price_unit": 5})]
        self._use(contract, 2, "2026-04-20", metric="sms")
        with self.assertRaisesRegex(ValidationError, "say which"):
            self._change(contract, "usage_terms", "2026-04-16", price_unit=7)
        second = item.calculator_ids[1]
        self._change(contract, "usage_terms", "2026-04-16", price_unit=7, calculator_id=second.id)
        self.assertEqual(self._bill_now(contract), "114.00")

    def test_the_dialog_starts_from_what_holds_and_changes_what_differs(self):
        contract = self._billed({"allowance_units": 20}, "80.00")
        wizard = self.env["cn285.contract.change.wizard"].with_user(self.manager)
        context = {"default_contract_id": contract.id, "default_item_id": contract.item_ids.id}
        with Form(wizard.with_context(**context)) as form:
            form.type = "usage_terms"
            self.assertEqual((form.price_unit, form.allowance_units), (1.0, 20.0))
            form.allowance_units = 50
            form.date_effective = date(2026, 5, 1)
        dialog = form.save()
        self.assertEqual(
            dialog._values(),
            {"calculator_id": contract.item_ids.calculator_ids.id, "allowance_units": 50.0},
        )
        dialog.action_preview()
        dialog.action_confirm()
        self.assertEqual(contract.item_ids.calculator_ids.allowance_units, 50.0)
