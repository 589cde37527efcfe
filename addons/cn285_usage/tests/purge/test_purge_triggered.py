from datetime import date

from freezegun import freeze_time
from odoo.tests import new_test_user, tagged

from ..trigger.usage_trigger_case import TriggerCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-02 10:00:00")
class TestPurgeTriggered(TriggerCase):
    """Usage that is billed at once goes as other usage does: what was billed stays, once."""

    ORDERS = {"usage_billing": "delivery", "usage_set_property": "order"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = new_test_user(
            cls.env, "dpo", groups="base.group_system,cn285_contract.group_billing_manager"
        )
        cls.events = cls.env["cn285.usage.event"]
        cls.person = cls.env["res.partner"].create({"name": "Jeanne Delacroix"})

    def _purge_on(self, day):
        with freeze_time(f"{day} 10:00:00"):
            return self.events._purge(self.company)

    def _order(self, contract, quantity, day, order):
        return self._use_on(contract, quantity, day, properties={"order": order})

    def _keys(self, contract):
        self.env.invalidate_all()
        found = self.env["cn285.usage.delivery"].search(
            [("item_id", "in", contract.item_ids.ids)], order="id"
        )
        return found.mapped("key")

    def test_deliveries(self):
        contract = self._trigger_contract(self.ORDERS, {"price_unit": 3.0})
        self.assertInvoices(self._order(contract, 4, "2026-01-05", "Jeanne Delacroix 7"), "12.00")
        self.assertInvoices(self._order(contract, 5, "2026-05-05", "Jeanne Delacroix 8"), "15.00")
        self.calls.retention_months = 3
        self._bill_on("2026-06-01")
        self.assertEqual(self._purge_on("2026-06-01"), 1)
        first, second = self._keys(contract)
        self.assertNotIn("Delacroix", first)
        self.assertEqual(second, "Jeanne Delacroix 8")
        self.assertBilled(contract, "27.00")
        # Whatever is sent of it again, or of another day, credits nothing and bills itself only.
        self.assertInvoices(self._order(contract, 2, "2026-06-02", "Jeanne Delacroix 7"), "6.00")
        self.assertInvoices(self._bill_on("2026-07-01").invoice_ids)
        self.assertBilled(contract, "33.00")

    def test_what_is_not_complete_stays(self):
        ends = {
            "usage_set_completion": "marker",
            "usage_marker_property": "status",
            "usage_marker_value": "done",
        }
        contract = self._trigger_contract({**self.ORDERS, **ends}, {"price_unit": 3.0})
        self._order(contract, 4, "2026-01-05", "Delacroix")
        self.calls.retention_months = 3
        self._bill_on("2026-06-01")
        self.assertEqual(self._purge_on("2026-06-01"), 0)
        self.assertEqual(self._keys(contract), ["Delacroix"])

    def test_thresholds(self):
        terms = {"usage_billing": "threshold", "usage_threshold": 10.0}
        contract = self._trigger_contract(terms, {"price_unit": 3.0})
        self.assertInvoices(self._use_on(contract, 4, "2026-01-05"), "12.00")
        self._use_on(contract, 1, "2026-01-20")
        self.calls.retention_months = 3
        self._bill_on("2026-02-01")
        self._bill_on("2026-06-01")
        billed = sum(contract.schedule_ids.filtered("move_id").mapped("amount"))
        self.assertMoney(billed, "15.00")
        self.assertEqual(self._purge_on("2026-06-01"), 2)
        self.assertInvoices(self._bill_on("2026-07-01").invoice_ids)
        self.assertBilled(contract, "15.00")

    def test_events_of_others_are_left_alone(self):
        """Whoever is called Ana is not in *Banana*, and ``_`` stands for itself only."""
        ana = self.env["res.partner"].create({"name": "Ana", "email": "a_b@people.example"})
        numbers = ("Banana-001", "axb@people.example", "Ana", "a_b@people.example")
        rows = [
            {
                "source": "test",
                "transaction_id": f"parked {number}",
                "item": number,
                "park": True,
                "metric": "calls",
                "occurred_at": "2026-01-01 12:00:00",
                "quantity": 1,
            }
            for number in numbers
        ]
        report = self.events.ingest(rows)
        self.assertEqual(report["parked"], 4, report)
        with freeze_time("2026-02-02 10:00:00"):
            data = self.env["cn285.personal.data"].with_user(self.admin)
            data._anonymise(ana.with_user(self.admin))
        self.env.invalidate_all()
        kept = self.events.search([("transaction_id", "like", "parked %")], order="id")
        self.assertEqual(kept.mapped("reference"), [f"~{number}" for number in numbers[:2]])

    def test_deliveries_of_a_person(self):
        contract = self._trigger_contract(
            {**self.ORDERS, "beneficiary_id": self.person.id}, {"price_unit": 3.0}
        )
        other = self._trigger_contract(self.ORDERS, {"price_unit": 3.0})
        self.assertInvoices(self._order(contract, 4, "2026-01-05", "Commande 0612345678"), "12.00")
        self.assertInvoices(self._order(other, 4, "2026-01-05", "Jeanne"), "12.00")
        with freeze_time("2026-02-01 10:00:00"):
            contract.action_close(date(2026, 1, 31))
        self._bill_on("2026-02-01")
        with freeze_time("2026-02-02 10:00:00"):
            data = self.env["cn285.personal.data"].with_user(self.admin)
            labels = [count for _label, count, _fate in data._preview(self.person)]
            self.assertTrue(labels)
            data._anonymise(self.person.with_user(self.admin))
        [key] = self._keys(contract)
        self.assertNotIn("0612345678", key)
        self.assertEqual(self._keys(other), ["Jeanne"])
        self.assertBilled(contract, "12.00")
