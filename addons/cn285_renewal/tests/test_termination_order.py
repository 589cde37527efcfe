from freezegun import freeze_time
from odoo.exceptions import ValidationError
from odoo.tests import new_test_user, tagged

from .term_common import TermCase


@tagged("post_install", "-at_install")
@freeze_time("2026-06-15 10:00:00")
class TestTerminationOrder(TermCase):
    """A termination among the types of change: what is asked first, and what is told first."""

    def _draft(self, contract, **values):
        return self.env["cn285.contract.change"].create(
            {
                "contract_id": contract.id,
                "type": "terminate",
                "date_effective": "2026-06-15",
                **values,
            }
        )

    def test_types_of_terms_are_offered_in_order(self):
        types = self.env["cn285.contract.change"]._fields["type"].get_values(self.env)
        # Addons that are installed beside this one, and come after it, add theirs at the end.
        beside = {"usage_terms", "bundle_component", "bundle_components", "swap_component"}
        types = [name for name in types if name not in beside]
        self.assertEqual(types[-4:], ["renew", "auto_renewal", "extend_term", "withdraw"])
        self.assertEqual(types[:2], ["end_item", "terminate"])

    def test_the_right_is_asked_before_the_dates(self):
        contract = self._yearly()
        change = self._draft(contract, origin="api", date_effective="2025-01-01")
        with self.assertRaisesRegex(ValidationError, "may end on 03/14/2027 at the earliest"):
            change.action_schedule()
        change.origin = "staff"
        with self.assertRaisesRegex(ValidationError, "dated back by 90 days"):
            change.action_schedule()
        self.company.cn285_backdate_days = 1000
        with self.assertRaisesRegex(ValidationError, "starts only on"):
            change.action_schedule()

    def test_the_template_asks_for_approval_first(self):
        seller = new_test_user(self.env, "ends_seller", "cn285_contract.group_contract_user")
        template = self.env["cn285.contract.template"].create(
            {"name": "Asks", "approval_ids": [(0, 0, {"type": "terminate"})]}
        )
        contract = self._yearly()
        contract.sudo().template_id = template  # sudo: only drafts change it
        change = self._draft(contract, waive_fee=True).with_user(seller)
        self.assertEqual(change._approval_reason(), "Changes of this type need approval.")
        template.approval_ids.unlink()
        self.assertIn("so early by its own terms", change._approval_reason())
        change.sudo().is_legitimate = True
        self.assertIn("legitimate reason", change._approval_reason())
        self.assertFalse(change.with_user(self.env.ref("base.user_root"))._approval_reason())
