from datetime import date

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .test_contract_change_money import MoneyCase

TODAY = "2026-01-20"


@tagged("post_install", "-at_install")
@freeze_time("2026-01-20 10:00:00")
class TestChangeChains(MoneyCase):
    """Changes that meet others: missed together, dated back before one another, in a pause."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.premium = cls._create_product("Premium", 310.0)
        cls.env["cn285.tier.path"].create(
            {"product_from_id": cls.subscription.id, "product_to_id": cls.premium.id}
        )
        cls.other_customer = cls.env["res.partner"].create({"name": "Café Durand"})
        cls.half, cls.quarter_off = (
            cls.env["product.pricelist"].create(
                {
                    "name": f"Less {percent:g} %",
                    "currency_id": cls.eur.id,
                    "item_ids": [(0, 0, {"compute_price": "percentage", "percent_price": percent})],
                }
            )
            for percent in (50.0, 25.0)
        )
        cls.template = cls.env["cn285.contract.template"].create({"name": "Standard"})
        cls.seller = new_test_user(
            cls.env, "chain_seller", "cn285_contract.group_contract_user", name="Seller"
        )

    def _run_until(self, day):
        with self._travel(day):
            self._bill(day)

    def _assert_all_applied(self, *contracts):
        for change in self.env["cn285.contract"].union(*contracts).change_ids:
            self.assertEqual((change.state, change.error), ("applied", False), change.display_name)

    # === MISSED, AND APPLIED TOGETHER === #

    def test_missed_changes_of_one_contract_take_effect_one_after_the_other(self):
        contract = self._monthly(31.0)
        item = contract.item_ids
        self._bill(TODAY)
        first = self._change(contract, "price", "2026-02-15", item=item, price_unit=62.0)
        second = self._change(contract, "price", "2026-03-01", item=item, discount=50.0)
        self._run_until("2026-03-20")
        self.assertEqual((item.price_unit, item.discount), (62.0, 50.0))
        # January, 14 days at 31.00 and 14 at 62.00 of 28, and 62.00 less 50 %.
        self.assertEqual(self._billed(contract), "108.50")
        self.assertEqual(second.before["item.price_unit"], 62.0)
        self._assert_all_applied(contract)
        self.assertEqual(first.after["item.price_unit"], 62.0)

    def test_missed_changes_of_several_contracts_of_which_one_fails(self):
        good, bad = self._monthly(31.0), self._monthly(31.0)
        self._bill(TODAY)
        for contract in (good, bad):
            self._change(contract, "quantity", "2026-02-15", item=contract.item_ids, quantity=2.0)
        bad.item_ids._update_state(("active",), "cancelled")
        self._run_until("2026-03-01")
        self._assert_all_applied(good)
        self.assertEqual(bad.change_ids.state, "scheduled")
        self.assertIn("Cancelled", bad.change_ids.error)

    # === DATED BACK BEFORE OTHERS === #

    def test_pricelist_dated_back_before_an_own_price(self):
        contract = self._create_contract([{"price_unit": False, "alignment": "calendar"}])
        item = contract.item_ids
        self._bill(TODAY)
        self._change(contract, "price", "2026-01-15", item=item, price_unit=31.0)
        self._change(contract, "pricelist", "2026-01-08", pricelist_id=self.half.id)
        self._bill(TODAY)
        # 7 days of 100.00, 7 of 50.00, and 17 days at 1.00.
        self.assertEqual(self._billed(contract), "50.87")
        self.assertEqual((item.price_source, item.price_unit), ("manual", 31.0))

    def test_pricelist_dated_back_reaches_items_that_ended_since(self):
        contract = self._create_contract(
            [{"price_unit": False, "alignment": "calendar"}, {"price_unit": 1.0}]
        )
        item = contract.item_ids[0]
        self._bill(TODAY)
        self._change(contract, "end_item", "2026-01-15", item=item)
        self._bill(TODAY)
        self.env["cn285.contract"]._cron_extend_schedules()
        self.assertEqual(item.state, "ended")
        self._change(contract, "pricelist", "2026-01-08", pricelist_id=self.half.id)
        self._bill(TODAY)
        self.assertEqual(self._billed(contract), "36.48")  # 7 days of 100.00, 8 of 50.00, 1.00

    def test_quantity_dated_back_of_an_item_that_ended_since(self):
        contract = self._monthly(31.0, 10.0)
        item = contract.item_ids[0]
        self._bill(TODAY)
        self._change(contract, "end_item", "2026-01-15", item=item)
        self._bill(TODAY)
        self.env["cn285.contract"]._cron_extend_schedules()
        self._change(contract, "quantity", "2026-01-11", item=item, quantity=3.0)
        self._bill(TODAY)
        self.assertEqual(self._billed(contract), "35.00")  # 10 days of 1.00, 5 of 3.00, 10.00
        self.env["cn285.contract"]._cron_extend_schedules()
        self.assertEqual((item.state, contract.state), ("ended", "active"))

    def test_what_was_set_for_a_later_day_stays(self):
        contract = self._create_contract([{"price_unit": False, "alignment": "calendar"}])
        item = contract.item_ids
        late, early = (
            self.env.ref(f"account.account_payment_term_{days}days") for days in (30, 15)
        )
        for day, pricelist, term, partner in (
            ("2026-01-15", self.half, late, self.other_customer),
            ("2026-01-08", self.quarter_off, early, self.customer),
        ):
            self._change(contract, "pricelist", day, pricelist_id=pricelist.id)
            self._change(contract, "payment_terms", day, payment_term_id=term.id)
            self._change(contract, "beneficiary", day, item=item, beneficiary_id=partner.id)
        self.assertEqual(contract.pricelist_id, self.half)
        self.assertEqual(contract.payment_term_id, late)
        self.assertEqual(item.beneficiary_id, self.other_customer)

    def test_change_of_holder_dated_back_before_a_quantity(self):
        contract = self._monthly(31.0)
        self._bill(TODAY)
        self._change(contract, "quantity", "2026-01-15", item=contract.item_ids, quantity=2.0)
        self._bill(TODAY)
        change = self._change(contract, "holder", "2026-01-11", partner_id=self.other_customer.id)
        self._bill(TODAY)
        self.assertEqual(self._billed(contract), "10.00")
        heir = change.result_contract_id
        self.assertEqual(self._billed(heir), "38.00")  # 4 days at 1.00, 17 at 2.00
        self.assertEqual(heir.item_ids.quantity, 2.0)

    # === PAUSES === #

    def test_a_pause_that_was_ended_before_its_day(self):
        contract = self._monthly(31.0)
        self._bill(TODAY)
        self._change(contract, "pause", TODAY, date_end="2026-02-14")
        with self._travel("2026-02-01"):
            self._bill("2026-02-01")
            self._change(contract, "resume", "2026-02-01")
            # A second one, over the day on which the first would have ended by itself.
            self._change(contract, "pause", "2026-02-11", date_end="2026-02-24")
        self._run_until("2026-03-01")
        self._assert_all_applied(contract)
        # 19 days of January, 14 of February's 28, and March.
        self.assertEqual(self._billed(contract), "65.50")
        self.assertEqual(contract.item_ids.state, "active")

    def test_deactivated_in_a_pause(self):
        contract = self._monthly(31.0)
        self._bill(TODAY)
        self._change(contract, "pause", TODAY, date_end="2026-02-14")
        with self._travel("2026-02-01"):
            self._change(contract, "deactivate", "2026-02-01")
        with self._travel("2026-02-05"):
            self._change(contract, "activate", "2026-02-05")
        self.assertEqual(contract.state, "paused")
        self._run_until("2026-02-20")
        self._assert_all_applied(contract)
        self.assertEqual(contract.state, "active")
        self.assertEqual(self._billed(contract), "34.50")  # 19 days, and 14 of 28

    def test_a_paused_item_goes_on_paused(self):
        """With a new holder, on another contract, as another product."""
        items = [{"price_unit": 31.0, "alignment": "calendar"}]
        paused = [self._create_contract(items, invoice_separately=True) for _number in range(3)]
        target = self._create_contract([{"price_unit": 10.0}], invoice_separately=True)
        self._bill(TODAY)
        for contract in paused:
            self._change(contract, "pause", TODAY, date_end="2026-02-14")
        by_holder, by_transfer, by_upgrade = paused
        with self._travel("2026-02-01"):
            self._bill("2026-02-01")
            changes = [
                self._change(by_holder, "holder", "2026-02-01", partner_id=self.other_customer.id),
                self._change(
                    by_transfer,
                    "transfer_item",
                    "2026-02-01",
                    item=by_transfer.item_ids,
                    to_contract_id=target.id,
                ),
                self._change(
                    by_upgrade,
                    "upsell",
                    "2026-02-01",
                    item=by_upgrade.item_ids,
                    product_id=self.premium.id,
                ),
            ]
        heir = changes[0].result_contract_id
        self.assertEqual(heir.state, "paused")
        self._run_until("2026-03-01")
        self._assert_all_applied(heir, target, *paused)
        # From 15 February on: 14 of 28 days, and March.
        self.assertEqual(self._billed(heir), "46.50")
        self.assertEqual(self._billed(target), "76.50")  # thrice 10.00 of its own
        self.assertEqual(self._billed(by_upgrade), "484.00")  # 19.00, 155.00, 310.00
        self.assertEqual(heir.state, "active")

    def test_a_debt_does_not_go_over_to_the_new_holder(self):
        contract = self._monthly(31.0)
        self._change(contract, "deactivate", TODAY, cause="debt")
        change = self._change(contract, "holder", TODAY, partner_id=self.other_customer.id)
        self.assertEqual(change.result_contract_id.state, "active")

    def test_pauses_do_not_overlap_and_lie_within_the_contract(self):
        contract = self._monthly(31.0)
        contract.sudo().date_end = date(2026, 12, 31)  # sudo: as agreed from the start
        self._change(contract, "pause", "2026-01-05", date_end="2026-01-09")
        with self.assertRaisesRegex(ValidationError, "from 01/08/2026 to 01/09/2026 already"):
            self._change(contract, "pause", "2026-01-08", date_end="2026-01-15")
        self._change(contract, "pause", "2026-02-01", date_end="2026-02-20")
        with self.assertRaisesRegex(ValidationError, "from 02/10/2026 to 02/20/2026 already"):
            self._change(contract, "pause", "2026-02-10", date_end="2026-02-25")
        for kind in ("pause", "deactivate"):
            with self.assertRaisesRegex(ValidationError, "ends on 12/31/2026 already"):
                self._change(contract, kind, "2027-01-01")
            with self.assertRaisesRegex(ValidationError, "starts only on 01/01/2026"):
                self._change(contract, kind, "2025-12-30")

    def test_limits_of_pauses_hold_in_each_year_and_count_what_is_planned(self):
        self.template.write({"pause_max_days": 20, "pause_max_count": 2})
        contract = self._monthly(31.0)
        contract.sudo().template_id = self.template  # sudo: only drafts change it
        with self.assertRaisesRegex(ValidationError, "at most 20 days a year"):
            self._change(contract, "pause", "2026-12-22", date_end="2027-02-28")
        self._change(contract, "pause", "2026-03-01", date_end="2026-03-15")
        with self.assertRaisesRegex(ValidationError, "at most 20 days a year"):
            self._change(contract, "pause", "2026-04-01", date_end="2026-04-15")
        self._change(contract, "pause", "2026-04-01", date_end="2026-04-02")
        with self.assertRaisesRegex(ValidationError, "at most 2 times a year"):
            self._change(contract, "pause", "2026-05-01", date_end="2026-05-01")

    # === WHAT GOES ON ELSEWHERE === #

    def test_a_fee_is_not_billed_again_elsewhere(self):
        contract = self._create_contract(
            [
                {"price_unit": 31.0, "alignment": "calendar"},
                {"product_id": self.setup_fee.id, "billing_type": "one_shot", "price_unit": 250.0},
            ]
        )
        target = self._create_contract([{"price_unit": 10.0}], invoice_separately=True)
        self._bill(TODAY)
        fee = contract.item_ids[1]
        with self.assertRaisesRegex(ValidationError, "was due before; nothing of it goes on"):
            self._change(contract, "transfer_item", TODAY, item=fee, to_contract_id=target.id)
        change = self._change(contract, "holder", TODAY, partner_id=self.other_customer.id)
        self._bill(TODAY)
        self.assertEqual(self._billed(contract), "269.00")
        self.assertEqual(self._billed(change.result_contract_id), "12.00")

    def test_what_is_planned_goes_on_with_the_new_holder(self):
        contract = self._monthly(31.0)
        self._bill(TODAY)
        planned = self._change(
            contract,
            "add_item",
            "2026-03-01",
            product_id=self.premium.id,
            price_unit=310.0,
            alignment="calendar",
        )
        holder = self._change(contract, "holder", "2026-02-01", partner_id=self.other_customer.id)
        self._run_until("2026-02-01")
        self._run_until("2026-03-01")
        heir = holder.result_contract_id
        self.assertEqual((planned.state, planned.contract_id), ("applied", heir))
        self.assertEqual(self._billed(heir), "372.00")  # 31.00 twice, 310.00
        self.assertEqual(self._billed(contract), "31.00")

    def test_products_and_limits_where_an_item_goes_over(self):
        rival = self._create_product("Rival", 5.0)
        rival.product_tmpl_id.cn285_excludes_ids = self.subscription.product_tmpl_id
        target = self._create_contract([{"product_id": rival.id}])
        contract = self._monthly(31.0)
        with self.assertRaisesRegex(ValidationError, "cannot be on a contract with Rival"):
            self._change(
                contract,
                "transfer_item",
                TODAY,
                item=contract.item_ids,
                to_contract_id=target.id,
            )
        tag = self.env["res.partner.category"].create({"name": "Small", "cn285_max_items": 1})
        self.other_customer.category_id = tag
        self._create_contract([{}], partner_id=self.other_customer.id)
        with self.assertRaisesRegex(ValidationError, "have at most 1 items"):
            self._change(contract, "holder", TODAY, partner_id=self.other_customer.id)

    def test_a_trial_is_made_longer_once_whatever_the_product(self):
        contract = self._create_contract([{"price_unit": 31.0, "trial_days": 30}])
        item = contract.item_ids
        self._change(contract, "extend_trial", TODAY, item=item, trial_days=10)
        successor = self._change(
            contract, "upsell", TODAY, item=item, product_id=self.premium.id
        ).result_item_id
        with self.assertRaisesRegex(ValidationError, "longer once already"):
            self._change(contract, "extend_trial", TODAY, item=successor, trial_days=10)

    # === PLANS THAT CHANGE === #

    def test_of_two_ends_one_is_given_up(self):
        contract = self._monthly(31.0)
        item = contract.item_ids
        self._change(contract, "end_item", "2026-02-10", item=item)
        self._change(contract, "end_item", "2026-02-05", item=item).action_cancel()
        self.assertEqual(item.planned_end, date(2026, 2, 10))
        self._change(contract, "terminate", "2026-02-09")
        self._change(contract, "terminate", "2026-02-04").action_cancel()
        self.assertEqual(contract.planned_end, date(2026, 2, 9))

    def test_what_is_moved_is_approved_anew(self):
        self.template.approval_ids = [(0, 0, {"type": "quantity", "amount": 100.0})]
        contract = self._monthly(31.0)
        contract.sudo().template_id = self.template  # sudo: only drafts change it
        self._bill(TODAY)
        change = self._change(
            contract, "quantity", "2026-01-31", item=contract.item_ids, quantity=5.0
        )
        self.assertEqual(change.state, "scheduled")  # 4.00 more
        change.with_user(self.seller).action_reschedule("2026-01-02")
        self.assertEqual(change.state, "to_approve")  # 120.00 more
        self.assertEqual(contract.item_ids.quantity, 1.0)

    def test_service_period_within_the_limit_of_dating_back(self):
        self.company.cn285_backdate_days = 10
        contract = self._create_contract([{}], date_start=date(2025, 1, 1))
        item = contract.item_ids
        for values in ({"date_end": "2025-06-30"}, {"date_start": "2025-07-01"}):
            with self.assertRaisesRegex(ValidationError, "dated back by 10 days"):
                self._change(contract, "service_period", TODAY, item=item, **values)
        self._change(contract, "service_period", TODAY, item=item, date_end="2026-01-12")

    # === REFUSED IN WORDS === #

    def test_nobody_speaks_for_the_system(self):
        contract = self._monthly(31.0)
        changes = self.env["cn285.contract.change"].with_user(self.seller)
        vals = {
            "contract_id": contract.id,
            "item_id": contract.item_ids.id,
            "type": "quantity",
            "date_effective": TODAY,
            "values": {"quantity": 5.0},
        }
        with self.assertRaises(AccessError):
            changes.create({**vals, "origin": "system"})
        draft = changes.create(vals)
        with self.assertRaises(AccessError):
            draft.origin = "system"

    def test_what_makes_no_sense_is_refused_in_words(self):
        contract = self._create_contract(
            [{"price_unit": 31.0}, {"price_unit": 5.0, "start_condition": "manual"}],
            date_end=date(2026, 6, 30),
        )
        item, draft = contract.item_ids
        product = self.premium.id
        for kind, concerned, values, reason in (
            ("price", item, {"price_unit": 1e300}, "is too large"),
            ("upsell", item, {"product_id": product, "quantity": -1.0}, "cannot be negative"),
            ("add_item", None, {"product_id": product, "quantity": -1.0}, "cannot be negative"),
            ("add_item", None, {"product_id": product, "recurring_interval": 0}, "at least 1"),
            ("add_item", None, {"product_id": product, "trial_days": -1}, "cannot be negative"),
            ("service_period", draft, {"date_end": None}, "has not started yet"),
            ("quantity", item, {"quantity": [1]}, "is not a number"),
        ):
            with (
                self.subTest(kind=kind, values=values),
                self.assertRaisesRegex(ValidationError, reason),
            ):
                self._change(contract, kind, "2026-02-10", item=concerned, **values)
        changes = self.env["cn285.contract.change"]
        with self.assertRaisesRegex(ValidationError, "given by name"):
            changes.create(
                {
                    "contract_id": contract.id,
                    "type": "terminate",
                    "date_effective": TODAY,
                    "values": [1],
                }
            )
        with self.assertRaisesRegex(UserError, "no type of contract change"):
            changes.first_allowed_date(contract.id, "nonsense")
        with self.assertRaisesRegex(UserError, "which item"):
            changes.first_allowed_date(contract.id, "quantity", False, {"quantity": 2.0})
        other = self._create_contract().item_ids
        with self.assertRaisesRegex(UserError, "another contract"):
            changes.first_allowed_date(contract.id, "quantity", other.id)
        # What no record's number is comes from programs; words answer, not the database.
        for number in ("x", "1", -1, 0, [contract.id], {"a": 1}, 1e30, 2**40, True, 999_999_999):
            with self.subTest(number=number):
                with self.assertRaisesRegex(UserError, "there is none|which contract"):
                    changes.first_allowed_date(number, "end_item", item.id)
                with self.assertRaisesRegex(UserError, "there is none|which item"):
                    changes.first_allowed_date(contract.id, "end_item", number)
        for kind in (["x"], {"x": 1}, None):
            with self.assertRaisesRegex(UserError, "no type of contract change"):
                changes.first_allowed_date(contract.id, kind, item.id)
        for values in ("x", [1], 3):
            with self.assertRaisesRegex(UserError, "given by name"):
                changes.first_allowed_date(contract.id, "price", item.id, values)
        change = self._change(contract, "quantity", "2026-02-10", item=item, quantity=2.0)
        for day in ("garbage", False):
            with self.assertRaises(UserError):
                change.action_reschedule(day)

    def test_the_dialog_takes_a_discount_off(self):
        contract = self._monthly(31.0, discount=50.0)
        wizard = self.env["cn285.contract.change.wizard"].create(
            {
                "contract_id": contract.id,
                "type": "price",
                "item_id": contract.item_ids.id,
                "date_effective": TODAY,
                "own_price": True,
                "price_unit": 31.0,
                "discount": 0.0,
            }
        )
        wizard.action_confirm()
        self.assertEqual(contract.item_ids.discount, 0.0)
