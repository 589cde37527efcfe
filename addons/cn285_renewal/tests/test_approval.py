from datetime import date

from freezegun import freeze_time
from odoo.exceptions import ValidationError
from odoo.tests import new_test_user, tagged

from .term_common import TermCase


@tagged("post_install", "-at_install")
class TestApprovalAndTerms(TermCase):
    """Approvals keep no customer from what is his right, and hold renewals meanwhile."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.env["cn285.contract.template"].create(
            {"name": "Guarded", "approval_ids": [(0, 0, {})]}
        )
        cls.contract = cls._yearly(has_withdrawal=True)
        cls.contract.template_id = cls.template
        cls.seller = new_test_user(
            cls.env, "guarded_seller", "cn285_contract.group_contract_user", name="Seller"
        )
        cls.manager = new_test_user(
            cls.env, "guarded_manager", "cn285_contract.group_billing_manager", name="Manager"
        )

    def _declaration(self):
        return {"name": "Camille Durand", "address": self.consumer.email, "wished_date": ""}

    # === STATUTORY ACTS === #

    def test_a_customers_refusal_needs_no_approval(self):
        with freeze_time("2026-01-10 10:00:00"):
            change = self.contract._portal_refuse()
        self.assertEqual(change.state, "scheduled")
        self._renew_on("2026-03-15")
        self.assertEqual(self.contract.term_end, date(2026, 3, 14))

    def test_a_customers_termination_needs_no_approval(self):
        with freeze_time("2026-01-10 10:00:00"):
            change = self.contract._portal_terminate(self._declaration())
        self.assertEqual(change.state, "scheduled")
        self.assertTrue(change.confirmation_id)

    def test_a_customers_withdrawal_needs_no_approval(self):
        with freeze_time("2025-03-20 10:00:00"):
            change = self.contract._portal_withdraw(self._declaration())
        self.assertEqual(change.state, "applied")
        self.assertEqual(self.contract.state, "withdrawn")

    def test_a_withdrawal_that_staff_notes_needs_none_either(self):
        with freeze_time("2025-03-20 10:00:00"):
            change = self.contract.with_user(self.seller).action_withdraw()
        self.assertEqual(change.state, "applied")

    def test_an_exception_is_no_right(self):
        with freeze_time("2025-06-20 10:00:00"):
            change = self.env["cn285.contract.change"].create(
                {
                    "contract_id": self.contract.id,
                    "type": "withdraw",
                    "date_effective": "2025-06-20",
                    "override": True,
                    "note": "As a favour",
                }
            )
            change.action_schedule()
        self.assertEqual(change.state, "to_approve")

    def test_a_customer_who_wants_no_renewal(self):
        with freeze_time("2026-01-10 10:00:00"):
            for renews, state in ((False, "applied"), (True, "to_approve")):
                change = self.env["cn285.contract.change"].create(
                    {
                        "contract_id": self.contract.id,
                        "type": "auto_renewal",
                        "date_effective": "2026-01-10",
                        "values": {"auto_renew": renews},
                        "origin": "customer",
                    }
                )
                change.action_schedule()
                self.assertEqual(change.state, state)

    def test_staffs_request_keeps_no_customer_from_his_own(self):
        with freeze_time("2026-01-10 10:00:00"):
            asked = self.contract.with_user(self.seller).action_terminate("2027-03-14")
            self.assertEqual(asked.state, "to_approve")
            change = self.contract._portal_terminate(self._declaration())
        self.assertEqual((change.state, change.origin), ("scheduled", "customer"))
        self.assertEqual(self.contract.planned_end, date(2026, 3, 14))

    # === WHAT WAITS === #

    def test_a_termination_that_awaits_approval_holds_the_renewal(self):
        with freeze_time("2026-01-10 10:00:00"):
            change = self.contract.with_user(self.seller).action_terminate("2026-03-14")
        self.assertEqual(change.state, "to_approve")
        self._renew_on("2026-03-15")
        self.assertEqual(self.contract.term_end, date(2026, 3, 14))
        with freeze_time("2026-03-15 10:00:00"):
            self._bill("2026-03-15")
            self.assertEqual(len(self.contract.invoice_ids), 1)
            change.with_user(self.manager).action_approve()
        self.assertEqual(change.state, "applied")
        self.assertEqual(self.contract.date_end, date(2026, 3, 14))
        self._renew_on("2026-03-16")
        self.assertEqual(self.contract.term_number, 0)

    def test_once_it_is_rejected_the_contract_renews(self):
        with freeze_time("2026-01-10 10:00:00"):
            change = self.contract.with_user(self.seller).action_terminate("2026-03-14")
        self._renew_on("2026-03-15")
        with freeze_time("2026-03-16 10:00:00"):
            change.with_user(self.manager).action_reject()
        self._renew_on("2026-03-16")
        self.assertEqual(self.contract.term_end, date(2027, 3, 14))

    def test_an_end_in_the_next_term_does_not_hold_it(self):
        with freeze_time("2026-01-10 10:00:00"):
            change = self.contract.with_user(self.seller).action_terminate("2026-09-30")
        self.assertEqual(change.state, "to_approve")
        self._renew_on("2026-03-15")
        self.assertEqual(self.contract.term_end, date(2027, 3, 14))

    def test_nor_is_it_renewed_by_hand_meanwhile(self):
        with freeze_time("2026-01-10 10:00:00"):
            self.contract.with_user(self.seller).action_terminate("2026-03-14")
            with self.assertRaisesRegex(ValidationError, "awaits approval"):
                self.contract.with_user(self.seller).action_renew()
