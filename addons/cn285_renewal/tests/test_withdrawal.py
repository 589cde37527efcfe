from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_contract.tests.changes.test_contract_change_money import MoneyCase
from odoo.exceptions import ValidationError
from odoo.tests import Form, new_test_user, tagged

TODAY = "2026-01-20"


@tagged("post_install", "-at_install")
@freeze_time("2026-01-20 10:00:00")
class TestWithdrawal(MoneyCase):
    """Who withdraws in time owes nothing."""

    def test_withdrawal_in_time(self):
        with self._travel("2026-01-05"):
            contract = self._create_contract(
                [{"price_unit": 31.0}, {"billing_type": "one_shot", "price_unit": 50.0}],
                date_start=date(2026, 1, 5),
                has_withdrawal=True,
            )
            self._bill("2026-01-05")
        with self._travel("2026-01-19"):
            self._change(contract, "withdraw", "2026-01-19")
            self._bill("2026-01-19")
        self.assertEqual(contract.state, "withdrawn")
        self.assertEqual(set(contract.item_ids.mapped("state")), {"withdrawn"})
        self.assertEqual(self._billed(contract), "0.00")
        self.assertEqual(self._invoices(contract)[-1][1], "out_refund")

    def test_withdrawal_too_late(self):
        contract = self._create_contract([{}], date_start=date(2026, 1, 2), has_withdrawal=True)
        contract.date_concluded = date(2026, 1, 2)
        with self.assertRaisesRegex(ValidationError, "withdrawal period ended"):
            self._change(contract, "withdraw", TODAY)

    # === WHO, AND UNTIL WHEN === #

    def _concluded(self, day, *items, **values):
        """A contract that is concluded and billed on a day, with the right of withdrawal."""
        with self._travel(day):
            contract = self._create_contract(
                list(items) or [{"price_unit": 31.0}],
                **{"date_start": date.fromisoformat(day), "has_withdrawal": True, **values},
            )
            self._bill(day)
        return contract

    def test_the_dialog_withdraws_from_the_whole_contract(self):
        """The only item that runs is not chosen for it: others, that pause, would go on."""
        contract = self._create_contract([{"price_unit": 31.0}])
        wizards = self.env["cn285.contract.change.wizard"]
        dialog = Form(wizards.with_context(default_contract_id=contract.id))
        self.assertEqual(dialog.item_id, contract.item_ids)
        dialog.type = "withdraw"
        self.assertFalse(dialog.item_id)
        dialog.item_id = contract.item_ids
        self.assertEqual(dialog.save().item_id, contract.item_ids)

    def test_without_the_right_there_is_none(self):
        contract = self._concluded("2026-01-15", has_withdrawal=False)
        with self.assertRaisesRegex(ValidationError, "no right of withdrawal"):
            self._change(contract, "withdraw", TODAY)

    def test_an_exception_wants_the_right_to_make_it(self):
        contract = self._concluded("2026-01-02")
        chief = new_test_user(
            self.env,
            "withdrawal_chief",
            "cn285_contract.group_contract_user,cn285_contract.group_change_override",
        )
        changes = self.env["cn285.contract.change"].with_user(chief)
        vals = {
            "contract_id": contract.id,
            "type": "withdraw",
            "date_effective": TODAY,
            "override": True,
        }
        with self.assertRaisesRegex(ValidationError, "reason or a note"):
            changes.create(vals).action_schedule()
        change = changes.create({**vals, "note": "They called on the 16th."})
        change.action_schedule()
        self.assertEqual((change.state, contract.state), ("applied", "withdrawn"))

    def test_the_day_of_the_declaration_decides(self):
        """Declared on the last day by letter, entered a day later by staff."""
        contract = self._concluded("2026-01-05")
        self.assertEqual(contract.withdrawal_deadline, date(2026, 1, 19))
        vals = {
            "contract_id": contract.id,
            "type": "withdraw",
            "date_effective": TODAY,
            "date_requested": "2026-01-19",
        }
        changes = self.env["cn285.contract.change"]
        with self.assertRaisesRegex(ValidationError, "period ended on 01/19/2026"):
            changes.create({**vals, "origin": "api"}).action_schedule()
        change = changes.create(vals)
        change.action_schedule()
        self.assertEqual(change.state, "applied")

    # === AN ITEM === #

    def test_from_an_item_that_was_added_later(self):
        contract = self._concluded("2026-01-01")
        with self._travel("2026-01-18"):
            values = {"product_id": self.setup_fee.id, "price_unit": 50.0, "billing_type": "fixed"}
            added = self._change(contract, "add_item", "2026-01-18", **values).result_item_id
            self._bill("2026-01-18")
        self.assertGreater(float(self._billed(contract)), 31.0)
        with self.assertRaisesRegex(ValidationError, "withdrawal period ended"):
            self._change(contract, "withdraw", TODAY)
        with self.assertRaisesRegex(ValidationError, "withdrawal period ended"):
            self._change(contract, "withdraw", TODAY, item=contract.item_ids - added)
        change = self._change(contract, "withdraw", TODAY, item=added)
        self._bill(TODAY)
        self.assertEqual((added.state, contract.state), ("withdrawn", "active"))
        self.assertEqual(self._billed(contract), "31.00")
        self.assertFalse(contract._portal_end(), "the contract goes on")
        self.assertTrue(change.confirmation_id)

    def test_an_item_owes_nothing_although_the_service_was_requested(self):
        contract = self._concluded(
            "2026-01-12", {"price_unit": 31.0}, {"price_unit": 62.0}, performance_requested=True
        )
        self._change(contract, "withdraw", TODAY, item=contract.item_ids[1])
        self._bill(TODAY)
        self.assertEqual(self._billed(contract), "31.00", "the other item, a month")
        self._change(contract, "withdraw", TODAY)
        self._bill(TODAY)
        self.assertEqual(self._billed(contract), "9.00", "its nine days served")

    def test_items_that_are_cancelled_are_left_alone(self):
        contract = self._concluded(
            "2026-01-12", {"price_unit": 31.0}, {"start_condition": "manual"}
        )
        contract.item_ids[1]._update_state(("draft",), "cancelled")
        self._change(contract, "withdraw", TODAY)
        self.assertEqual(contract.item_ids.mapped("state"), ["withdrawn", "cancelled"])


