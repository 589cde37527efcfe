from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_contract.tests.changes.test_contract_change_money import MoneyCase
from odoo.exceptions import ValidationError
from odoo.tests import Form, new_test_user, tagged

TODAY = "2026-01-20"
# The customer's request to be served at once, on record.
REQUESTED = {
    "performance_requested": True,
    "performance_date": "2026-01-12",
    "performance_declaration": "Please begin at once.",
}


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
            "2026-01-12", {"price_unit": 31.0}, {"price_unit": 62.0}, **REQUESTED
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

    # === SERVED AT ONCE === #

    def test_days_served_are_owed_only_by_a_request_on_record(self):
        """L221-25: without the express request on record, nothing is owed."""
        for missing in ("performance_date", "performance_declaration", "performance_requested"):
            contract = self._concluded("2026-01-12", **{**REQUESTED, missing: False})
            self.assertFalse(contract.performance_proved)
            self._change(contract, "withdraw", TODAY)
            self._bill(TODAY)
            self.assertEqual(self._billed(contract), "0.00", missing)
        paper = self.env["ir.attachment"].create({"name": "request.pdf", "raw": b"%PDF-"})
        contract = self._concluded("2026-01-12", **{**REQUESTED, "performance_declaration": False})
        contract.performance_document_ids = paper
        self._change(contract, "withdraw", TODAY)
        self._bill(TODAY)
        self.assertEqual(self._billed(contract), "9.00")

    def test_the_request_is_declared_in_the_portal(self):
        contract = self._concluded("2026-01-12")
        self.assertTrue(contract._portal_may_start())
        contract._portal_start("Camille Durand")
        self.assertTrue(contract.performance_proved)
        self.assertEqual(contract.performance_date, date(2026, 1, 20))
        for words in ("Camille Durand", contract.name, "I owe what was served", "I lose the right"):
            self.assertIn(words, contract.performance_declaration)
        self.assertIn("I owe what was served", contract.message_ids[0].body)
        said = contract.performance_declaration
        contract._portal_start("Somebody Else")
        self.assertEqual(contract.performance_declaration, said, "once")
        late = self._concluded("2026-01-02")
        self.assertFalse(late._portal_may_start())

    def test_a_duplicate_was_not_asked_for(self):
        other = self._concluded("2026-01-12", **REQUESTED).copy()
        self.assertFalse(other.performance_requested, "its customer may still ask, and prove it")

    def test_a_service_fully_performed_has_no_right(self):
        """L221-28, 1°: only where it began by the express request on record."""
        item = {"price_unit": 31.0, "date_end": date(2026, 1, 16)}
        contract = self._concluded("2026-01-12", item, **REQUESTED)
        self.assertFalse(contract._may_withdraw())
        with self.assertRaisesRegex(ValidationError, "fully performed on 01/16/2026"):
            self._change(contract, "withdraw", TODAY)
        running = self._concluded("2026-01-12", item, {"price_unit": 31.0}, **REQUESTED)
        self.assertTrue(running._may_withdraw(), "one of its services goes on")
        with self.assertRaisesRegex(ValidationError, "fully performed on 01/16/2026"):
            self._change(running, "withdraw", TODAY, item=running.item_ids[0])
        last = self._concluded(
            "2026-01-12", {"price_unit": 31.0, "date_end": date(2026, 1, 20)}, **REQUESTED
        )
        self.assertTrue(last._may_withdraw(), "its last day is not over")
        visit = self._concluded(
            "2026-01-12", {"billing_type": "one_shot", "price_unit": 50.0}, **REQUESTED
        )
        self.assertFalse(visit._may_withdraw())

    def test_what_was_performed_without_the_request_is_withdrawn_from(self):
        item = {"price_unit": 31.0, "date_end": date(2026, 1, 16)}
        contract = self._concluded("2026-01-12", item)
        with self._travel("2026-01-19"):
            self._bill("2026-01-19")
        self.assertTrue(contract._may_withdraw())
        self._change(contract, "withdraw", TODAY)
        self._bill(TODAY)
        self.assertEqual(contract.state, "withdrawn")
        self.assertEqual(self._billed(contract), "0.00")
        self.assertFalse(contract._may_withdraw(), "once")

    def test_a_closed_contract_is_withdrawn_from_within_the_period(self):
        contract = self._concluded("2026-01-12")
        self._change(contract, "terminate", "2026-01-16")
        self._bill(TODAY)
        contract._close_finished(self.company)
        self.assertEqual(contract.state, "closed")
        self.assertTrue(contract._may_withdraw())
        self._change(contract, "withdraw", TODAY)
        self._bill(TODAY)
        self.assertEqual((contract.state, self._billed(contract)), ("withdrawn", "0.00"))
