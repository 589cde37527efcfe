from datetime import date

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .test_contract_change_money import MoneyCase

TODAY = "2026-01-20"


@tagged("post_install", "-at_install")
@freeze_time("2026-01-20 10:00:00")
class TestDirectEdits(MoneyCase):
    """Who edits what runs changes a contract: with its rules, versions, approvals and its log."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = new_test_user(
            cls.env, "edit_seller", "cn285_contract.group_contract_user", name="Seller"
        )
        cls.manager = new_test_user(
            cls.env, "edit_manager", "cn285_contract.group_billing_manager", name="Manager"
        )
        cls.contract = cls._create_contract(
            [
                {"price_unit": 31.0, "alignment": "calendar", "quantity": 5.0},
                {"price_unit": 10.0, "alignment": "calendar"},
            ],
            name="CTR/EDIT",
            user_id=cls.seller.id,
        )
        cls.item, cls.other = cls.contract.item_ids
        cls.mine = cls.contract.with_user(cls.seller)
        cls.my_item = cls.item.with_user(cls.seller)

    def _made(self):
        """``(type, day, state, values)`` of the contract's changes, in the order of entry."""
        return [
            (change.type, change.date_effective.isoformat(), change.state, change.values or {})
            for change in self.contract.change_ids.sorted("id")
        ]

    # === SCREENS === #

    def test_the_form_shows_what_changes_by_a_change(self):
        form = Form(self.mine)
        with self.assertRaisesRegex(AssertionError, "readonly"), form.item_ids.edit(0) as line:
            line.quantity = 9.0
        action = self.my_item.action_change()
        self.assertEqual(action["context"]["default_item_id"], self.item.id)

    # === ITEMS === #

    def test_quantity_5_to_9_in_the_list(self):
        """January was billed 155.00: −60.00 and +108.00 for the 12 days from the 20th."""
        self._bill(TODAY)
        self.mine.write({"item_ids": [(1, self.item.id, {"quantity": 9.0})]})
        self.assertEqual(self._made(), [("quantity", TODAY, "applied", {"quantity": 9.0})])
        self.assertEqual(self.item.quantity, 9.0)
        self.assertEqual(len(self.item.version_ids), 2)
        self._bill(TODAY)
        self.assertEqual(self._billed(self.contract), self._cents(155.0 + 10.0 - 60.0 + 108.0))
        change = self.contract.change_ids
        self.assertEqual((change.origin, change.requested_by), ("staff", self.seller))
        self.assertTrue(self.contract.message_ids.filtered(lambda note: "Applied" in note.body))

    def test_from_a_day_and_for_a_reason(self):
        reason = self.env["cn285.change.reason"].create({"name": "Growth"})
        item = self.my_item.with_context(
            cn285_change_date="2026-02-01",
            cn285_change_reason_id=reason.id,
            cn285_change_note="as told on the phone",
        )
        item.write({"quantity": 9.0, "name": "Seats"})
        change = self.contract.change_ids
        self.assertEqual(self._made(), [("quantity", "2026-02-01", "scheduled", {"quantity": 9.0})])
        self.assertEqual((change.reason_id, change.note), (reason, "as told on the phone"))
        self.assertEqual((self.item.quantity, self.item.name), (5.0, "Seats"))
        with self._travel("2026-02-01"):
            change._apply_due(self.contract)
        self.assertEqual(self.item.quantity, 9.0)

    def test_each_field_has_its_change(self):
        partner = self.env["res.partner"].create({"name": "Somebody"})
        cases = [
            ({"price_unit": 62.0}, [("price", {"price_unit": 62.0})]),
            ({"discount": 10.0}, [("price", {"discount": 10.0})]),
            ({"price_source": "pricelist"}, [("price", {"price_unit": None})]),
            ({"price_unit": 7.0, "discount": 0.0}, [("price", {"price_unit": 7.0, "discount": 0})]),
            (
                {"recurring_unit": "year", "price_unit": 300.0},
                [
                    (
                        "billing_period",
                        {
                            "recurring_interval": 1,
                            "recurring_unit": "year",
                            "price_unit": 300.0,
                        },
                    )
                ],
            ),
            ({"billing_day": 15}, [("billing_day", {"billing_day": 15})]),
            ({"beneficiary_id": partner.id}, [("beneficiary", {"beneficiary_id": partner.id})]),
            (
                {"quantity": 2.0, "price_unit": 5.0},
                [("quantity", {"quantity": 2.0}), ("price", {"price_unit": 5.0})],
            ),
        ]
        for vals, expected in cases:
            with self.subTest(vals=vals):
                before = self.contract.change_ids
                self.my_item.write(vals)
                made = (self.contract.change_ids - before).sorted("id")
                self.assertEqual([(one.type, one.values) for one in made], expected)
                self.assertEqual(set(made.mapped("state")), {"applied"})
                for name, value in vals.items():
                    own = self.item[name]
                    self.assertEqual(own.id if name == "beneficiary_id" else own, value)

    def test_what_stays_the_same_is_no_change(self):
        self.my_item.write({"quantity": 5.0, "price_unit": 31.0, "date_end": False, "name": "X"})
        self.assertFalse(self.contract.change_ids)
        self.assertEqual(self.item.name, "X")

    def test_an_earlier_end_ends_a_later_one_is_served_longer(self):
        self._bill(TODAY)
        self.my_item.write({"date_end": "2026-01-25"})
        self.assertEqual(self._made(), [("end_item", "2026-01-25", "scheduled", {})])
        self.assertEqual(self.item.planned_end, date(2026, 1, 25))
        with self._travel("2026-01-26"):
            self.env["cn285.contract.change"]._apply_due(self.contract)
            self._bill("2026-01-26")
        # 6 of 31 days of 155.00
        self.assertEqual(self._billed(self.contract), self._cents(165.0 - 30.0))
        self.my_item.write({"date_end": False})
        self.assertEqual(self._made()[-1][0], "service_period")
        self.assertFalse(self.item.date_end)

    def test_the_day_of_an_end_as_the_company_counts_it(self):
        self.company.cn285_end_day = "free"
        self.my_item.write({"date_end": "2026-01-25"})
        self.assertEqual(self._made(), [("end_item", "2026-01-26", "scheduled", {})])
        self.assertEqual(self.item.planned_end, date(2026, 1, 25))

    def test_what_no_change_does_is_refused(self):
        for vals in (
            {"timing": "arrears"},
            {"billing_type": "one_shot"},
            {"first_period": "full"},
            {"period_count": 3},
        ):
            with self.assertRaisesRegex(UserError, "CTR/EDIT.*does not change while it runs"):
                self.my_item.write(vals)
        with self.assertRaisesRegex(ValidationError, "no tier path"):
            self.my_item.write({"product_id": self.setup_fee.id})

    def test_another_product_by_a_tier_path(self):
        self.env["cn285.tier.path"].create(
            {
                "kind": "downsell",
                "product_from_id": self.subscription.id,
                "product_to_id": self.setup_fee.id,
            }
        )
        self.my_item.write({"product_id": self.setup_fee.id, "price_unit": 3.0})
        self.assertEqual(
            self._made(),
            [
                (
                    "downsell",
                    TODAY,
                    "applied",
                    {"product_id": self.setup_fee.id, "price_unit": 3.0},
                )
            ],
        )

    def test_many_items_at_once(self):
        (self.my_item | self.other.with_user(self.seller)).write({"quantity": 3.0})
        self.assertEqual([one[0] for one in self._made()], ["quantity", "quantity"])
        self.assertEqual(self.contract.item_ids.mapped("quantity"), [3.0, 3.0])

    # === RULES AND APPROVAL === #

    def test_an_edit_needs_the_approval_that_the_change_needs(self):
        template = self.env["cn285.contract.template"].create(
            {"name": "Guarded", "approval_ids": [(0, 0, {})]}
        )
        self.contract.template_id = template
        for vals, kind in (
            ({"price_unit": 1.0}, "price"),
            ({"quantity": 1.0}, "quantity"),
            ({"date_end": "2026-01-20"}, "end_item"),
        ):
            self.my_item.write(vals)
            change = self.contract.change_ids.sorted("id")[-1]
            self.assertEqual((change.type, change.state), (kind, "to_approve"))
            with self.assertRaisesRegex(UserError, "Only a billing manager"):
                change.with_user(self.seller).action_approve()
        self.assertEqual((self.item.price_unit, self.item.quantity), (31.0, 5.0))
        self.assertFalse(self.item.date_end)
        self.mine.write({"date_end": "2026-03-31"})
        self.assertEqual(self._made()[-1][::2], ("terminate", "to_approve"))
        for act in (
            lambda: self.mine.action_close("2026-01-31"),
            lambda: self.mine.action_cancel(),
            lambda: self.mine.write({"item_ids": [(0, 0, self._item_vals())]}),
            lambda: self.mine.write({"item_ids": [(2, self.other.id)]}),
        ):
            with self.assertRaisesRegex(UserError, "need approval"):
                act()
        self.assertEqual(self.contract.state, "active")
        price = self.contract.change_ids.filtered(lambda change: change.type == "price")
        price.with_user(self.manager).action_approve()
        self.assertEqual(self.item.price_unit, 1.0)

    def test_rules_of_dates_hold(self):
        template = self.env["cn285.contract.template"].create(
            {"name": "Slow", "downgrade_when": "next_billing", "cancellation_when": "next_billing"}
        )
        self.contract.template_id = template
        for vals in ({"quantity": 1.0}, {"date_end": "2026-01-25"}):
            with self.assertRaisesRegex(ValidationError, "by the rules of the contract's template"):
                self.my_item.write(vals)

    def test_the_template_cannot_be_exchanged_for_one_without_rules(self):
        with self.assertRaisesRegex(UserError, "does not change while it runs"):
            self.mine.template_id = self.env["cn285.contract.template"].create({"name": "Free"})

    # === NEW AND DELETED ITEMS === #

    def test_a_new_item_is_a_change(self):
        with Form(self.mine) as form, form.item_ids.new() as line:
            line.product_id = self.setup_fee
            line.quantity = 2.0
        [made] = self._made()
        self.assertEqual(made[:3], ("add_item", TODAY, "applied"))
        change = self.contract.change_ids
        item = self.contract.item_ids - self.item - self.other
        self.assertEqual((change.result_item_id, item.state), (item, "active"))
        self.assertEqual(item.date_start, date(2026, 1, 20))

    def test_a_new_item_by_a_program_is_a_change(self):
        """Dated back or not, and beside others in one call; billed from the day of entry on."""
        self._bill(TODAY)
        vals = {"contract_id": self.contract.id, "product_id": self.subscription.id}
        vals.update(price_unit=31.0, alignment="calendar")
        items = self.my_item.create([vals, {**vals, "date_start": date(2026, 1, 10)}])
        self.assertEqual([made[0::2] for made in self._made()], [("add_item", "applied")] * 2)
        self.assertEqual(self.contract.change_ids.sorted("id").result_item_id, items)
        self.assertEqual(items.mapped("date_start"), [date(2026, 1, 20), date(2026, 1, 10)])
        for item, first in zip(items, ("12.00", "22.00"), strict=True):
            row = item.schedule_ids.sorted("period_start")[0]
            self.assertMoney(row.amount, first)
            self.assertEqual(row.billing_date, date(2026, 1, 20))
        with self.assertRaisesRegex(AccessError, "Not Before"):
            self.my_item.create({**vals, "not_before": "2027-01-01"})

    def test_a_new_item_keeps_the_rules_of_products(self):
        self.setup_fee.product_tmpl_id.cn285_excludes_ids = self.subscription.product_tmpl_id
        with self.assertRaisesRegex(ValidationError, "cannot be on a contract with"):
            self.env["cn285.contract.item"].with_user(self.seller).create(
                {"contract_id": self.contract.id, "product_id": self.setup_fee.id}
            )

    def test_a_deleted_item_is_given_up(self):
        self.mine.write({"item_ids": [(2, self.other.id)]})
        self.assertEqual(self.other.state, "cancelled")
        self.assertEqual(self._made(), [("end_item", "2026-01-01", "applied", {})])
        self._bill(TODAY)
        self.assertEqual(self._billed(self.contract), "155.00")
        with self.assertRaisesRegex(UserError, "was invoiced"):
            self.my_item.unlink()

    def test_a_draft_is_edited_freely(self):
        contract = self._create_contract([{}], confirm=False).with_user(self.seller)
        contract.item_ids.write({"quantity": 2.0, "timing": "arrears", "date_end": "2026-06-30"})
        contract.write({"date_end": "2026-12-31", "item_ids": [(0, 0, self._item_vals())]})
        contract.item_ids[1].unlink()
        contract.action_confirm()
        self.assertFalse(contract.change_ids)
        self.assertEqual(len(contract.item_ids), 1)
        # An item that waits for its activation is a draft too.
        waiting = self._create_contract([{}, {"start_condition": "manual"}])
        item = waiting.item_ids[1].with_user(self.seller)
        item.write({"quantity": 3.0, "timing": "arrears"})
        item.action_activate()
        self.assertFalse(waiting.change_ids)
        self.assertEqual(item.date_start, date(2026, 1, 20))

    # === CONTRACTS === #

    def test_ends_of_contracts(self):
        self.mine.write({"date_end": "2026-03-31"})
        self.assertEqual(self._made(), [("terminate", "2026-03-31", "scheduled", {})])
        self.assertEqual(self.contract.planned_end, date(2026, 3, 31))
        with self._travel("2026-04-01"):
            self.env["cn285.contract.change"]._apply_due(self.contract)
            self.assertEqual(self.contract.date_end, date(2026, 3, 31))
            self.mine.write({"date_end": "2026-06-30"})
            self.assertEqual(self.contract.date_end, date(2026, 6, 30))
            self.mine.write({"date_end": False})
        self.assertFalse(self.contract.date_end)
        self.assertEqual(
            [made[0] for made in self._made()], ["terminate", "contract_end", "contract_end"]
        )

    def test_terms_of_contracts(self):
        pricelist = self.env["product.pricelist"].create({"name": "Special"})
        payment = self.env.ref("account.account_payment_term_30days")
        reseller = self.env["res.partner"].create({"name": "Reseller"})
        self.mine.write(
            {
                "pricelist_id": pricelist.id,
                "payment_term_id": payment.id,
                "reseller_id": reseller.id,
                "invoice_separately": True,
                "note": "<p>x</p>",
            }
        )
        self.assertEqual(
            [made[0] for made in self._made()], ["pricelist", "payment_terms", "contract_terms"]
        )
        self.assertEqual(self.contract.pricelist_id, pricelist)
        self.assertEqual(self.contract.payment_term_id, payment)
        self.assertEqual(self.contract.payer_id, reseller)
        self.assertTrue(self.contract.invoice_separately)
        change = self.contract.change_ids.filtered(lambda one: one.type == "contract_terms")
        self.assertIn("Reseller: Reseller", change.description)
        self.assertIn("Invoice of its Own: yes", change.description)

    def test_what_is_no_term_is_refused(self):
        for terms in ({"name": "X"}, {"user_id": self.manager.id}, {"nothing": 1}, {}):
            with self.assertRaises(ValidationError):
                self._change(self.contract, "contract_terms", TODAY, terms=terms)

    def test_another_customer_is_a_change_of_holder(self):
        partner = self.env["res.partner"].create({"name": "Other"})
        with self.assertRaisesRegex(UserError, "change of holder"):
            self.mine.write({"partner_id": partner.id})

    def test_end_today(self):
        self.my_item.action_end()
        self.assertEqual(self._made(), [("end_item", TODAY, "applied", {})])
        self.assertEqual(self.item.date_end, date(2026, 1, 20))

    # === DISCOUNT PERIODS === #

    def test_discount_periods_are_traced(self):
        """February at 50 %: 77.50 of 155.00; taken away, 155.00 again."""
        february = {"date_start": "2026-02-01", "date_end": "2026-02-28", "percent": 50.0}
        self._bill(TODAY)
        self.my_item.write({"discount_ids": [(0, 0, february)]})
        [made] = self._made()
        self.assertEqual(made[:3], ("discount_period", TODAY, "applied"))
        row = self.item.schedule_ids.filtered(lambda one: one.period_start == date(2026, 2, 1))
        self.assertMoney(row.amount, "77.50")
        self.my_item.write({"discount_ids": [(2, self.item.discount_ids.id)]})
        self.assertEqual([one[0] for one in self._made()], ["discount_period"] * 2)
        row = self.item.schedule_ids.filtered(lambda one: one.period_start == date(2026, 2, 1))
        self.assertMoney(row.amount, "155.00")
        self._change(self.contract, "discount_period", "2026-03-01", item=self.item, discount=10.0)
        with self._travel("2026-03-01"):
            self.env["cn285.contract.change"]._apply_due(self.contract)
        row = self.item.schedule_ids.filtered(lambda one: one.period_start == date(2026, 4, 1))
        self.assertMoney(row.amount, "139.50")

    def test_a_discount_needs_the_approval_of_changes(self):
        self.contract.template_id = self.env["cn285.contract.template"].create(
            {"name": "Guarded", "approval_ids": [(0, 0, {})]}
        )
        vals = {"item_id": self.item.id, "date_start": "2026-02-01", "percent": 100.0}
        with self.assertRaisesRegex(UserError, "need approval"):
            self.env["cn285.contract.item.discount"].with_user(self.seller).create(vals)

    # === WORDS === #

    def test_choices_are_told_in_words(self):
        period = self._change(
            self.contract,
            "billing_period",
            TODAY,
            schedule=False,
            item=self.item,
            recurring_interval=1,
            recurring_unit="month",
            alignment="calendar",
        )
        stop = self._change(
            self.contract, "deactivate", TODAY, schedule=False, item=self.item, cause="debt"
        )
        self.assertIn("Period Unit: Months", period.description)
        self.assertIn("Alignment: Calendar", period.description)
        self.assertIn("Cause: Debt", stop.description)
        self.env["res.lang"]._activate_lang("fr_FR")
        for change in (period, stop):
            for key in ("month", "calendar", "debt"):
                text = change.with_context(lang="fr_FR").description
                self.assertNotRegex(text, rf": {key}\b")

    # === WHAT WAITS FOR ITS START === #

    def _held_template(self, *rules):
        template = self.env["cn285.contract.template"].create({"name": "Held"})
        template.approval_ids = [(0, 0, rule) for rule in rules]
        self.contract.template_id = template

    def _waiting_item(self, price=1.0):
        return self.env["cn285.contract.item"].create(
            {
                "contract_id": self.contract.id,
                "product_id": self.subscription.id,
                "price_unit": price,
                "start_condition": "manual",
            }
        )

    def test_an_item_of_a_draft_is_not_moved_to_what_runs(self):
        """New items come by the rules of changes: none slips in from another contract."""
        draft = self._create_contract([{"price_unit": 5000.0}], confirm=False)
        item = draft.item_ids.with_user(self.seller)
        with self.assertRaisesRegex(UserError, "cannot be moved: contract CTR/EDIT runs"):
            item.contract_id = self.contract
        with self.assertRaisesRegex(UserError, "cannot be moved"):
            self.mine.write({"item_ids": [(4, item.id)]})
        self.assertEqual(item.contract_id, draft)
        waiting = self._waiting_item().with_user(self.seller)
        with self.assertRaisesRegex(UserError, "cannot be moved: contract CTR/EDIT runs"):
            waiting.contract_id = draft
        item.contract_id = self._create_contract(confirm=False)

    def test_terms_of_a_waiting_item_need_the_approval_of_a_new_one(self):
        """Agreed at 1.00 below the bound, it does not start at 5,000.00 past it."""
        item = self._waiting_item().with_user(self.seller)
        self._held_template({"type": "add_item", "amount": 1000.0})
        with self.assertRaisesRegex(UserError, "need approval"), self.env.cr.savepoint():
            item.price_unit = 5000.0
        item.invalidate_recordset()
        self.contract.invalidate_recordset()
        item.price_unit = 2.0
        item.write({"name": "Line 7", "price_unit": 2.0})
        self.assertEqual((item.price_unit, item.state), (2.0, "draft"))
        self.assertFalse(self.contract.change_ids)

    def test_discounts_of_a_waiting_item_need_approval(self):
        item = self._waiting_item().with_user(self.seller)
        free = {"date_start": "2026-02-01", "percent": 100.0}
        self._held_template({"type": "discount_period"})
        with self.assertRaisesRegex(UserError, "need approval"), self.env.cr.savepoint():
            item.write({"discount_ids": [(0, 0, free)]})
        self.contract.template_id.approval_ids.unlink()
        item.invalidate_recordset()
        item.write({"discount_ids": [(0, 0, free)]})
        self.assertEqual(item.discount_ids.percent, 100.0)

    # === WHAT IS NO VALUE === #

    def test_what_is_no_number_is_refused_in_words(self):
        for value in (float("nan"), float("inf"), 1e30):
            with self.subTest(value=value), self.assertRaisesRegex(ValidationError, "Quantity"):
                self.my_item.write({"quantity": value})
        self.assertFalse(self.contract.change_ids)

    def test_an_end_in_9999_is_none(self):
        self.my_item.date_end = "9999-12-31"
        self.mine.date_end = "9999-12-31"
        self.assertFalse(self.item.date_end or self.contract.date_end)
        self.assertFalse(self.contract.change_ids)

    def test_a_discount_until_9999_has_no_end(self):
        day = date(2026, 2, 1)
        values = {"discount": 10, "date_end": "9999-12-31"}
        change = self.env["cn285.contract.change"].create(
            {
                "contract_id": self.contract.id,
                "item_id": self.item.id,
                "type": "discount_period",
                "date_effective": day,
                "values": values,
            }
        )
        change.action_schedule()
        with freeze_time("2026-02-01 10:00:00"):
            change._apply_due(self.contract)
        self.assertEqual(self.item.discount_ids.mapped("date_end"), [False])

    def test_a_waiting_item_starts_no_further_back_than_changes_may(self):
        self.contract.date_start = "2024-01-01"
        self.contract.company_id.cn285_backdate_days = 30
        waiting = self._waiting_item().with_user(self.seller)
        with self.assertRaisesRegex(UserError, "12/21/2025 at the earliest"):
            waiting.action_activate("2025-12-20")
        waiting.action_activate("2025-12-21")
        self.assertEqual(waiting.date_start, date(2025, 12, 21))

    def test_days_of_programs_are_days(self):
        for day in ("garbage", {"a": 1}, [], 7):
            for call in (
                self.my_item.action_end,
                self.mine.action_close,
                self._waiting_item().with_user(self.seller).action_activate,
            ):
                with self.subTest(day=day), self.assertRaisesRegex(UserError, "is no date"):
                    call(day)
