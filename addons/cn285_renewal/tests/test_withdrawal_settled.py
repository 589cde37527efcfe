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

    # === WHILE THE INVOICE IS A DRAFT === #

    def _drafted(self, *items, **values):
        with self._travel("2026-01-19"):
            contract = self._create_contract(
                list(items) or [{"price_unit": 31.0}],
                **{"date_start": date(2026, 1, 19), "has_withdrawal": True, **values},
            )
            self._bill("2026-01-19", post=False)
        self.assertEqual(contract.invoice_ids.state, "draft")
        return contract, contract.invoice_ids

    def test_a_draft_is_cancelled(self):
        contract, draft = self._drafted()
        change = self._withdraw(contract)
        self.assertEqual((draft.state, contract.state), ("cancel", "withdrawn"))
        self.assertEqual(contract.invoice_ids, draft, "nothing is there to be credited")
        self.assertMoney(change.refund_price, "0.00")
        self.assertFalse(self._bill("2026-02-20").invoice_ids & contract.invoice_ids)

    def test_of_a_draft_what_was_served_is_billed(self):
        contract, draft = self._drafted(**REQUESTED)
        self._withdraw(contract)
        self.assertEqual(draft.state, "cancel")
        self._bill("2026-01-20")
        # Two of 31 days, with tax.
        self.assertMoney((contract.invoice_ids - draft).amount_total, "2.40")
        self.assertEqual(contract.state, "withdrawn")

    def test_of_a_draft_that_is_shared_only_the_own_lines_go(self):
        with self._travel("2026-01-19"):
            one, other = (
                self._create_contract(
                    [{"price_unit": price}], date_start=date(2026, 1, 19), has_withdrawal=True
                )
                for price in (31.0, 62.0)
            )
            self._bill("2026-01-19", post=False)
        draft = one.invoice_ids & other.invoice_ids
        self.assertMoney(draft.amount_total, "111.60")
        self._withdraw(one)
        self.assertEqual(draft.state, "draft")
        self.assertMoney(draft.amount_total, "74.40")
        draft.action_post()
        self.assertFalse(self._bill("2026-01-20").invoice_ids & one.invoice_ids)
        self.assertEqual(one.schedule_ids.filtered(lambda row: row.state == "planned").ids, [])

    # === IN ARREARS === #

    def test_state_and_words_are_one_truth(self):
        """Served at the customer's request, billed at the period's end: withdrawn from, and so
        the page and the letter say.
        """
        contract = self._create_contract(
            [{"price_unit": 31.0, "timing": "arrears"}],
            date_start=date(2026, 1, 12),
            date_concluded=date(2026, 1, 12),
            has_withdrawal=True,
            **REQUESTED,
        )
        change = self._withdraw(contract)
        self.assertEqual(contract.state, "withdrawn")
        self.assertEqual(
            change._consequence(),
            "The contract is over. Only what was served until 01/20/2026, at your request, is "
            "billed.",
        )
        with self._travel("2026-02-12"):
            self._bill("2026-02-12")
            self.env["cn285.contract"]._close_finished(self.company)
        self.assertMoney(sum(contract.invoice_ids.mapped("amount_total")), "10.80")  # 9.00 + 20 %
        self.assertEqual(contract.state, "withdrawn")
        self.assertEqual(contract.item_ids.state, "ended")
        self.assertFalse(contract._portal_may_terminate() or contract._may_withdraw())

    def test_who_owes_nothing_is_told_so(self):
        contract, _invoice = self._invoiced()
        change = self._withdraw(contract)
        self.assertEqual(
            change._consequence(), "The contract is over. Nothing more will be billed."
        )
