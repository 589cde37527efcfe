from datetime import date

from freezegun import freeze_time
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..common import ContractCase


class ChangeCase(ContractCase):
    """A contract that changes."""

    def _change(self, contract, kind, day, schedule=True, item=None, **values):
        """A change of a contract, scheduled (and so applied where it is due)."""
        change = self.env["cn285.contract.change"].create(
            {
                "contract_id": contract.id,
                "item_id": item.id if item else False,
                "type": kind,
                "date_effective": day,
                "values": values,
            }
        )
        if schedule:
            change.action_schedule()
        return change


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestContractChange(ChangeCase):
    """What all types of change have in common: planned, approved, applied in order, once."""

    def test_an_end_is_planned_and_takes_effect_on_its_day(self):
        contract = self._create_contract([{}, {"price_unit": 5.0}])
        item = contract.item_ids[0]
        change = self._change(contract, "end_item", "2026-02-14", item=item)
        self.assertEqual(change.state, "scheduled")
        self.assertFalse(item.date_end)
        # What is billed in advance does not go past the planned end.
        self.assertEqual(self._rows(contract, item_id=item)[-1][:2], ("2026-02-01", "2026-02-14"))
        with freeze_time("2026-02-16 03:00:00"):
            self.env["cn285.contract.change"]._apply_all_due(self.company)
        self.assertEqual(change.state, "applied")
        self.assertEqual(change.date_applied, date(2026, 2, 16))
        self.assertEqual(item.date_end, date(2026, 2, 14))
        self.assertFalse(item.planned_end)
        self.assertFalse(change.before["item.date_end"])
        self.assertEqual(change.after["item.date_end"], "2026-02-14")

    def test_cancelled_before_it_takes_effect(self):
        contract = self._create_contract([{}])
        change = self._change(contract, "terminate", "2026-02-14")
        self.assertEqual(contract.planned_end, date(2026, 2, 14))
        change.action_cancel()
        self.assertFalse(contract.planned_end)
        self.assertEqual(self._rows(contract)[1][:2], ("2026-02-01", "2026-02-28"))
        with freeze_time("2026-03-01 03:00:00"):
            self.env["cn285.contract.change"]._apply_all_due(self.company)
        self.assertFalse(contract.date_end)

    def test_rescheduled(self):
        contract = self._create_contract([{}])
        change = self._change(contract, "terminate", "2026-02-14")
        change.action_reschedule("2026-03-09")
        self.assertEqual(contract.planned_end, date(2026, 3, 9))
        change.action_reschedule(date(2026, 1, 15))
        self.assertEqual(change.state, "applied")
        self.assertEqual(contract.date_end, date(2026, 1, 15))
        with self.assertRaisesRegex(UserError, "cannot be moved"):
            change.action_reschedule("2026-05-01")

    def test_state_and_content_have_one_door(self):
        contract = self._create_contract([{}])
        change = self._change(contract, "terminate", "2026-02-14")
        for vals in ({"state": "applied"}, {"before": {}}, {"date_effective": "2026-05-01"}):
            with self.assertRaises(UserError):
                change.write(vals)
        with self.assertRaises(UserError):
            change.copy({"state": "scheduled"})
        with self.assertRaises(UserError):
            change.unlink()

    def test_values_are_refused_with_what_and_where(self):
        contract = self._create_contract([{}], name="CTR/X")
        change = self._change(contract, "terminate", "2026-02-14", schedule=False, colour="red")
        with self.assertRaisesRegex(ValidationError, "CTR/X.*“colour”"):
            change.action_schedule()
        self.assertEqual(change.state, "draft")
        draft = self._create_contract([{}], confirm=False)
        with self.assertRaisesRegex(ValidationError, "only a running contract"):
            self._change(draft, "terminate", "2026-02-14")

    def test_items_of_other_contracts(self):
        contract, other = self._create_contract([{}]), self._create_contract([{}])
        with self.assertRaisesRegex(ValidationError, "another contract"):
            self._change(contract, "end_item", "2026-02-14", item=other.item_ids)
        with self.assertRaisesRegex(ValidationError, "which item"):
            self._change(contract, "end_item", "2026-02-14")

    def test_a_failing_change_stops_its_own_contract_only(self):
        one, two = self._create_contract([{}]), self._create_contract([{}])
        changes = self._change(one, "terminate", "2026-02-14")
        changes |= self._change(one, "end_item", "2026-02-10", item=one.item_ids)
        changes |= self._change(two, "terminate", "2026-02-14")
        # The item ends on the 10th; a later end of the contract is possible, an end after it not.
        late = self._change(two, "end_item", "2026-02-14", item=two.item_ids)
        # sudo: who edits it by hand makes another change, which cancels the later one.
        two.item_ids.sudo().date_end = date(2026, 2, 12)
        with freeze_time("2026-02-20 03:00:00"):
            self.env["cn285.contract.change"]._apply_all_due(self.company)
        self.assertEqual(changes.mapped("state"), ["applied"] * 3)
        self.assertEqual(late.state, "scheduled")
        self.assertIn("ends on", late.error)

    def test_contract_follows_its_items(self):
        contract = self._create_contract([{}, {}])
        one, two = contract.item_ids
        one._update_state(("active",), "paused")
        self.assertEqual(contract.state, "active")
        two._update_state(("active",), "paused")
        self.assertEqual(contract.state, "paused")
        two._update_state(("paused",), "suspended")
        self.assertEqual(contract.state, "suspended")
        contract.item_ids._update_state(("paused", "suspended"), "active")
        self.assertEqual(contract.state, "active")