@tagged("post_install", "-at_install")
@freeze_time("2026-01-20 10:00:00")
class TestNothingToPay(MoneyCase):
    """After a withdrawal nothing stays to pay, without waiting for a run."""

    def _invoiced(self, *items, **values):
        with self._travel("2026-01-19"):
            contract = self._create_contract(
                list(items) or [{"price_unit": 31.0}],
                **{"date_start": date(2026, 1, 19), "has_withdrawal": True, **values},
            )
            self._bill("2026-01-19")
        return contract, contract.invoice_ids

    def _withdraw(self, contract, groups="base.group_portal"):
        user = new_test_user(self.env, f"who_{contract.id}", groups=groups)
        seen = contract.with_user(user).sudo()
        return seen._portal_withdraw({"statement": "I withdraw."}, user)

    def test_by_the_customer_in_the_portal(self):
        contract, invoice = self._invoiced()
        self.assertMoney(invoice.amount_residual, "37.20")
        change = self._withdraw(contract)
        self.assertEqual(change.state, "applied")
        self.assertMoney(invoice.amount_residual, "0.00")
        note = contract.invoice_ids - invoice
        self.assertEqual((note.move_type, note.state), ("out_refund", "posted"))
        self.assertEqual(note.reversed_entry_id, invoice)
        self.assertMoney(note.amount_residual, "0.00")
        self.assertFalse(contract.schedule_ids.filtered(lambda row: row.state == "planned"))
        # A run that comes later finds nothing to do.
        self.assertFalse(self._bill("2026-01-20").invoice_ids)

    def test_by_staff(self):
        contract, invoice = self._invoiced()
        clerk = new_test_user(self.env, "clerk", groups="cn285_contract.group_contract_user")
        contract.with_user(clerk).action_withdraw()
        self.assertMoney(invoice.amount_residual, "0.00")

    def test_with_the_next_invoice_makes_no_difference(self):
        self.company.cn285_change_billing = "next"
        contract, invoice = self._invoiced()
        self._withdraw(contract)
        self.assertMoney(invoice.amount_residual, "0.00")

    def test_service_that_was_asked_for_at_once_is_owed(self):
        contract, invoice = self._invoiced({"price_unit": 31.0}, performance_requested=True)
        self._withdraw(contract)
        # Two of 31 days, with tax.
        self.assertMoney(invoice.amount_residual, "2.40")

    def test_a_contract_that_cannot_be_billed_is_withdrawn_from_all_the_same(self):
        contract, invoice = self._invoiced()
        contract.payer_id.active = False
        change = self._withdraw(contract)
        self.assertEqual((change.state, contract.state), ("applied", "withdrawn"))
        self.assertMoney(invoice.amount_residual, "37.20")
        contract.payer_id.active = True
        self._bill("2026-01-20")
        self.assertMoney(invoice.amount_residual, "0.00")
