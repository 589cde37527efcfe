from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_contract.tests.changes.test_contract_change_money import MoneyCase
from odoo.tests import new_test_user, tagged

from .test_withdrawal import REQUESTED


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
        contract, invoice = self._invoiced({"price_unit": 31.0}, **REQUESTED)
        self._withdraw(contract)
        # Two of 31 days, with tax.
        self.assertMoney(invoice.amount_residual, "2.40")

    def test_a_contract_that_cannot_be_billed_is_withdrawn_from_all_the_same(self):
        contract, invoice = self._invoiced()
        self.company.sale_lock_date = date(2026, 1, 31)
        change = self._withdraw(contract)
        self.assertEqual((change.state, contract.state), ("applied", "withdrawn"))
        self.assertMoney(invoice.amount_residual, "37.20")
        self.company.sale_lock_date = False
        self._bill("2026-01-20")
        self.assertMoney(invoice.amount_residual, "0.00")

    def test_before_the_service_begins(self):
        """The right runs from the conclusion: nobody waits for the first day."""
        for values in ({}, REQUESTED):
            contract = self._create_contract(
                [{"price_unit": 31.0}],
                date_start=date(2026, 3, 1),
                date_concluded=date(2026, 1, 19),
                has_withdrawal=True,
                **values,
            )
            contract.template_id = self.env["cn285.contract.template"].create(
                {"name": "Bound", "cancellation_when": "end_of_term"}
            )
            self.assertTrue(contract._may_withdraw())
            change = self._withdraw(contract)
            self.assertEqual((change.state, contract.state), ("applied", "withdrawn"))
            self.assertFalse(contract.schedule_ids.filtered(lambda row: row.state == "planned"))
            self.assertFalse(self._bill("2026-03-01").invoice_ids & contract.invoice_ids)
