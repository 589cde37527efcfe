from contextlib import nullcontext
from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.exceptions import UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import ContractCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestContract(ContractCase):
    """A contract's life between its states, and what it refuses to be."""

    # === STATES === #

    def test_confirm_plans_the_schedule(self):
        contract = self._create_contract(confirm=False)
        self.assertEqual(contract.state, "draft")
        self.assertFalse(contract.schedule_ids)
        contract.action_confirm()
        self.assertEqual(contract.state, "active")
        self.assertEqual(contract.item_ids.state, "active")
        rows = self._rows(contract)
        self.assertEqual(rows[0], ("2026-01-01", "2026-01-31", "2026-01-01", "100.00"))
        # Twelve months from today, up to the end of that month: January 2026 to January 2027.
        self.assertEqual(len(rows), 13)
        self.assertEqual(rows[-1][0], "2027-01-01")

    def test_number_from_its_own_sequence(self):
        first = self._create_contract()
        second = self._create_contract()
        self.assertRegex(first.name, r"^CTR/2026/\d{5}$")
        self.assertEqual(int(second.name[-5:]), int(first.name[-5:]) + 1)

    def test_confirm_without_items_is_refused(self):
        contract = self.env["cn285.contract"].create({"partner_id": self.customer.id})
        with self.assertRaisesRegex(UserError, "has no items"):
            contract.action_confirm()

    def test_empty_start_is_the_day_of_the_confirmation(self):
        contract = self._create_contract(date_start=False)
        self.assertEqual(contract.date_start, date(2026, 1, 15))
        self.assertEqual(contract.item_ids.date_start, date(2026, 1, 15))

    def test_clock_is_the_companys(self):
        self.company.cn285_tz = "Pacific/Auckland"
        with freeze_time("2026-01-15 23:30:00"):
            self.assertEqual(self.company._cn285_today(), date(2026, 1, 16))
        self.company.cn285_tz = "America/New_York"
        with freeze_time("2026-01-15 02:00:00"):
            self.assertEqual(self.company._cn285_today(), date(2026, 1, 14))

    def test_state_changes_by_its_door_only(self):
        contract = self._create_contract()
        with self.assertRaisesRegex(UserError, "changes by its buttons"):
            contract.write({"state": "draft"})
        with self.assertRaisesRegex(UserError, "changes by its buttons"):
            contract.with_context(cn285_state_door=True).write({"state": "closed"})
        with self.assertRaisesRegex(UserError, "changes by its buttons"):
            self._create_contract(state="active")
        with self.assertRaisesRegex(UserError, "changes by its actions"):
            contract.item_ids.write({"state": "ended"})
        with self.assertRaisesRegex(UserError, "“Active” and cannot become “Active”"):
            contract.action_confirm()

    def test_close_drops_what_comes_after(self):
        contract = self._create_contract([{}, {"date_start": date(2026, 6, 1)}])
        contract.action_close("2026-03-10")
        self.assertEqual(contract.state, "closed")
        self.assertEqual(contract.date_end, date(2026, 3, 10))
        self.assertEqual(contract.item_ids.mapped("state"), ["active", "cancelled"])
        rows = self._rows(contract)
        self.assertEqual(len(rows), 3)
        # 10 of 31 days of March: 32.26
        self.assertEqual(rows[-1], ("2026-03-01", "2026-03-10", "2026-03-01", "32.26"))

    def test_close_before_start_is_refused(self):
        contract = self._create_contract(date_start=date(2026, 1, 10))
        with self.assertRaisesRegex(UserError, "cannot end before"):
            contract.action_close("2026-01-09")

    def test_closed_contract_is_still_billed_for_what_is_due(self):
        contract = self._create_contract([{"timing": "arrears"}])
        contract.action_close("2026-01-20")
        run = self._bill(date(2026, 2, 1))
        self.assertEqual(run.invoice_count, 1)
        self.assertMoney(run.amount_untaxed, "64.52")

    def test_cancel_and_back_to_draft(self):
        contract = self._create_contract()
        contract.action_cancel()
        self.assertEqual(contract.state, "cancelled")
        self.assertFalse(contract.schedule_ids)
        contract.action_draft()
        contract.action_confirm()
        self.assertEqual(len(contract.schedule_ids), 13)

    def test_cancel_after_an_invoice_is_refused(self):
        contract = self._create_contract()
        self._bill(date(2026, 1, 15))
        with self.assertRaisesRegex(UserError, "invoiced already"):
            contract.action_cancel()

    def test_delete_with_history_is_refused(self):
        contract = self._create_contract()
        with self.assertRaisesRegex(UserError, "has a history"):
            contract.unlink()
        draft = self._create_contract(confirm=False)
        draft.unlink()
        self.assertFalse(draft.exists())

    def test_cron_closes_what_is_over(self):
        contract = self._create_contract(date_end=date(2026, 2, 28))
        self._bill(date(2026, 2, 1))
        with freeze_time("2026-02-28 10:00:00"):
            self.env["cn285.contract"]._cron_extend_schedules()
            self.assertEqual(contract.state, "active", "its last day is not over")
        with freeze_time("2026-03-01 10:00:00"):
            self.env["cn285.contract"]._cron_extend_schedules()
        self.assertEqual(contract.state, "closed")
        self.assertEqual(contract.item_ids.state, "ended")

    # === ITEMS THAT START LATER === #

    def test_item_activated_by_hand(self):
        contract = self._create_contract([{}, {"start_condition": "manual"}])
        waiting = contract.item_ids[1]
        self.assertEqual(waiting.state, "draft")
        self.assertFalse(waiting.schedule_ids)
        waiting.action_activate("2026-01-20")
        self.assertEqual(waiting.state, "active")
        self.assertEqual(
            waiting.schedule_ids.sorted("period_start")[0].period_start, date(2026, 1, 20)
        )
        with self.assertRaisesRegex(UserError, "cannot be activated"):
            waiting.action_activate()

    def test_item_added_to_a_running_contract_is_planned(self):
        contract = self._create_contract()
        contract.item_ids = [(0, 0, self._item_vals(price_unit=40.0, date_start=date(2026, 2, 10)))]
        added = contract.item_ids[-1]
        self.assertEqual(added.start_condition, "date")
        self.assertEqual(added.state, "active")
        self.assertEqual(
            added.schedule_ids.sorted("period_start")[0].period_start, date(2026, 2, 10)
        )

    def test_copy_is_a_draft_without_dates(self):
        contract = self._create_contract([{"date_start": date(2026, 2, 1)}, {"quantity": 3}])
        copy = contract.copy()
        self.assertEqual(copy.state, "draft")
        self.assertNotEqual(copy.name, contract.name)
        self.assertFalse(copy.date_start or any(copy.item_ids.mapped("date_start")))
        self.assertEqual(copy.item_ids.mapped("start_condition"), ["contract", "contract"])
        copy.action_confirm()
        self.assertEqual(copy.item_ids[1].date_start, date(2026, 1, 15))

    # === MRR === #

    def test_mrr_is_normalised_to_a_month(self):
        contract = self._create_contract(
            [
                {"price_unit": 2000.0, "recurring_unit": "year"},
                {"price_unit": 90.0, "recurring_unit": "quarter"},
                {"price_unit": 10.0, "quantity": 3, "discount": 10},
                {"price_unit": 500.0, "billing_type": "one_shot"},
                {"price_unit": 99.0, "start_condition": "manual"},
            ]
        )
        # 166.67 + 30 + 27; neither the set-up fee nor what has not started
        self.assertMoney(contract.mrr, "223.67")
        contract.item_ids[0].action_end("2026-06-30")
        self.assertMoney(contract.mrr, "223.67")

    def test_mrr_leaves_out_items_by_one_method(self):
        """Such as items that end within 30 days."""
        model = type(self.env["cn285.contract"])
        counted = model._mrr_items

        def lasting(contract):
            soon = date(2026, 2, 14)
            return counted(contract).filtered(
                lambda item: not item.date_end or item.date_end > soon
            )

        with patch.object(model, "_mrr_items", lasting):
            contract = self._create_contract(
                [{"price_unit": 10.0}, {"price_unit": 5.0, "date_end": date(2026, 1, 31)}]
            )
            self.assertMoney(contract.mrr, "10.00")

    # === TEMPLATES === #

    def _create_template(self):
        return self.env["cn285.contract.template"].create(
            {
                "name": "Hosting",
                "payment_term_id": self.env.ref("account.account_payment_term_30days").id,
                "line_grouping": "product",
                "sending": "email",
                "item_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.subscription.id,
                            "price_unit": 80.0,
                            "recurring_unit": "quarter",
                            "timing": "arrears",
                            "discount_ids": [
                                (0, 0, {"name": "Welcome", "month_count": 3, "percent": 50})
                            ],
                        },
                    ),
                    (0, 0, {"product_id": self.setup_fee.id, "billing_type": "one_shot"}),
                ],
            }
        )

    def test_template_fills_a_contract(self):
        template = self._create_template()
        contract = self.env["cn285.contract"].create(
            {
                "partner_id": self.customer.id,
                "template_id": template.id,
                "date_start": date(2026, 1, 1),
                "sending": "none",
            }
        )
        self.assertEqual(contract.line_grouping, "product")
        self.assertEqual(contract.sending, "none", "what the caller says is kept")
        self.assertEqual(contract.payment_term_id, template.payment_term_id)
        hosting, fee = contract.item_ids
        self.assertEqual((hosting.price_source, hosting.price_unit), ("manual", 80.0))
        self.assertEqual(fee.price_source, "pricelist")
        contract.action_confirm()
        rows = self._rows(contract, item_id=hosting)
        self.assertEqual(rows[0], ("2026-01-01", "2026-03-31", "2026-04-01", "40.00"))
        self.assertEqual(rows[1], ("2026-04-01", "2026-06-30", "2026-07-01", "80.00"))
        self.assertMoney(fee.schedule_ids.amount, "250.00")

    def test_template_discount_counts_from_the_items_start(self):
        template = self._create_template()
        contract = self.env["cn285.contract"].create(
            {"partner_id": self.customer.id, "template_id": template.id}
        )
        contract.date_start = date(2026, 3, 10)
        contract.action_confirm()
        discount = contract.item_ids[0].discount_ids
        self.assertEqual(
            (discount.date_start, discount.date_end), (date(2026, 3, 10), date(2026, 6, 9))
        )

    def _with_trial(self, discounts, start=date(2026, 1, 5), **item):
        values = {"product_id": self.subscription.id, "price_unit": 199.0, **item}
        values["discount_ids"] = [(0, 0, discount) for discount in discounts]
        template = self.env["cn285.contract.template"].create(
            {"name": "Trial", "item_ids": [(0, 0, values)]}
        )
        contracts = self.env["cn285.contract"].with_user(self._billing_manager())
        contract = contracts.create(
            {"partner_id": self.customer.id, "template_id": template.id, "date_start": start}
        )
        contract.action_confirm()
        return contract.with_env(self.env)

    def _billing_manager(self):
        found = self.env["res.users"].search([("login", "=", "trial_manager")])
        group = "cn285_contract.group_billing_manager"
        return found or new_test_user(self.env, "trial_manager", group)

    def _first_amounts(self, contract, number=2):
        return [row[3] for row in self._rows(contract)[:number]]

    def test_template_discount_counts_from_the_first_billed_day(self):
        for trial, discount, amounts in (
            (7, {"amount": 15.0}, ["184.00", "199.00"]),
            (14, {"percent": 50.0}, ["99.50", "199.00"]),
            (0, {"percent": 50.0}, ["99.50", "199.00"]),
            (7, {"percent": 100.0, "month_from": 2}, ["199.00", "0.00"]),
            (45, {"percent": 50.0, "month_count": 0}, ["99.50", "99.50"]),
            # 10 of the 31 days from 12 January on, and days 29 to 33: 3 of 31 and 2 of 28.
            (7, {"percent": 50.0, "month_count": 10, "counted_in": "day"}, ["166.90", "199.00"]),
            (
                7,
                {"percent": 100.0, "month_from": 29, "month_count": 5, "counted_in": "day"},
                ["179.74", "184.79"],
            ),
        ):
            contract = self._with_trial([discount], trial_days=trial)
            self.assertEqual(self._first_amounts(contract), amounts, discount)

    def test_discount_follows_the_trial(self):
        """A trial, or a start, that is edited or made longer moves what counts from its end."""
        contract = self._with_trial([{"percent": 50.0}], trial_days=7)
        item = contract.item_ids
        self.assertEqual(item.discount_ids.date_start, date(2026, 1, 12))
        with freeze_time("2026-01-06"):
            self.env["cn285.contract.change"].create(
                {
                    "item_id": item.id,
                    "type": "extend_trial",
                    "date_effective": "2026-01-06",
                    "values": {"trial_days": 14},
                }
            ).action_schedule()
        self.assertEqual(item.billing_start, date(2026, 1, 26))
        self.assertEqual(self._first_amounts(contract), ["99.50", "199.00"])
        self.assertEqual(item.discount_ids.date_end, date(2026, 2, 25))

    def test_discount_of_an_item_that_is_added_or_succeeded(self):
        contract = self._with_trial([{"percent": 50.0, "month_count": 3}], trial_days=7)
        changes = self.env["cn285.contract.change"]
        item = contract.item_ids
        other = self._create_product("Other", 310.0)
        self.env["cn285.tier.path"].create(
            {"product_from_id": self.subscription.id, "product_to_id": other.id}
        )
        with freeze_time("2026-02-12"):
            template_item = contract.template_id.item_ids
            values = {"template_item_id": template_item.id, "product_id": other.id}
            added = changes.create(
                {
                    "contract_id": contract.id,
                    "type": "add_item",
                    "date_effective": "2026-02-12",
                    "values": values | {"trial_days": 10},
                }
            )
            upsell = changes.create(
                {
                    "item_id": item.id,
                    "type": "upsell",
                    "date_effective": "2026-02-12",
                    "values": {"product_id": other.id},
                }
            )
            (added | upsell).action_schedule()
        self.assertEqual(added.result_item_id.discount_ids.date_start, date(2026, 2, 22))
        # The three months go on, and do not begin anew.
        promotion = upsell.result_item_id.discount_ids
        self.assertEqual(
            (promotion.date_start, promotion.date_end), (date(2026, 1, 12), date(2026, 4, 11))
        )

    def test_template_discounts_do_not_overlap(self):
        for one, two, overlap in (
            ({"month_count": 1}, {"month_from": 2, "month_count": 0}, False),
            ({"month_count": 0}, {"month_from": 2}, True),
            ({"month_count": 28, "counted_in": "day"}, {"month_from": 2}, False),
            ({"month_count": 29, "counted_in": "day"}, {"month_from": 2}, True),
            ({"month_count": 1}, {"month_from": 32, "counted_in": "day"}, False),
            ({"month_count": 1}, {"month_from": 31, "counted_in": "day"}, True),
        ):
            discounts = [{"percent": 10.0, **one}, {"percent": 20.0, **two}]
            refused = self.assertRaisesRegex(ValidationError, "overlaps the discount from")
            with refused if overlap else nullcontext():
                self._with_trial(discounts)

    def test_later_edits_of_the_template_do_not_reach_contracts(self):
        template = self._create_template()
        contract = self.env["cn285.contract"].create(
            {"partner_id": self.customer.id, "template_id": template.id}
        )
        template.item_ids[0].price_unit = 999.0
        template.item_ids[1].unlink()
        self.assertEqual(contract.item_ids.mapped("price_unit"), [80.0, 0.0])

    def test_template_item_has_no_date(self):
        template = self._create_template()
        with self.assertRaisesRegex(ValidationError, "a template has no dates"):
            template.item_ids[0].start_condition = "date"

    # === WHAT IS REFUSED === #

    def test_bad_terms_are_refused(self):
        cases = [
            ({"recurring_interval": 0}, "at least 1 unit long, not 0"),
            ({"recurring_interval": -2}, "not -2"),
            ({"billing_day": 0}, "between 1 and 31, not 0"),
            ({"billing_day": 32}, "between 1 and 31, not 32"),
            ({"discount": 101}, "between 0 and 100"),
            ({"discount": -1}, "between 0 and 100"),
            ({"trial_days": -1}, "cannot last -1 days"),
            ({"period_count": -1}, "cannot be -1"),
            ({"quantity": float("nan")}, "must be a number"),
            ({"price_unit": float("inf")}, "must be a number"),
            (
                {"date_start": date(2026, 5, 2), "date_end": date(2026, 5, 1)},
                "before the start date",
            ),
            ({"date_start": date(2025, 12, 31)}, "before the contract does"),
            ({"date_end": date(2027, 1, 1)}, "after the contract does"),
            ({"date_start": date(2027, 1, 1)}, "after the contract's end"),
            ({"start_condition": "date"}, "no start date is given"),
        ]
        for values, message in cases:
            message = f"“API access”.*{message}"
            with self.subTest(values), self.assertRaisesRegex(ValidationError, message):
                self._create_contract([values], date_end=date(2026, 12, 31))

    def test_unknown_unit_is_refused(self):
        with self.assertRaisesRegex(ValueError, "fortnight"):
            self._create_contract([{"recurring_unit": "fortnight"}])

    def test_contract_that_ends_before_it_starts_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "the end date 12/31/2025 is before"):
            self._create_contract(date_end=date(2025, 12, 31))

    def test_discounts_that_make_no_sense_are_refused(self):
        cases = [
            ({"percent": 120}, "between 0 and 100"),
            ({"percent": 10, "amount": 5}, "either a percentage or an amount"),
            ({}, "either a percentage or an amount"),
            ({"amount": -5}, "cannot be negative"),
            ({"percent": 10, "date_end": date(2025, 12, 31)}, "before it starts"),
        ]
        for values, message in cases:
            vals = {"date_start": date(2026, 1, 1), **values}
            with self.subTest(values), self.assertRaisesRegex(ValidationError, message):
                self._create_contract([{"discount_ids": [(0, 0, vals)]}])

    def test_overlapping_discounts_are_refused(self):
        january = {"date_start": date(2026, 1, 1), "date_end": date(2026, 1, 31), "percent": 10}
        touching = {"date_start": date(2026, 2, 1), "percent": 10}
        self._create_contract([{"discount_ids": [(0, 0, january), (0, 0, touching)]}])
        overlapping = {**touching, "date_start": date(2026, 1, 31)}
        with self.assertRaisesRegex(ValidationError, "overlaps the discount"):
            self._create_contract([{"discount_ids": [(0, 0, january), (0, 0, overlapping)]}])

    def test_pricelist_in_another_currency_is_refused(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        pricelist = self.env["product.pricelist"].create({"name": "Export", "currency_id": usd.id})
        contract = self._create_contract(pricelist_id=pricelist.id)
        self.assertEqual(contract.currency_id, usd)
        with self.assertRaisesRegex(ValidationError, "its pricelist “Export” is in USD"):
            contract.currency_id = self.eur
