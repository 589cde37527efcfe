from freezegun import freeze_time
from odoo.tests import tagged

from .test_contract_change_money import MoneyCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-20 10:00:00")
class TestChangeOfHolder(MoneyCase):
    """What was planned between the old holder and the company when another takes over."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_customer = cls.env["res.partner"].create({"name": "Café Durand"})

    def _terminated(self, day):
        """A contract that the holder wants to end on a day, billed for January."""
        contract = self._monthly(31.0)
        self._bill("2026-01-20")
        return contract, self._change(contract, "terminate", day)

    def _to_other(self, contract, day):
        return self._change(contract, "holder", day, partner_id=self.other_customer.id)

    def test_a_planned_termination_was_the_old_holders(self):
        contract, end = self._terminated("2026-03-31")
        change = self._to_other(contract, "2026-02-10")
        self.assertEqual((end.state, str(contract.planned_end)), ("scheduled", "2026-03-31"))
        with self._travel("2026-02-10"):
            self._bill("2026-02-10")
        heir = change.result_contract_id
        self.assertEqual((change.state, end.state), ("applied", "cancelled"))
        self.assertFalse(contract.planned_end or heir.planned_end or heir.date_end)
        self.assertEqual(str(contract.date_end), "2026-02-09")
        for record in (end, contract):
            self.assertIn("Café Durand", "".join(record.message_ids.mapped("body")), record)
        # The new holder goes on beyond the day; the old one's contract is over, without an issue.
        with self._travel("2026-05-02"):
            run = self._bill("2026-05-02")
            self.env["cn285.contract"]._close_finished(self.company)
        self.assertFalse(run.issue_ids)
        self.assertEqual((end.state, end.error), ("cancelled", False))
        self.assertEqual(contract.state, "closed")
        self.assertEqual(heir.state, "active")
        self.assertEqual(max(str(m.invoice_date) for m in heir.invoice_ids), "2026-05-01")

    def test_a_successor_has_no_end_that_is_only_planned(self):
        """Items that take the place of others go on when a termination is given up."""
        contract, end = self._terminated("2026-03-31")
        item = contract.item_ids
        item_end = self._change(contract, "end_item", "2026-02-28", item=item)
        premium = self._create_product("Premium", 310.0)
        self.env["cn285.tier.path"].create(
            {"product_from_id": item.product_id.id, "product_to_id": premium.id, "kind": "upsell"}
        )
        self._change(contract, "upsell", "2026-01-20", item=item, product_id=premium.id)
        successor = contract.item_ids - item
        self.assertFalse(successor.date_end)
        self.assertEqual(str(successor._last_day()), "2026-02-28")
        (item_end | end).action_cancel()
        self.assertFalse(successor._last_day())

    def test_it_is_in_the_preview(self):
        contract, end = self._terminated("2026-03-31")
        vals = {"partner_id": self.other_customer.id}
        change = self.env["cn285.contract.change"].create(
            {
                "contract_id": contract.id,
                "type": "holder",
                "date_effective": "2026-02-10",
                "values": vals,
            }
        )
        self.assertEqual(
            change.preview()["cancelled"],
            [{"change_id": end.id, "change": end.display_name, "date": "2026-03-31"}],
        )
        self.assertEqual((end.state, str(contract.planned_end)), ("scheduled", "2026-03-31"))
        dialog = self.env["cn285.contract.change.wizard"].create(
            {
                "contract_id": contract.id,
                "type": "holder",
                "date_effective": "2026-02-10",
                "partner_id": self.other_customer.id,
            }
        )
        dialog.action_preview()
        self.assertIn("Cancelled", dialog.preview_html)
        self.assertIn(end.display_name, dialog.preview_html)

    def test_one_that_waits_or_is_a_draft_is_given_up_too(self):
        contract = self._monthly(31.0)
        draft = self.env["cn285.contract.change"].create(
            {"contract_id": contract.id, "type": "terminate", "date_effective": "2026-06-30"}
        )
        self._to_other(contract, "2026-01-20")
        self.assertEqual(draft.state, "cancelled")

    def test_an_end_before_stays(self):
        """Who has left already hands nothing over: the change of holder says so."""
        contract, end = self._terminated("2026-01-31")
        change = self._to_other(contract, "2026-02-10")
        with self._travel("2026-02-10"):
            self._bill("2026-02-10")
        self.assertEqual(end.state, "applied")
        self.assertNotEqual(change.state, "applied")
        self.assertTrue(change.error)

    def test_other_changes_cancel_nothing(self):
        contract, end = self._terminated("2026-03-31")
        change = self._change(
            contract, "quantity", "2026-01-20", item=contract.item_ids, quantity=2
        )
        self.assertEqual(end.state, "scheduled")
        self.assertEqual(change.preview()["cancelled"], [])
